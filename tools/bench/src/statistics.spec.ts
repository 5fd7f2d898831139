import { deviation, spread } from './statistics.ts';

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
