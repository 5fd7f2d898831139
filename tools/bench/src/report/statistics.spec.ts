import { deviation, estimate, paired, spread } from './statistics.ts';

describe('spread', () => {
  it.each([
    [[3, 1, 2], 2, 1, 3],
    [[4, 1, 2, 3], 2.5, 1, 4],
    [[7], 7, 7, 7],
    [[10, 9, 100], 10, 9, 100],
  ])('%j', (figures, median, least, greatest) => {
    expect(spread(figures)).toEqual({ median, least, greatest });
  });

  it('is not a number where nothing was measured', () => {
    expect(spread([])).toEqual({ median: Number.NaN, least: Number.NaN, greatest: Number.NaN });
  });

  it('deviates by half of its range', () => {
    expect(deviation(spread([8, 10, 12]))).toBeCloseTo(0.2);
  });
});

describe('estimate', () => {
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

  // By the binomial distribution with a half: the rounds that a 95 % interval of the median reaches to.
  it.each([
    [5, 1, 5],
    [6, 1, 6],
    [8, 1, 8],
    [9, 2, 8],
    [11, 2, 10],
    [15, 4, 12],
    [21, 6, 16],
  ])('of %i rounds reaches from the %i. to the %i.', (count, low, high) => {
    expect(estimate(upTo(count).reverse())).toEqual({ figure: (count + 1) / 2, low, high });
  });

  it('is open where there are fewer than five rounds, void ones not counted', () => {
    expect(estimate([1, 2, 3, Number.NaN, 4])).toEqual({
      figure: 2.5,
      low: Number.NEGATIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
    });
  });

  it('is not a number where nothing was measured', () => {
    expect(estimate([Number.NaN])).toEqual({ figure: Number.NaN, low: Number.NaN, high: Number.NaN });
  });
});

describe('paired', () => {
  it('takes the ratio of each round, and leaves out those in which one is void', () => {
    const found = paired([1, 2, 3, Number.NaN, 5, 6, 7], [2, 4, 6, 8, 10, Number.NaN, 14]);
    expect(found).toEqual({ figure: 0.5, low: 0.5, high: 0.5 });
  });

  it('ends where the shorter one does', () => {
    expect(paired([1, 2, 3], [1]).figure).toBe(1);
  });
});
