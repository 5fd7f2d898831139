/**
 * The names in the upload folders. Each call touches a folder and no content, so it returns at once, except `flush`, `sync`
 * and `syncPath`. No call throws: results are 0 or -errno. Paths are absolute.
 */
export interface Store {
  /** Returns 0 if the name is taken, even by a link that leads nowhere; -ENOENT if it is free. */
  taken(path: string): number;
  /** Creates a file that must not be there yet. @returns a close-on-exec descriptor for writing, or -errno */
  create(path: string): number;
  /** Renames to a name that must be free (-EEXIST). It never replaces a file, not even for a moment. */
  move(from: string, to: string): number;
  /** Renames, and replaces the old file of that name in the same step. */
  replace(from: string, to: string): number;
  /** Gives a file a second name, which must be free. */
  link(from: string, to: string): number;
  /** Removes a name. The file itself stays for those that have it open, and under its other names. */
  remove(path: string): number;
  /** Removes a file of the server's own that has no other name. Its content may be gone for a holder that has it open. */
  drop(path: string): number;
  /**
   * Writes a large file to the disk before a `replace`, which could otherwise wait for the disk. `done` follows, never from
   * within; the descriptor must stay open until then. A failure is not reported here.
   */
  flush(fd: number, done: () => void): void;
  /** Forces a file to the disk. `done` follows, never from within; the descriptor must stay open until then. */
  sync(fd: number, done: (result: number) => void): void;
  /**
   * Sets the modification time of a file to now, to the microsecond. Files that were written within one tick of the
   * system's clock have the same time otherwise. Without effect on a disk that cannot.
   */
  touch(fd: number): void;
  /** Creates a small file of this content, which must not be there yet. */
  write(path: string, text: string): number;
  /** `sync` by path. For a folder it syncs the names: otherwise a power cut may lose a new file. */
  syncPath(path: string, done: (result: number) => void): void;
}
