/**
 * Names in the folders that uploads go to. Each call touches a folder and no content, so it returns at once, except
 * `flush`, `sync` and `syncPath`. Nothing throws: results are 0 or -errno. Paths are absolute.
 */
export interface Store {
  /** 0 if something lies at the path, a link that leads nowhere included; -ENOENT if the name is free. */
  taken(path: string): number;
  /** Creates a file that must not be there yet. @returns a close-on-exec descriptor for writing, or -errno */
  create(path: string): number;
  /** Renames, to a name that must be free (-EEXIST): at no moment is what lies there replaced. */
  move(from: string, to: string): number;
  /** Renames, and replaces what lies there in one step. */
  replace(from: string, to: string): number;
  /** A second name for a file, which must be free. */
  link(from: string, to: string): number;
  /** Removes a name. If others have the file, by another name or open, the file stays as it is. */
  remove(path: string): number;
  /** Removes a file of ours that has no other name. A holder that still has it open need not find anything in it. */
  drop(path: string): number;
  /**
   * Gives a large file to the disk ahead of a `replace`, which may have to wait for the disk otherwise. `done` follows,
   * never from within; the descriptor stays open till then. That it fails shows elsewhere.
   */
  flush(fd: number, done: () => void): void;
  /** Forces a file to the disk. `done` follows, never from within, with 0 or -errno; the descriptor stays open till then. */
  sync(fd: number, done: (result: number) => void): void;
  /** Creates a small file of this content, which must not be there yet. */
  write(path: string, text: string): number;
  /** `sync` by path: of a folder its names, without which a new file may be gone after a power cut. */
  syncPath(path: string, done: (result: number) => void): void;
}
