/** How many more misses than hits the key of a slot outlives when it is new, and at most. */
const FIRST_LIFE = 4;
const MOST_LIFE = 255;
/** Sightings that a slot lets pass between two keys of which none was ever seen again. */
const MOST_WAIT = 1023;

/** After so many misses in a row only one of so many keys is looked at, until one is hit. */
const MOST_MISSES = 64;
const REST = 8;

/** What is known of a slot, as places in its row. */
const TAG = 0;
const LIFE = 1;
/** The key that was missed last, and how often it must be seen yet. */
const CANDIDATE = 2;
const LEFT = 3;
/** How long the next candidate will have to wait. */
const WAIT = 4;
const ROW_BITS = 3;

/**
 * Which key holds which slot, where many share one. It knows keys by a tag of 32 bits, their hash; whoever keeps things
 * in the slots compares the keys themselves.
 *
 * A key comes in where it is seen twice without another one between, and only once the one that holds the slot has been
 * missed more often than it was hit: two that take turns do not drive each other out, and a flood of keys that never
 * come back drives out nothing. A slot whose keys are put in and never hit waits twice as long before each next one, and
 * where nothing at all is hit for a while, most keys are not looked at: traffic that never repeats itself costs next to
 * nothing.
 */
export class Slots {
  /** One array for all of it: a miss touches a single line of the processor's cache. */
  private readonly rows: Int32Array;
  /** Since the last hit. */
  private misses = 0;
  private rest = 0;

  constructor(count: number) {
    this.rows = new Int32Array(count << ROW_BITS);
  }

  /** True where this key is not worth a look; to be asked once for each key. */
  passes(): boolean {
    if (this.rest === 0) return false;
    this.rest--;
    return true;
  }

  /** False where the slot certainly does not hold the key. */
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

  /** Holds nothing, until another key comes in. */
  clear(slot: number): void {
    this.rows[(slot << ROW_BITS) + LIFE] = 0;
  }

  /** The slot was asked for a key that it does not hold. True: it holds it from now on, put it there. */
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
