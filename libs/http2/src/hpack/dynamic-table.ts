import { ENTRY_OVERHEAD, type Field } from './field.ts';

/** Places of a table that has just got its first entry. */
const FIRST_PLACES = 16;
const NONE: (Field | null)[] = [];

/**
 * The dynamic table of one direction (RFC 7541, section 2.3.2): a queue of the fields that were added last, as many as fit
 * its size. An idle connection that has sent no field yet holds no memory for it.
 */
export class DynamicTable {
  /** Entries that it holds. */
  count = 0;
  /** The sum of their sizes. */
  size = 0;
  /** How many were ever added. */
  added = 0;
  private max: number;
  /** A ring, whose length is a power of two. */
  private ring: (Field | null)[] = NONE;
  /** The place of the newest entry. */
  private newest = 0;

  constructor(maxSize: number) {
    this.max = maxSize;
  }

  get maxSize(): number {
    return this.max;
  }

  /** Evicts what no longer fits (section 4.3). */
  resize(maxSize: number): void {
    this.max = maxSize;
    this.evict(maxSize);
    if (maxSize === 0) this.ring = NONE;
  }

  /** Returns the entry of an index that counts from 1 for the newest, or null. */
  at(index: number): Field | null {
    if (index < 1 || index > this.count) return null;
    return this.ring[(this.newest - index + 1) & (this.ring.length - 1)];
  }

  /** Adds a field (section 4.4). One that is larger than the table empties it, and is not kept. */
  add(field: Field): void {
    const { size } = field;
    this.added++;
    this.evict(this.max - size);
    if (size > this.max) return;
    if (this.count === this.ring.length) this.grow();
    this.newest = (this.newest + 1) & (this.ring.length - 1);
    this.ring[this.newest] = field;
    this.count++;
    this.size += size;
  }

  /** Evicts the oldest entries until at most `most` bytes remain. */
  private evict(most: number): void {
    while (this.count > 0 && this.size > most) {
      const place = (this.newest - this.count + 1) & (this.ring.length - 1);
      this.size -= this.ring[place]?.size ?? ENTRY_OVERHEAD;
      this.ring[place] = null;
      this.count--;
    }
  }

  private grow(): void {
    const { ring, count, newest } = this;
    const grown: (Field | null)[] = new Array(Math.max(FIRST_PLACES, ring.length * 2)).fill(null);
    for (let age = 0; age < count; age++) {
      grown[count - 1 - age] = ring[(newest - age) & (ring.length - 1)];
    }
    this.ring = grown;
    this.newest = (count - 1) & (grown.length - 1);
  }
}
