const NOTHING = new Uint8Array(0);
/** Bytes of the first memory. A head that is cut is mostly small. */
const FIRST = 512;

/**
 * Bytes that came in several pieces, gathered behind each other. Its memory grows with what has come and not with what was
 * announced, so a peer pins no more than it has sent, twice at most.
 */
export class Gathered {
  bytes: Uint8Array = NOTHING;
  size = 0;

  add(from: Uint8Array, start: number, end: number): void {
    const size = this.size + end - start;
    if (size > this.bytes.length) {
      const larger = new Uint8Array(Math.max(FIRST, size, this.bytes.length * 2));
      larger.set(this.bytes.subarray(0, this.size));
      this.bytes = larger;
    }
    this.bytes.set(from.subarray(start, end), this.size);
    this.size = size;
  }

  /** Forgets the bytes and lets go of the memory. */
  clear(): void {
    this.bytes = NOTHING;
    this.size = 0;
  }
}
