/** How many more misses than hits a key survives in its slot: when it is new, and at most. */
const FIRST_LIFE = 4;
const MOST_LIFE = 255;
/** Sightings that a slot ignores, at most, after it held keys that were never seen again. */
const MOST_WAIT = 1023;

/** After MOST_MISSES misses in a row, only one of REST keys is looked up, until there is a hit. */
const MOST_MISSES = 64;
const REST = 8;

/** Places of the facts of a slot in its row. */
const TAG = 0;
const LIFE = 1;
/** The key that was missed last, and how often it must still be seen. */
const CANDIDATE = 2;
const LEFT = 3;
/** How many sightings the next candidate must wait for. */
const WAIT = 4;
const ROW_BITS = 3;

/**
 * Which key holds which slot, when many keys share one. It knows a key by a tag of 32 bits, its hash. The owner of what
 * is in the slots compares the keys themselves.
 *
 * A key gets its slot when it is seen twice without another key in between, and when the holder of the slot has been
 * missed more often than hit. So two keys that alternate do not evict each other, and a flood of keys that never come
 * back evicts nothing. If a slot takes keys that are never hit, it waits twice as long before each next one. If nothing
 * at all is hit for a while, most keys are not looked up. So traffic that never repeats costs next to nothing.
 */
export class Slots {
  /** One array for all rows: a miss touches a single line of the processor's cache. */
  private readonly rows: Int32Array;
  /** Misses since the last hit, and how many keys to pass over now. */
  private misses = 0;
  private rest = 0;

  constructor(count: number) {
    this.rows = new Int32Array(count << ROW_BITS);
  }

  /** Whether to skip the lookup of this key. Ask once for each key. */
  passes(): boolean {
    if (this.rest === 0) return false;
    this.rest--;
    return true;
  }

  /** Returns false if the slot certainly does not hold the key. */
  mayHold(slot: number, tag: number): boolean {
    const { rows } = this;
    const row = slot << ROW_BITS;
    return rows[row + TAG] === tag && rows[row + LIFE] !== 0;
  }

  hit(slot: number): void {
    const { rows } = this;
    const row = slot << ROW_BITS;
    const life = rows[row + LIFE];
    this.misses = 0;
    if (life < MOST_LIFE) rows[row + LIFE] = life + 1;
    rows[row + WAIT] = 0;
  }

  /** Empties the slot until another key gets it. */
  clear(slot: number): void {
    this.rows[(slot << ROW_BITS) + LIFE] = 0;
  }

  /** Notes that the slot does not hold the key. Returns true if the key has the slot from now on: store its value. */
  missed(slot: number, tag: number): boolean {
    const { rows } = this;
    if (this.misses < MOST_MISSES) this.misses++;
    else this.rest = REST - 1;
    const row = slot << ROW_BITS;
    const life = rows[row + LIFE];
    if (life > 0) {
      rows[row + LIFE] = life - 1;
      return false;
    }
    const wait = rows[row + WAIT];
    if (rows[row + CANDIDATE] !== tag) {
      rows[row + CANDIDATE] = tag;
      rows[row + LEFT] = wait;
      return false;
    }
    const left = rows[row + LEFT];
    if (left > 0) {
      rows[row + LEFT] = left - 1;
      return false;
    }
    rows[row + TAG] = tag;
    rows[row + LIFE] = FIRST_LIFE;
    rows[row + LEFT] = wait;
    rows[row + WAIT] = wait < MOST_WAIT ? wait * 2 + 1 : MOST_WAIT;
    return true;
  }
}
