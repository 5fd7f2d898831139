import { type Dir, opendirSync } from 'node:fs';
import { diskPath, pathText } from './disk-path.ts';
import { attempt, errnoOf } from './errno.ts';

/** The entries that one call of getdents returns, through libuv's buffer. */
const ENTRIES_A_READ = 128;

/** With this option Node gives the names in bytes, which its types do not express. */
const IN_BYTES = { bufferSize: ENTRIES_A_READ, encoding: 'buffer' as BufferEncoding };

/** Reads the names in a folder one by one, without `.` and `..`, in no order. It closes its descriptor after the last. */
export class FolderNames {
  /** Negative if reading failed and the names are incomplete. */
  errno = 0;
  private readonly dir: Dir;
  private ended = false;
  private closed = false;

  private constructor(dir: Dir) {
    this.dir = dir;
  }

  /** @returns a negative errno if the folder cannot be opened */
  static open(path: string): FolderNames | number {
    try {
      return new FolderNames(opendirSync(diskPath(path), IN_BYTES));
    } catch (error) {
      return errnoOf(error);
    }
  }

  /** @returns null at the end, and if reading fails */
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

  /** A second call does nothing. */
  close(): void {
    if (!this.closed) attempt(() => this.dir.closeSync());
    this.closed = true;
  }

  private end(): void {
    this.ended = true;
    this.close();
  }
}
