import { Histogram } from './histogram.ts';

describe('Histogram', () => {
  it('counts a time in the first bucket that is not below it', () => {
    const histogram = new Histogram([1, 10]);
    for (const ms of [0, 1, 1.1, 10, 11, 99_999]) histogram.count(ms);
    expect([...histogram.counts]).toEqual([2, 2, 2]);
    expect(histogram.total).toBe(6);
    expect(histogram.sumMs).toBeCloseTo(100_022.1);
  });

  it('estimates how long most took', () => {
    const histogram = new Histogram([1, 10, 100]);
    expect(histogram.quantile(0.5)).toBe(0);
    for (let i = 0; i < 90; i++) histogram.count(0.5);
    for (let i = 0; i < 10; i++) histogram.count(50);
    expect(histogram.quantile(0.5)).toBeLessThan(1);
    expect(histogram.quantile(0.99)).toBeGreaterThan(10);
    expect(histogram.quantile(0.99)).toBeLessThan(100);
    histogram.count(1e6);
    expect(histogram.quantile(1)).toBe(100);
  });
});
