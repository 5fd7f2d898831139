import { Memory } from '@webserv/event-loop';

/** The smallest piece, as a power of two. */
const SMALLEST = 12;
/** Bytes that lie free at most. */
const MOST = 1 << 20;

/**
 * Memory for answers that are sent once. To make a piece and collect it again costs more than to read a small file, so
 * pieces are used again. Their sizes are powers of two.
 */
export class MemoryPool {
  private readonly free: Memory[][] = [];
  private bytes = 0;

  /** Returns the bytes that a piece for `size` bytes takes. */
  static capacityOf(size: number): number {
    return 1 << powerOf(size);
  }

  /** @param size in bytes, at most 1 GiB. The piece may be larger */
  take(size: number): Memory {
    const power = powerOf(size);
    const memory = this.free[power]?.pop();
    if (memory === undefined) return Memory.allocate(1 << power);
    this.bytes -= memory.size;
    return memory;
  }

  /** Takes a piece back, of which nothing is being sent any more. Memory of another size is left to the collector. */
  give(memory: Memory): void {
    if (memory.size !== MemoryPool.capacityOf(memory.size) || this.bytes + memory.size > MOST) return;
    this.bytes += memory.size;
    const power = powerOf(memory.size);
    const pieces = this.free[power];
    if (pieces === undefined) this.free[power] = [memory];
    else pieces.push(memory);
  }
}

function powerOf(size: number): number {
  return Math.max(SMALLEST, 32 - Math.clz32(size - 1));
}
