import { Memory } from '@webserv/event-loop';

/** Bytes of one slab: what a pipe holds on Linux, and what one receive of a body brings at most. */
export const SLAB = 64 << 10;
/** Slabs that are kept for the next script. */
const KEPT = 32;

/** Memory for the pipes of scripts, used again: a fresh 64 KiB for every request would keep the collector busy. */
export class Slabs {
  private readonly free: Memory[] = [];

  take(): Memory {
    return this.free.pop() ?? Memory.allocate(SLAB);
  }

  /** To be called when neither the driver nor a reader holds any of it. */
  give(memory: Memory): void {
    if (memory.size === SLAB && this.free.length < KEPT) this.free.push(memory);
  }
}
