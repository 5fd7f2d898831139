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
  private readonly byFile = new Map<string | number, number>();

  /** A ticket for a read that begins now. */
  ticket(): number {
    return this.now;
  }

  /** @param file its path, or its inode where it may be known by other paths */
  record(file: string | number): void {
    this.now++;
    this.byFile.delete(file);
    this.byFile.set(file, this.now);
    if (this.byFile.size <= REMEMBERED_DROPS) return;
    for (const [oldest, when] of this.byFile) {
      this.byFile.delete(oldest);
      this.floor = when;
      break;
    }
  }

  /** A drop of unknown extent: every read that is under way is too old. */
  recordAll(): void {
    this.now++;
    this.floor = this.now;
    this.byFile.clear();
  }

  /** Whether what was read from a file under `ticket` may still be kept. */
  allows(path: string, ino: number, ticket: number): boolean {
    return ticket >= this.floor && this.last(path) <= ticket && this.last(ino) <= ticket;
  }

  private last(file: string | number): number {
    return this.byFile.get(file) ?? 0;
  }
}
