import { Memory } from '@webserv/event-loop';

/** Bytes beyond the batch size, so that the line that fills a batch does not make its slab grow. */
const SPARE = 4 << 10;
/** Most bytes that a slab starts with, however large a batch may become. */
const FIRST_SIZE = 64 << 10;
/** Characters up to which lines are joined before they are encoded. One call for many lines takes half the time. */
const JOINED = 8 << 10;

/**
 * Lines that leave in one write: bytes in a slab whose address does not change, and which is reused.
 *
 * A line costs no memory but its string, and a line that is written in place costs none. The slab grows to what the
 * load needs, up to `limit`. It refuses a line that does not fit then, and the caller counts it.
 */
export class LineBatch {
  memory: Memory;
  /** Bytes of the batch. They are all in `memory` after `seal`. */
  length = 0;
  lines = 0;
  /** ASCII that is not in the slab yet. Its place is reserved, behind the bytes that are there. */
  private joined = '';
  private readonly limit: number;

  /**
   * @param size bytes at which the batch will be written
   * @param limit most bytes that it holds
   */
  constructor(size: number, limit: number) {
    this.limit = limit;
    this.memory = Memory.allocate(Math.min(size + SPARE, FIRST_SIZE + SPARE, limit));
  }

  /**
   * Makes room for a line that the caller writes into `memory.bytes`, from `length` on. `take` then counts it.
   * @param most most bytes that the line may have
   * @returns false if there is no room for it
   */
  reserve(most: number): boolean {
    if (this.joined !== '') this.seal();
    return this.length + most <= this.memory.size || this.grow(most);
  }

  /** Counts the line in the reserved room, which ends before `end`, an index into `memory.bytes`. */
  take(end: number): void {
    this.length = end;
    this.lines++;
  }

  /** Takes a line of ASCII with its line end. @returns false if there is no room for it */
  appendAscii(line: string): boolean {
    const size = line.length;
    if (this.length + size > this.memory.size && !this.grow(size)) return false;
    this.joined += line;
    this.length += size;
    this.lines++;
    if (this.joined.length >= JOINED) this.seal();
    return true;
  }

  /** Takes a line of any text with its line end, as UTF-8. @returns false if there is no room for it */
  appendText(line: string): boolean {
    // A code unit takes at most three bytes. The true size is worth counting only if that does not fit.
    if (this.length + line.length * 3 > this.memory.size) {
      const size = Buffer.byteLength(line);
      if (this.length + size > this.memory.size && !this.grow(size)) return false;
    }
    this.seal();
    this.length += this.memory.bytes.write(line, this.length, 'utf8');
    this.lines++;
    return true;
  }

  /** Writes all lines into `memory`. Call it before reading the memory. */
  seal(): void {
    if (this.joined === '') return;
    this.memory.bytes.write(this.joined, this.length - this.joined.length, 'latin1');
    this.joined = '';
  }

  clear(): void {
    this.joined = '';
    this.length = 0;
    this.lines = 0;
  }

  /** Returns the lines of a sealed batch that end at or after byte `from`: their end is not written yet. */
  linesFrom(from: number): number {
    const { bytes } = this.memory;
    let count = 0;
    for (let at = from; at < this.length; at++) if (bytes[at] === 0x0a) count++;
    return count;
  }

  /**
   * Returns the end of the lines from byte `from` on that a sealed batch has within so many bytes. A line that is longer is a
   * piece of its own.
   */
  pieceEnd(from: number, most: number): number {
    const { length, memory } = this;
    if (length - from <= most) return length;
    const within = memory.bytes.lastIndexOf(0x0a, from + most - 1);
    return (within >= from ? within : memory.bytes.indexOf(0x0a, from)) + 1;
  }

  private grow(more: number): boolean {
    const needed = this.length + more;
    if (needed > this.limit) return false;
    let size = this.memory.size;
    while (size < needed) size *= 2;
    const larger = Memory.allocate(Math.min(size, this.limit));
    this.memory.bytes.copy(larger.bytes, 0, 0, this.length - this.joined.length);
    this.memory = larger;
    return true;
  }
}
