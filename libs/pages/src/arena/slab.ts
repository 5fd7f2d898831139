import { Memory } from '@webserv/event-loop';

/** Bytes of a slab. The system gives it page by page, as it is used. */
export const SLAB = 4 << 20;
/** Blocks begin at multiples of it. */
export const GRAIN = 16;
/** The least bytes of a block: its head and, while it is free, its neighbours in the list of its class. */
export const BLOCK_MIN = 32;
/** Bytes in front of what a block holds: its own size, and the size of the block before it. */
export const HEAD = 8;

const FREE = 1;

/**
 * Four MiB of memory, cut into blocks without a gap between them. What describes a block stands in the block itself, so a
 * slab has no objects. Offsets and sizes are in bytes, heads included.
 *
 *     | size, free? | size before | what it holds, or: next free | previous free | ... | the next block
 */
export class Slab {
  readonly memory = Memory.allocate(SLAB);
  /** Its place in the arena. */
  readonly index: number;
  private readonly words: Int32Array;
  private readonly links: Float64Array;

  constructor(index: number) {
    this.index = index;
    const { buffer, byteOffset } = this.memory.bytes;
    this.words = new Int32Array(buffer, byteOffset, SLAB >> 2);
    this.links = new Float64Array(buffer, byteOffset, SLAB >> 3);
    this.write(0, SLAB, 0, true);
  }

  sizeAt(at: number): number {
    return (this.words[at >> 2] as number) & ~FREE;
  }

  isFree(at: number): boolean {
    return ((this.words[at >> 2] as number) & FREE) !== 0;
  }

  /** Returns the offset of the block before this one, or -1. */
  before(at: number): number {
    return at === 0 ? -1 : at - (this.words[(at >> 2) + 1] as number);
  }

  /** Returns the offset of the block behind this one, or -1. */
  after(at: number): number {
    const next = at + this.sizeAt(at);
    return next === SLAB ? -1 : next;
  }

  /** Makes one block of what lies from `at` to `at + size`. */
  write(at: number, size: number, before: number, free: boolean): void {
    this.words[at >> 2] = free ? size | FREE : size;
    this.words[(at >> 2) + 1] = before;
    if (at + size < SLAB) this.words[((at + size) >> 2) + 1] = size;
  }

  /** Returns the size of the block before this one. */
  sizeBefore(at: number): number {
    return this.words[(at >> 2) + 1] as number;
  }

  /** The neighbours of a free block in its list, as the arena numbers blocks; -1 for none. */
  next(at: number): number {
    return this.links[(at >> 3) + 1] as number;
  }

  previous(at: number): number {
    return this.links[(at >> 3) + 2] as number;
  }

  setNext(at: number, block: number): void {
    this.links[(at >> 3) + 1] = block;
  }

  setPrevious(at: number, block: number): void {
    this.links[(at >> 3) + 2] = block;
  }
}
