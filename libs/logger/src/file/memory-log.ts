import { LineBatch } from './line-batch.ts';
import type { OpenLog } from './open-log.ts';

const SIZE = 64 << 10;
const LIMIT = 1 << 20;

/** A log that keeps its lines in memory, up to a bound, and writes nothing. */
export class MemoryLog implements OpenLog {
  readonly path: string;
  readonly colored = false;
  lost = 0;
  private readonly batch = new LineBatch(SIZE, LIMIT);

  constructor(path: string) {
    this.path = path;
  }

  /** What was written since the last call. */
  take(): string {
    const { batch } = this;
    batch.seal();
    const text = batch.memory.bytes.toString('utf8', 0, batch.length);
    batch.clear();
    return text;
  }

  write(line: string): void {
    if (!this.batch.appendAscii(line)) this.lost++;
  }

  writeText(line: string): void {
    if (!this.batch.appendText(line)) this.lost++;
  }

  room(most: number): LineBatch | null {
    if (this.batch.reserve(most)) return this.batch;
    this.lost++;
    return null;
  }

  taken(end: number): void {
    this.batch.take(end);
  }

  flushSoon(): void {}

  flush(): void {}

  flushSync(): void {}

  reopen(): number {
    return 0;
  }

  limitTo(): void {}

  giveTo(): number {
    return 0;
  }

  close(done: () => void): void {
    done();
  }
}
