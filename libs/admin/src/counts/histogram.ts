/** Upper bounds in milliseconds: a cached page, a file, a listing, a script, a slow client. */
const LATENCY_BOUNDS_MS: readonly number[] = [
  1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000,
];

/** A histogram as metrics want it. */
export interface Buckets {
  /** Upper bounds in milliseconds, which belong to their bucket. The last bucket has none. */
  readonly bounds: readonly number[];
  /** Of each bucket alone. */
  readonly counts: Float64Array;
  readonly sumMs: number;
}

/** How often something took how long. To count is one increment, and the memory is fixed. */
export class Histogram implements Buckets {
  readonly bounds: readonly number[];
  readonly counts: Float64Array;
  sumMs = 0;

  constructor(bounds: readonly number[] = LATENCY_BOUNDS_MS) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  count(ms: number): void {
    const { bounds } = this;
    let index = 0;
    // What is frequent is quick, and found with the first comparisons.
    while (index < bounds.length && ms > bounds[index]) index++;
    this.counts[index]++;
    this.sumMs += ms;
  }

  get total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** Returns the milliseconds that a part of all (0 to 1) did not exceed, estimated within its bucket; 0 without any. */
  quantile(part: number): number {
    const rank = part * this.total;
    let below = 0;
    for (let index = 0; index < this.bounds.length; index++) {
      const here = this.counts[index];
      const upper = this.bounds[index];
      const lower = index === 0 ? 0 : this.bounds[index - 1];
      if (here > 0 && below + here >= rank) return lower + ((upper - lower) * (rank - below)) / here;
      below += here;
    }
    // The last bucket has no upper bound.
    return rank === 0 ? 0 : (this.bounds.at(-1) ?? 0);
  }
}
