/** How many drops are remembered one by one. */
export const REMEMBERED_DROPS = 1024;

/**
 * Which files were dropped when, in numbers that only grow. A reader takes a ticket before it reads a file; what
 * it read may be cached only if the file was not dropped since. Old drops are forgotten by raising `floor`:
 * tickets from before it are all refused, so memory is bounded and the answer errs on the safe side.
 */
export class Drops {
  private now = 0;
  private floor = 0;
  private readonly byPath = new Map<string, number>();

  /** A ticket for a read that begins now. */
  ticket(): number {
    return this.now;
  }

  record(path: string): void {
    this.now++;
    this.byPath.delete(path);
    this.byPath.set(path, this.now);
    if (this.byPath.size <= REMEMBERED_DROPS) return;
    for (const [oldest, when] of this.byPath) {
      this.byPath.delete(oldest);
      this.floor = when;
      break;
    }
  }

  /** A drop of unknown extent: every read that is under way is too old. */
  recordAll(): void {
    this.now++;
    this.floor = this.now;
    this.byPath.clear();
  }

  /** Whether what was read from `path` under `ticket` may still be kept. */
  allows(path: string, ticket: number): boolean {
    if (ticket < this.floor) return false;
    const dropped = this.byPath.get(path);
    return dropped === undefined || dropped <= ticket;
  }
}
