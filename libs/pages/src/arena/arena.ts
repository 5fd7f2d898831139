import { Memory } from '@webserv/event-loop';
import { CLASSES, classFor, classOf } from './size-class.ts';
import { BLOCK_MIN, GRAIN, HEAD, SLAB, Slab } from './slab.ts';

/** A larger block is memory of its own. */
const LARGEST = SLAB >> 2;
/** Bytes that a block costs beside its own: the objects that lead to it. */
const BOOKKEEPING = 1024;
/** Free blocks of the class below the first that is sure to fit, of which each is looked at. */
const LOOKS = 8;

/** Memory that the arena has given out. */
export interface Block {
  readonly memory: Memory;
  /** Where in `memory` it begins. */
  readonly at: number;
}

/**
 * The memory of all pages that are kept. A Buffer a page would lie in the C library's heap, with half a kilobyte of
 * objects around it, and would stay there after an eviction until the collector comes by: 64 MiB of pages took 107 MiB.
 * The arena gives each block back at once, joins it with its free neighbours, and gives slabs back that are empty.
 *
 * Free blocks are in lists by size class, and a bitmap says which lists have any: TLSF (Masmano et al., ECRTS 2004).
 * Taking and giving a block cost the same, however many there are.
 */
export class Arena {
  /** Bytes that slabs and bookkeeping may take together. Over it, `take` only reuses what is free. */
  limit = 0;
  /** Bytes of all slabs and large blocks, free or not. */
  bytes = 0;
  /** Blocks that are given out. */
  blocks = 0;
  private readonly slabs: (Slab | null)[] = [];
  private readonly slabOf = new Map<Memory, Slab>();
  /** The first free block of each class: slab and offset in one number, or -1. */
  private readonly heads = new Float64Array(CLASSES).fill(-1);
  private readonly used = new Int32Array((CLASSES + 31) >> 5);
  /** An empty slab that is kept, so that a page that comes and goes does not make one again and again. */
  private empty: Slab | null = null;

  /** Returns uninitialised memory, or null if there is no room within the limit. */
  take(size: number): Block | null {
    const need = Math.max(BLOCK_MIN, (size + HEAD + GRAIN - 1) & -GRAIN);
    if (size > LARGEST) return this.takeLarge(size);
    let block = this.find(need);
    if (block < 0) {
      if (!this.mayGrow(SLAB)) return null;
      this.addSlab();
      block = this.find(need);
    }
    const slab = this.slabs[Math.floor(block / SLAB)] as Slab;
    const at = block % SLAB;
    this.unlink(slab, at);
    if (slab === this.empty) this.empty = null;
    this.cut(slab, at, need);
    this.blocks++;
    return { memory: slab.memory, at: at + HEAD };
  }

  /** Takes a block back. Nothing is being sent from it any more. */
  give({ memory, at }: Block): void {
    this.blocks--;
    const slab = this.slabOf.get(memory);
    if (slab === undefined) this.bytes -= memory.size;
    else this.free(slab, at - HEAD);
  }

  private takeLarge(size: number): Block | null {
    if (!this.mayGrow(size)) return null;
    this.bytes += size;
    this.blocks++;
    return { memory: Memory.allocate(size), at: 0 };
  }

  /** One slab more than the limit: the last one is not full, and where it ends pages of all sites meet. */
  private mayGrow(size: number): boolean {
    return this.bytes + size + this.blocks * BOOKKEEPING <= this.limit + SLAB;
  }

  private addSlab(): void {
    const gap = this.slabs.indexOf(null);
    const slab = new Slab(gap < 0 ? this.slabs.length : gap);
    this.slabs[slab.index] = slab;
    this.slabOf.set(slab.memory, slab);
    this.bytes += SLAB;
    this.link(slab, 0);
  }

  private dropSlab(slab: Slab): void {
    this.slabs[slab.index] = null;
    this.slabOf.delete(slab.memory);
    this.bytes -= SLAB;
  }

  /** Makes a used block of `need` bytes out of a free one, and a free one of what is left. */
  private cut(slab: Slab, at: number, need: number): void {
    const size = slab.sizeAt(at);
    const before = slab.sizeBefore(at);
    if (size - need < BLOCK_MIN) {
      slab.write(at, size, before, false);
      return;
    }
    slab.write(at, need, before, false);
    slab.write(at + need, size - need, need, true);
    this.link(slab, at + need);
  }

  private free(slab: Slab, at: number): void {
    let start = at;
    let size = slab.sizeAt(at);
    const after = slab.after(at);
    if (after >= 0 && slab.isFree(after)) {
      this.unlink(slab, after);
      size += slab.sizeAt(after);
    }
    const before = slab.before(at);
    if (before >= 0 && slab.isFree(before)) {
      this.unlink(slab, before);
      size += slab.sizeAt(before);
      start = before;
    }
    slab.write(start, size, slab.sizeBefore(start), true);
    if (size === SLAB && this.empty !== null) {
      this.dropSlab(slab);
      return;
    }
    if (size === SLAB) this.empty = slab;
    this.link(slab, start);
  }

  // ---- lists of free blocks ----------------------------------------------------------------------------------

  /** Returns a free block of at least `need` bytes, as slab and offset in one number, or -1. */
  private find(need: number): number {
    const sure = classFor(need);
    const below = classOf(need);
    // Blocks of the class below may fit as well, and waste less.
    if (below !== sure) {
      let block = this.heads[below] as number;
      for (let looked = 0; block >= 0 && looked < LOOKS; looked++) {
        const slab = this.slabs[Math.floor(block / SLAB)] as Slab;
        if (slab.sizeAt(block % SLAB) >= need) return block;
        block = slab.next(block % SLAB);
      }
    }
    for (let word = sure >> 5; word < this.used.length; word++) {
      const bits = (this.used[word] as number) & (word === sure >> 5 ? -1 << (sure & 31) : -1);
      if (bits !== 0) return this.heads[(word << 5) + 31 - Math.clz32(bits & -bits)] as number;
    }
    return -1;
  }

  private link(slab: Slab, at: number): void {
    const group = classOf(slab.sizeAt(at));
    const first = this.heads[group] as number;
    const block = slab.index * SLAB + at;
    slab.setNext(at, first);
    slab.setPrevious(at, -1);
    if (first >= 0) (this.slabs[Math.floor(first / SLAB)] as Slab).setPrevious(first % SLAB, block);
    this.heads[group] = block;
    this.used[group >> 5] = (this.used[group >> 5] as number) | (1 << (group & 31));
  }

  private unlink(slab: Slab, at: number): void {
    const group = classOf(slab.sizeAt(at));
    const next = slab.next(at);
    const previous = slab.previous(at);
    if (next >= 0) (this.slabs[Math.floor(next / SLAB)] as Slab).setPrevious(next % SLAB, previous);
    if (previous >= 0) (this.slabs[Math.floor(previous / SLAB)] as Slab).setNext(previous % SLAB, next);
    else {
      this.heads[group] = next;
      if (next < 0) this.used[group >> 5] = (this.used[group >> 5] as number) & ~(1 << (group & 31));
    }
  }
}
