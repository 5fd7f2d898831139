import type { FileStamp } from '@webserv/response';

/** What a file or folder is. `Files.inspect` and `look` write it. */
export class FileFacts implements FileStamp {
  kind: 'file' | 'folder' | 'other' = 'other';
  size = 0;
  /** Modification time in milliseconds, with its fraction. */
  mtimeMs = 0;
  ino = 0;
}

/**
 * The disk as the methods see it. Nothing throws: a failure is a negative errno.
 * Paths are absolute; `root` is the folder that must not be left.
 */
export interface Files {
  /**
   * Opens a regular file or a folder for reading. Anything else is -ENXIO and is not touched: opening a FIFO or a device
   * can act, or wait.
   * @param beneath whether a symbolic link that leads out of `root` is refused (-EXDEV)
   * @returns a close-on-exec descriptor, or -errno
   */
  open(root: string, path: string, beneath: boolean): number;
  /** @returns 0 or -errno */
  inspect(fd: number, facts: FileFacts): number;
  /**
   * Reads at once, from `position` of the file into `bytes` from `start` on: for a small file before the first request.
   * @returns bytes read, 0 at the end, or -errno
   */
  read(fd: number, bytes: Buffer, start: number, length: number, position: number): number;
  /**
   * What lies at a path, symbolic links followed; it need not be readable.
   * @param beneath as for `open`
   * @returns 0 or -errno
   */
  look(root: string, path: string, beneath: boolean, facts: FileFacts): number;
  /**
   * Takes a name out of its folder; where that is a symbolic link, the link goes and its target stays. The folder must
   * lie in `root`, whatever links lead to it (otherwise -EXDEV).
   * @returns 0 or -errno; a folder is -EISDIR or -EPERM
   */
  remove(root: string, path: string): number;
  /**
   * Opens a folder to read what is in it.
   * @param beneath as for `open`; it holds for the entries as well
   * @returns the reader, or -errno
   */
  readFolder(root: string, path: string, beneath: boolean): FolderReader | number;
  /**
   * Where an open file or folder lies: its path without symbolic links.
   * @param path where it was opened
   * @returns '' if that is not known any more
   */
  realPath(path: string, fd: number): string;
  /** Whether this process may run the file at a path. @returns 0 or -errno */
  mayRun(path: string): number;
  /** The stamp of whatever lies at a path now, or null. */
  stamp(path: string): FileStamp | null;
  /** @param size bytes of a file whose name may have gone while it was open: to close a large one then takes its time */
  close(fd: number, size?: number): void;
}

/**
 * The entries of one folder, in the order of the disk: first all of their names, then what they are. Each call does
 * little, so that the caller may pause, and one descriptor is open at a time, that of the names or that to look from.
 */
export interface FolderReader {
  /** -errno of the read that failed, or of the call that opens the folder to look from; or 0. */
  readonly errno: number;
  /** The next name, without `.` and `..`; null at the end and after a failure. */
  next(): string | null;
  /**
   * What the entry is that a request for it would be answered with: links are followed, and those that lead nowhere or
   * out of the root (where that is refused) are not there. To be called when `next` has come to its end.
   * @returns 0 or -errno
   */
  look(name: string, facts: FileFacts): number;
  close(): void;
}
