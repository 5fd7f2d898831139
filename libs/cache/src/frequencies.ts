/** Places in which a key may stand. They lie in one line of the processor's cache. */
const WAYS = 4;
/** Requests beyond this are not counted. */
export const MOST = 0xfff;
/** A place: a count, the period in which it was written, and the rest of a key's fingerprint. */
const COUNT = MOST;
const PERIOD_AT = 12;
const PERIOD = 0x3f;
const TAG = -1 << 18;

/**
 * How often keys were asked for lately. At the end of each period every count is halved, so that what was popular once
 * does not stay so for ever.
 *
 * A key is a fingerprint in one of four places. If all four have other keys, the least frequent of them loses one, and
 * its place when it has no more to lose. So a scan forgets other keys that were asked for once, and no popular one. A
 * place is one number, and its halving waits until somebody looks at it: a request makes no object and costs the same,
 * however many keys there are.
 */
export class Frequencies {
  /** The number of the present period. */
  period = 0;
  private readonly places: Int32Array;
  private readonly mask: number;

  /** @param keys how many keys it remembers, rounded up to a power of two */
  constructor(keys: number) {
    const buckets = 2 ** Math.max(6, Math.ceil(Math.log2(keys / WAYS)));
    this.places = new Int32Array(buckets * WAYS);
    this.mask = buckets - 1;
  }

  /** Counts a request of a key. @returns how often it was asked for lately, this time included */
  add(key: string): number {
    const print = fingerprint(key);
    const at = this.placeOf(print);
    if (at < 0) return 1;
    const count = Math.min(COUNT, this.countAt(at) + 1);
    this.write(at, print, count);
    return count;
  }

  /** Returns how often a key was asked for lately. */
  of(key: string): number {
    const print = fingerprint(key);
    const first = this.bucketOf(print);
    for (let at = first; at < first + WAYS; at++) if (this.isOf(at, print)) return this.countAt(at);
    return 0;
  }

  /** Remembers a count that an entry has kept. */
  set(key: string, count: number): void {
    const print = fingerprint(key);
    const at = this.placeOf(print);
    if (at >= 0) this.write(at, print, count);
  }

  /** Returns the place of a key, or one that it can have now, or -1. */
  private placeOf(print: number): number {
    const first = this.bucketOf(print);
    let least = first;
    let fewest = COUNT + 1;
    for (let at = first; at < first + WAYS; at++) {
      if (this.isOf(at, print)) return at;
      const count = this.countAt(at);
      if (count < fewest) {
        fewest = count;
        least = at;
      }
    }
    const old = this.places[least] as number;
    if (fewest > 1) {
      this.places[least] = (old & TAG) | ((this.period & PERIOD) << PERIOD_AT) | (fewest - 1);
      return -1;
    }
    this.write(least, print, 0);
    return least;
  }

  private bucketOf(print: number): number {
    return (print & this.mask) * WAYS;
  }

  private isOf(at: number, print: number): boolean {
    return (((this.places[at] as number) ^ print) & TAG) === 0;
  }

  private countAt(at: number): number {
    const place = this.places[at] as number;
    return halved(place & COUNT, (this.period - (place >> PERIOD_AT)) & PERIOD);
  }

  private write(at: number, print: number, count: number): void {
    this.places[at] = (print & TAG) | ((this.period & PERIOD) << PERIOD_AT) | count;
  }
}

/** Returns what is left of a count after so many periods. */
export function halved(count: number, periods: number): number {
  return periods > 12 ? 0 : count >> periods;
}

const { imul } = Math;

/** FNV-1a over the character codes, and a last turn that spreads what the last ones have changed. */
function fingerprint(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = imul(hash ^ key.charCodeAt(i), 0x01000193);
  return imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
}
