import { type Dir, opendirSync } from 'node:fs';
import { diskPath, pathText } from './disk-path.ts';
import { attempt, errnoOf } from './errno.ts';

/** Entries that one call of getdents is asked for, through libuv's buffer. */
const ENTRIES_A_READ = 128;

/** Node gives the names in bytes then, which its types do not know. */
const IN_BYTES = { bufferSize: ENTRIES_A_READ, encoding: 'buffer' as BufferEncoding };

/** The names in a folder, one after the other, without `.` and `..`, in no order. Its descriptor goes with the last one. */
export class FolderNames {
  /** Negative, where reading has failed and the names are not all. */
  errno = 0;
  private readonly dir: Dir;
  private ended = false;
  private closed = false;

  private constructor(dir: Dir) {
    this.dir = dir;
  }

  /** @returns a negative errno where the folder cannot be opened */
  static open(path: string): FolderNames | number {
    try {
      return new FolderNames(opendirSync(diskPath(path), IN_BYTES));
    } catch (error) {
      return errnoOf(error);
    }
  }

  /** @returns null at the end, and where reading fails */
  next(): string | null {
    if (this.ended) return null;
    let name: string | null = null;
    try {
      const entry = this.dir.readSync();
      if (entry !== null) name = pathText(entry.name as unknown as Buffer);
    } catch (error) {
      this.errno = errnoOf(error);
    }
    if (name === null) this.end();
    return name;
  }

  /** Twice is once. */
  close(): void {
    if (!this.closed) attempt(() => this.dir.closeSync());
    this.closed = true;
  }

  private end(): void {
    this.ended = true;
    this.close();
  }
}
