import { type Dir, opendirSync } from 'node:fs';
import { errnoOf } from './errno.ts';

/** Entries that one call of getdents is asked for, through libuv's buffer. */
const ENTRIES_A_READ = 128;

/** The names in a folder, one after the other, without `.` and `..`, in no order. */
export class FolderNames {
  /** Negative, where reading has failed and the names are not all. */
  errno = 0;
  private readonly dir: Dir;

  private constructor(dir: Dir) {
    this.dir = dir;
  }

  /** @returns a negative errno where the folder cannot be opened */
  static open(path: string): FolderNames | number {
    try {
      return new FolderNames(opendirSync(path, { bufferSize: ENTRIES_A_READ }));
    } catch (error) {
      return errnoOf(error);
    }
  }

  /** @returns null at the end, and where reading fails */
  next(): string | null {
    try {
      return this.dir.readSync()?.name ?? null;
    } catch (error) {
      this.errno = errnoOf(error);
      return null;
    }
  }

  close(): void {
    this.dir.closeSync();
  }
}
