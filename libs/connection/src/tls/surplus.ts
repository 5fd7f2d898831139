import type { Op } from '@webserv/event-loop';

/** Data that has come and was not wanted yet. It is bounded by what the loop receives at once, and by one record more. */
export class Surplus {
  private bytes: Buffer | null = null;

  get isEmpty(): boolean {
    return this.bytes === null;
  }

  /** Keeps a copy, behind what there is. */
  keep(bytes: Buffer, at: number, count: number): void {
    const piece = bytes.subarray(at, at + count);
    this.bytes = this.bytes === null ? Buffer.from(piece) : Buffer.concat([this.bytes, piece]);
  }

  /** Gives a receive what there is, or as much as its memory has room for. @returns how many bytes */
  give(op: Op): number {
    const { bytes } = this;
    if (bytes === null) return 0;
    if (op.memory === null) {
      op.bytes = bytes;
      op.offset = 0;
      this.bytes = null;
      return bytes.length;
    }
    const count = Math.min(bytes.length, op.length);
    op.memory.bytes.set(bytes.subarray(0, count), op.offset);
    op.bytes = op.memory.bytes;
    this.bytes = count === bytes.length ? null : bytes.subarray(count);
    return count;
  }

  /**
   * Gives data to a receive that waits. What it has no room for is kept.
   * @param direct the data lies in the memory of the receive already @returns bytes that it has
   */
  pass(op: Op, bytes: Buffer, at: number, count: number, direct: boolean): number {
    if (op.memory !== null && !direct) {
      this.keep(bytes, at, count);
      return this.give(op);
    }
    op.bytes = bytes;
    op.offset = at;
    return count;
  }

  clear(): void {
    this.bytes = null;
  }
}
