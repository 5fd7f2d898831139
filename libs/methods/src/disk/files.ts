import type { FileStamp } from '@webserv/response';

/** The facts about a file or folder. `Files.inspect` and `look` write them. */
export class FileFacts implements FileStamp {
  kind: 'file' | 'folder' | 'other' = 'other';
  size = 0;
  /** Modification time in milliseconds, with its fraction. */
  mtimeMs = 0;
  /** The time of the last change of any kind, which no program can set. */
  ctimeMs = 0;
  ino = 0;
}

/** Reads small files in the moment in which they are opened. It never waits for the disk. */
export interface ReadAhead {
  /** What `read` has read last. Each read replaces it. */
  readonly bytes: Buffer;
  /** The number of the last read: a caller whose number is another one has lost its bytes. */
  readonly count: number;
  /**
   * Reads the file that was opened last, from its beginning.
   * @returns bytes read, fewer than the file has if not all is at hand or it is large; or -errno
   */
  read(fd: number): number;
}

/**
 * What is known of a name. `cold`: only the disk knows, and may take its time. `there`: something lies there, or only the open can
 * say what fails.
 */
export type NameState = 'there' | 'missing' | 'cold';

/** What the kernel knows of names without asking the disk. */
export interface NameCache {
  /** @param beneath as for `Files.open` */
  knows(root: string, path: string, beneath: boolean): NameState;
  /**
   * Has the disk asked for what lies at a path, beside the loop.
   * @param done called later, whatever lies there
   * @returns a function that takes the wish back; null if too many names wait already
   */
  warm(path: string, done: () => void): (() => void) | null;
}

/**
 * The disk as the methods see it. No call throws: a failure is a negative errno.
 * Paths are absolute. `root` is the folder that a path must not leave.
 */
export interface Files {
  /** Null or absent: files are read when they are sent. */
  readonly ahead?: ReadAhead | null;
  /** Null or absent: nobody can say whether a name is cold. */
  readonly names?: NameCache | null;
  /**
   * Opens a regular file or a folder for reading. Anything else is -ENXIO and stays untouched, because opening a FIFO or a
   * device can have effects, or wait.
   * @param beneath whether to refuse a symbolic link that leads out of `root` (-EXDEV)
   * @returns a close-on-exec descriptor, or -errno
   */
  open(root: string, path: string, beneath: boolean): number;
  /** @returns 0 or -errno */
  inspect(fd: number, facts: FileFacts): number;
  /**
   * Reads at once, from `position` of the file into `bytes` from `start` on. It blocks, so it is for small files only.
   * @returns bytes read, 0 at the end, or -errno
   */
  read(fd: number, bytes: Buffer, start: number, length: number, position: number): number;
  /**
   * Writes the facts about the target of a path, with symbolic links followed. The target need not be readable.
   * @param beneath as for `open`
   * @returns 0 or -errno
   */
  look(root: string, path: string, beneath: boolean, facts: FileFacts): number;
  /**
   * Removes a name from its folder. If it is a symbolic link, the link goes and its target stays. The folder must lie in
   * `root` after all links are followed (otherwise -EXDEV).
   * @returns 0 or -errno; a folder is -EISDIR or -EPERM
   */
  remove(root: string, path: string): number;
  /**
   * Opens a folder to read its entries.
   * @param beneath as for `open`; it applies to the entries too
   * @returns the reader, or -errno
   */
  readFolder(root: string, path: string, beneath: boolean): FolderReader | number;
  /**
   * Returns the path of an open file or folder without symbolic links.
   * @param path the path by which it was opened
   * @returns '' if the path is not known any more
   */
  realPath(path: string, fd: number): string;
  /** Whether this process may run the file at a path. @returns 0 or -errno */
  mayRun(path: string): number;
  /** Returns the stamp of the file or folder that lies at a path now, or null. */
  stamp(path: string): FileStamp | null;
  /** @param size bytes of a file whose name may be gone: closing a large one then takes time, as the disk frees it */
  close(fd: number, size?: number): void;
}

/**
 * The entries of one folder, in the order of the disk: first all names, then the facts about them. Each call does little,
 * so that the caller may pause. One descriptor is open at a time: the one for the names or the one for the facts.
 */
export interface FolderReader {
  /** 0, or -errno of a failed read, or of the call that opens the folder for `look`. */
  readonly errno: number;
  /** Returns the next name, without `.` and `..`; null at the end and after a failure. */
  next(): string | null;
  /**
   * Writes the facts about an entry as a request for it would see them: links are followed. A link that leads nowhere, or
   * out of the root (if that is refused), fails. The caller calls it only after `next` returned null.
   * @returns 0 or -errno
   */
  look(name: string, facts: FileFacts): number;
  close(): void;
}
