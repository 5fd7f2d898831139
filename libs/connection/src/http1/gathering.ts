/** Copies of up to so many bytes are quicker one by one than by a call. */
const FEW = 16;

/**
 * Pieces of one receive, brought together where they lie. What stands between them (the framing of chunks) has been read
 * and may be written over: of two neighbours the smaller one moves, so that a byte moves at most about as often as the
 * size of its piece doubles.
 */
export class Gathering {
  /** The range of the bytes that holds the pieces. */
  start = 0;
  end = 0;

  get size(): number {
    return this.end - this.start;
  }

  /** Adds the piece `[start, end)`, which lies behind all that is gathered. */
  add(bytes: Buffer, start: number, end: number): void {
    const size = this.size;
    if (size === 0) {
      this.start = start;
      this.end = end;
    } else if (start === this.end) {
      this.end = end;
    } else if (end - start <= size) {
      move(bytes, this.end, start, end);
      this.end += end - start;
    } else {
      bytes.copyWithin(start - size, this.start, this.end);
      this.start = start - size;
      this.end = end;
    }
  }

  clear(): void {
    this.start = 0;
    this.end = 0;
  }
}

/** Copies `[start, end)` to `target`, which lies before it. */
function move(bytes: Buffer, target: number, start: number, end: number): void {
  if (end - start > FEW) {
    bytes.copyWithin(target, start, end);
    return;
  }
  for (let from = start, to = target; from < end; from++, to++) bytes[to] = bytes[from] as number;
}
