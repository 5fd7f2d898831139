const FIRST = 256;

/**
 * Bytes of an unfinished section, copied from a receive buffer that its owner fills again in the meantime. It has no
 * memory until something is unfinished, and none after `release()`.
 */
export class Carry {
  bytes: Uint8Array = EMPTY;
  length = 0;

  /** Appends `source[start, end)`. The room doubles, so a byte at a time costs about as much as all at once. */
  append(source: Uint8Array, start: number, end: number): void {
    const length = this.length + (end - start);
    if (length > this.bytes.length) {
      let room = this.bytes.length === 0 ? FIRST : this.bytes.length * 2;
      while (room < length) room *= 2;
      const larger = new Uint8Array(room);
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    this.bytes.set(source.subarray(start, end), this.length);
    this.length = length;
  }

  release(): void {
    this.bytes = EMPTY;
    this.length = 0;
  }
}

/** All may share it: it has no byte that anybody could write. */
const EMPTY: Uint8Array = new Uint8Array(0);
