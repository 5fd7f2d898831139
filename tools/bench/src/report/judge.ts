import type { Estimate } from './statistics.ts';

/** The bound that a figure must keep. */
export interface Bound {
  readonly bound: number;
  /** Whether the figure must stay under the bound or reach it. */
  readonly side: 'at most' | 'at least';
}

/** `undecided`: the target lies within the noise of the run, which neither meets nor misses it. */
export type Word = 'met' | 'missed' | 'undecided' | 'not measured';

/**
 * Judges a figure by the interval that its rounds leave open. A figure below zero is noise whatever its interval: nothing
 * that is measured here can cost less than nothing.
 */
export function wordOf({ bound, side }: Bound, { figure, low, high }: Estimate): Word {
  if (!Number.isFinite(figure) || Number.isNaN(low) || Number.isNaN(high)) return 'not measured';
  if (figure < 0 || (low < bound && bound < high)) return 'undecided';
  const within = side === 'at most' ? high <= bound : low >= bound;
  return within ? 'met' : 'missed';
}

/** Whether the noise leaves open which of two is better: `ratio` is one divided by the other. */
export function isLevel({ low, high }: Estimate): boolean {
  return low < 1 && 1 < high;
}
