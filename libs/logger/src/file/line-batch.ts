import { Memory } from '@webserv/event-loop';

/** Room kept beyond the batch size, so that the line that fills a batch does not make its slab grow. */
const SPARE = 4 << 10;
/** A slab starts no larger than this, however large a batch may become. */
const FIRST_SIZE = 64 << 10;
/** Lines are joined up to this many characters before they are encoded: one call for many lines, and half the cost. */
const JOINED = 8 << 10;

/**
 * Lines that leave in one write: bytes in a slab whose address does not move, reused for ever.
 *
 * Nothing is allocated for a line but its string, and for one that is written in place nothing at all. The slab grows to what the load needs, up to `limit`; what does not
 * fit then is refused, and the caller counts it.
 */
export class LineBatch {
  memory: Memory;
  /** Bytes of the batch; they all lie in `memory` after `seal`. */
  length = 0;
  lines = 0;
  /** ASCII that has its place in the slab already, behind the bytes that are there. */
  private joined = '';
  private readonly limit: number;

  /**
   * @param size bytes at which the batch will be written
   * @param limit bytes that it holds at most
   */
  constructor(size: number, limit: number) {
    this.limit = limit;
    this.memory = Memory.allocate(Math.min(size + SPARE, FIRST_SIZE + SPARE, limit));
  }

  /**
   * Makes room for a line that its maker writes straight into `memory.bytes`, from `length` on; `take` counts it in.
   * @param most bytes that it may have
   * @returns false where there is no room for it
   */
  reserve(most: number): boolean {
    if (this.joined !== '') this.seal();
    return this.length + most <= this.memory.size || this.grow(most);
  }

  /** The line that was written into the reserved room ends before `end`, an index into `memory.bytes`. */
  take(end: number): void {
    this.length = end;
    this.lines++;
  }

  /** Takes a line of ASCII, its line end included. @returns false where there is no room for it */
  appendAscii(line: string): boolean {
    const size = line.length;
    if (this.length + size > this.memory.size && !this.grow(size)) return false;
    this.joined += line;
    this.length += size;
    this.lines++;
    if (this.joined.length >= JOINED) this.seal();
    return true;
  }

  /** Takes a line of any text, its line end included, as UTF-8. @returns false where there is no room for it */
  appendText(line: string): boolean {
    // A code unit takes three bytes at most; only where that is too much is the true size worth counting.
    if (this.length + line.length * 3 > this.memory.size) {
      const size = Buffer.byteLength(line);
      if (this.length + size > this.memory.size && !this.grow(size)) return false;
    }
    this.seal();
    this.length += this.memory.bytes.write(line, this.length, 'utf8');
    this.lines++;
    return true;
  }

  /** Brings all that was taken into `memory`: to be called before it is read. */
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

  /** Lines of a sealed batch that end at or after byte `from`: those of which at least the end is still to be written. */
  linesFrom(from: number): number {
    const { bytes } = this.memory;
    let count = 0;
    for (let at = from; at < this.length; at++) if (bytes[at] === 0x0a) count++;
    return count;
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
