/** A comparison that waits or is under way. */
export interface HashJob {
  /** Nobody wants the answer any more: it is not begun, unless it has. */
  cancel(): void;
}

/** Where passwords are compared with hashes. */
export interface Hashing {
  /**
   * @param password not empty, and without a NUL
   * @param done called once, and not from within: whether the password has the hash; null if that could not be found out
   * @returns null if too many wait already
   */
  verify(password: Buffer, hash: string, done: (matches: boolean | null) => void): HashJob | null;
  close(): void;
}
