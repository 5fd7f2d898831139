import { Recent } from './recent.ts';

/** How many drops are remembered one by one. */
const REMEMBERED_DROPS = 1024;

/**
 * Which files were dropped when, in numbers that only grow. A reader takes a ticket before it reads a file. The cache
 * keeps what it read only if the file was not dropped since. Raising `floor` forgets old drops: every ticket from before
 * it is refused. So memory is bounded, and the answer errs on the safe side.
 */
export class Drops {
  private floor = 0;
  private readonly files = new Recent<string | number>();

  /** Returns a ticket for a read that begins now. */
  ticket(): number {
    return this.files.last;
  }

  /** @param file its path, or its inode if other paths may lead to it */
  record(file: string | number): void {
    this.files.add(file);
    if (this.files.size > REMEMBERED_DROPS) this.floor = this.files.shift();
  }

  /** Records a drop of unknown extent. The result of every read that is under way is refused. */
  recordAll(): void {
    // The path of no file. It only takes a number.
    this.files.add('');
    this.floor = this.files.last;
    this.files.clear();
  }

  /** Whether the cache may keep what was read from a file under `ticket`. */
  allows(path: string, ino: number, ticket: number): boolean {
    return ticket >= this.floor && this.files.numberOf(path) <= ticket && this.files.numberOf(ino) <= ticket;
  }
}
