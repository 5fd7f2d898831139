/** The middle of some figures, with the least and the greatest. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
}

/** NaN where there are no figures: a table shows it as a dash and no ratio comes out of it. */
export function spread(figures: readonly number[]): Spread {
  const sorted = [...figures].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
  return { median, least: sorted[0] ?? Number.NaN, greatest: sorted.at(-1) ?? Number.NaN };
}

/** Half of the distance from the least to the greatest, as a part of the median. */
export function deviation({ median, least, greatest }: Spread): number {
  return (greatest - least) / 2 / median;
}

/** A figure by round: NaN where a round is void. */
export type Series = readonly number[];

/**
 * A figure, and the interval in which its true value lies in about 19 of 20 runs. The rounds alone give the interval:
 * no shape of the noise is assumed.
 */
export interface Estimate {
  readonly figure: number;
  readonly low: number;
  readonly high: number;
}

/** Fewer rounds say nothing of their noise: five have the true median between them in 15 of 16 runs. */
const LEAST_ROUNDS = 5;
/** The part of runs in which the interval may miss the true median. */
const RISK = 0.05;

/** The median of some rounds. The interval is without end where there are too few of them. */
export function estimate(series: Series): Estimate {
  const sorted = series.filter(Number.isFinite).sort((a, b) => a - b);
  const figure = spread(sorted).median;
  const count = sorted.length;
  if (count === 0) return { figure, low: Number.NaN, high: Number.NaN };
  if (count < LEAST_ROUNDS) return { figure, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const outside = outerRounds(count);
  return { figure, low: sorted[outside]!, high: sorted[count - 1 - outside]! };
}

/** What is counted and has no noise, as a number of system calls. */
export function exactly(figure: number): Estimate {
  return { figure, low: figure, high: figure };
}

/** What one is for each of the other, from rounds in which both were measured, one soon after the other. */
export function paired(ours: Series, theirs: Series): Estimate {
  return estimate(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));
}

/**
 * How many rounds may lie outside of the interval on each side. The true median is as likely below a round as above it,
 * so the chance that `outside` or fewer of `count` rounds lie on one side of it is a sum of binomials.
 */
function outerRounds(count: number): number {
  let chance = 0.5 ** count;
  let sum = 0;
  let outside = 0;
  while (2 * (sum + chance) <= RISK) {
    sum += chance;
    chance *= (count - outside) / (outside + 1);
    outside++;
  }
  return Math.max(0, outside - 1);
}
