import type { Slice } from '../bounds/slice.ts';

/** Comparisons between two looks at the clock. */
const COMPARISONS = 64;

/**
 * Sorts the numbers 0 to `count` - 1 by a comparison, in slices of time. It is a stable bottom-up merge sort that can pause
 * between any two comparisons.
 */
export class MergeOrder {
  private readonly count: number;
  private readonly compare: (a: number, b: number) => number;
  private from: Uint32Array;
  private to: Uint32Array;
  /** The length of the runs that are in order. */
  private width = 1;
  /** The two runs that are being merged, [start, middle) and [middle, end), and the positions in each and in `to`. */
  private left = 0;
  private right = 0;
  private middle = 0;
  private end = 0;
  private out = 0;

  constructor(count: number, compare: (a: number, b: number) => number) {
    this.count = count;
    this.compare = compare;
    this.from = new Uint32Array(count);
    this.to = new Uint32Array(count);
    for (let i = 0; i < count; i++) this.from[i] = i;
    this.pair(0);
  }

  /** The numbers in order, after `run` has returned true. */
  get order(): Uint32Array {
    return this.from;
  }

  /** @returns true if all is in order; false if the slice is spent before */
  run(slice: Slice): boolean {
    let left = COMPARISONS;
    while (this.width < this.count) {
      if (this.out === this.count) this.nextWidth();
      else if (this.out === this.end) this.pair(this.end);
      else this.move();
      if (--left === 0) {
        if (slice.spent) return this.width >= this.count;
        left = COMPARISONS;
      }
    }
    return true;
  }

  private pair(start: number): void {
    this.left = start;
    this.middle = Math.min(start + this.width, this.count);
    this.right = this.middle;
    this.end = Math.min(start + 2 * this.width, this.count);
    this.out = start;
  }

  /** Moves the smaller of the two next numbers. */
  private move(): void {
    const { from, to, left, right } = this;
    const fromLeft = left < this.middle && (right === this.end || this.compare(from[left], from[right]) <= 0);
    to[this.out++] = from[fromLeft ? this.left++ : this.right++];
  }

  private nextWidth(): void {
    const { from } = this;
    this.from = this.to;
    this.to = from;
    this.width *= 2;
    this.pair(0);
  }
}
