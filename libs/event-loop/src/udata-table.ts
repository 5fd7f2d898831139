import type { Udata } from './udata.ts';

const FIRST_CAPACITY = 256;

/**
 * Slot and generation <-> udata. The kernel carries both through each wait, in the 64 bits that it gives back.
 *
 * A slot's generation grows each time the slot is given up. So a token that outlives its object finds nobody: it is of
 * an event that was harvested before the object was closed, or of a descriptor number that came back. The table drops
 * and counts it, and never dispatches it.
 */
export class UdataTable {
  /** Tokens that came back after their object had gone. */
  stale = 0;
  /** Objects in the table. */
  live = 0;
  private readonly objects: (Udata | null)[] = [];
  private generations = new Uint32Array(FIRST_CAPACITY);
  private readonly free: number[] = [];

  /** Gives the udata a slot and a generation. */
  insert(udata: Udata): void {
    const slot = this.free.pop() ?? this.grow();
    this.objects[slot] = udata;
    udata.slot = slot;
    udata.generation = this.generations[slot];
    this.live++;
  }

  /** The object of a token. Returns null for a token that has outlived its object, and counts it. */
  get(slot: number, generation: number): Udata | null {
    // The table has the generation, because udatas differ in shape.
    if (slot < this.objects.length && this.generations[slot] === generation) {
      const udata = this.objects[slot];
      if (udata !== null) return udata;
    }
    this.stale++;
    return null;
  }

  /** Gives the slot up: from now on the udata's token is stale. */
  remove(udata: Udata): void {
    const slot = udata.slot;
    this.objects[slot] = null;
    this.generations[slot] = (this.generations[slot] + 1) >>> 0;
    this.free.push(slot);
    udata.slot = -1;
    this.live--;
  }

  /** Another udata takes the slot, and with it the token: events that are on their way are for it. */
  replace(from: Udata, to: Udata): void {
    this.objects[from.slot] = to;
    to.slot = from.slot;
    to.generation = from.generation;
    from.slot = -1;
  }

  /** Everything in the table: `dispose` closes it all. */
  *[Symbol.iterator](): IterableIterator<Udata> {
    for (const udata of this.objects) if (udata !== null) yield udata;
  }

  private grow(): number {
    const slot = this.objects.length;
    this.objects.push(null);
    if (slot >= this.generations.length) {
      const larger = new Uint32Array(this.generations.length * 2);
      larger.set(this.generations);
      this.generations = larger;
    }
    return slot;
  }
}
