import { Recent } from './recent.ts';

/** How many drops are remembered one by one. */
const REMEMBERED_DROPS = 1024;

/**
 * Which files were dropped when, in numbers that only grow. A reader takes a ticket before it reads a file; what
 * it read may be cached only if the file was not dropped since. Old drops are forgotten by raising `floor`:
 * tickets from before it are all refused, so memory is bounded and the answer errs on the safe side.
 */
export class Drops {
  private floor = 0;
  private readonly files = new Recent<string | number>();

  /** A ticket for a read that begins now. */
  ticket(): number {
    return this.files.last;
  }

  /** @param file its path, or its inode where it may be known by other paths */
  record(file: string | number): void {
    this.files.add(file);
    if (this.files.size > REMEMBERED_DROPS) this.floor = this.files.shift();
  }

  /** A drop of unknown extent: every read that is under way is too old. */
  recordAll(): void {
    // Of a file that nobody has.
    this.files.add('');
    this.floor = this.files.last;
    this.files.clear();
  }

  /** Whether what was read from a file under `ticket` may still be kept. */
  allows(path: string, ino: number, ticket: number): boolean {
    return ticket >= this.floor && this.files.numberOf(path) <= ticket && this.files.numberOf(ino) <= ticket;
  }
}
