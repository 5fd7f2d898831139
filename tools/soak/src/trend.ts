/** A straight line through a series, by least squares. */
export interface Trend {
  /** The line at the first and at the last point. */
  readonly first: number;
  readonly last: number;
  /** The rise between the two, as a part of `first`. */
  readonly growth: number;
  /** The least rise with a certainty of 97.5 %. If it is above 0, chance does not explain the rise. */
  readonly certain: number;
}

/** Two-sided 95 % of the normal distribution: the series have dozens of points. */
const Z = 1.96;

/**
 * @param xs ascending, at least three
 * @param ys one for each x
 */
export function trendOf(xs: readonly number[], ys: readonly number[]): Trend {
  const n = xs.length;
  const meanX = mean(xs);
  const meanY = mean(ys);
  let sxx = 0;
  let sxy = 0;
  for (let i = 0; i < n; i++) {
    sxx += (xs[i]! - meanX) ** 2;
    sxy += (xs[i]! - meanX) * (ys[i]! - meanY);
  }
  const slope = sxx === 0 ? 0 : sxy / sxx;
  let residual = 0;
  for (let i = 0; i < n; i++) residual += (ys[i]! - (meanY + slope * (xs[i]! - meanX))) ** 2;
  const error = n > 2 && sxx > 0 ? Math.sqrt(residual / (n - 2) / sxx) : 0;
  const span = xs[n - 1]! - xs[0]!;
  const first = meanY + slope * (xs[0]! - meanX);
  const base = Math.max(Math.abs(first), 1);
  return {
    first,
    last: first + slope * span,
    growth: (slope * span) / base,
    certain: ((slope - Z * error) * span) / base,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
