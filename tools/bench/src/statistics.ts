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
