/**
 * Names in the folders that uploads go to. Each call touches a folder and no content, so it returns at once, but for
 * `sync`. Nothing throws: results are 0 or -errno. Paths are absolute.
 */
export interface Store {
  /** 0 where something lies at the path, a link that leads nowhere included; -ENOENT where it is free. */
  taken(path: string): number;
  /** Creates a file that must not be there yet. @returns a close-on-exec descriptor for writing, or -errno */
  create(path: string): number;
  /** Renames, to a name that must be free (-EEXIST): at no moment is what lies there replaced. */
  move(from: string, to: string): number;
  /** Renames, and replaces what lies there in one step. */
  replace(from: string, to: string): number;
  /** A second name for a file, which must be free. */
  link(from: string, to: string): number;
  remove(path: string): number;
  /** Forces a file to the disk. `done` follows, never from within, with 0 or -errno; the descriptor stays open till then. */
  sync(fd: number, done: (result: number) => void): void;
  /** Creates a small file of this content, which must not be there yet. */
  write(path: string, text: string): number;
  /** `sync` by path: of a folder its names, without which a new file may be gone after a power cut. */
  syncPath(path: string, done: (result: number) => void): void;
}
