import { Memory } from '@webserv/event-loop';

/** Bytes of one slab: a pipe on Linux holds as many, and one receive of a body brings at most as many. */
export const SLAB = 64 << 10;
/** The most slabs that are kept for the next scripts. */
const KEPT = 32;

/** Reuses the memory for the pipes of scripts: a fresh 64 KiB for every request would keep the garbage collector busy. */
export class Slabs {
  private readonly free: Memory[] = [];

  take(): Memory {
    return this.free.pop() ?? Memory.allocate(SLAB);
  }

  /** Takes memory back. Neither the driver nor a reader may still hold any of it. */
  give(memory: Memory): void {
    if (memory.size === SLAB && this.free.length < KEPT) this.free.push(memory);
  }
}
