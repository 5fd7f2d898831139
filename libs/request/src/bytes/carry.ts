const FIRST = 256;

/**
 * Bytes of an unfinished section, copied out of a receive buffer that others will use meanwhile. It has no memory
 * until something is unfinished, and none after `release()`.
 */
export class Carry {
  bytes: Buffer = EMPTY;
  length = 0;

  /** Appends `source[start, end)`; the room doubles, so that a byte at a time costs as much as all at once. */
  append(source: Buffer, start: number, end: number): void {
    const length = this.length + (end - start);
    if (length > this.bytes.length) {
      let room = this.bytes.length === 0 ? FIRST : this.bytes.length * 2;
      while (room < length) room *= 2;
      const larger = Buffer.allocUnsafeSlow(room);
      this.bytes.copy(larger, 0, 0, this.length);
      this.bytes = larger;
    }
    source.copy(this.bytes, this.length, start, end);
    this.length = length;
  }

  release(): void {
    this.bytes = EMPTY;
    this.length = 0;
  }
}

const EMPTY: Buffer = Buffer.alloc(0);
