import { RateTable } from './rate-table.ts';

describe('RateTable', () => {
  it('answers at a rate, and a burst before it', () => {
    const table = new RateTable({ intervalMs: 100, burst: 2 });
    expect([0, 0, 0, 0].map((at) => table.take('a', at))).toEqual([0, 0, 0, 100]);
    expect([50, 100, 100, 200].map((at) => table.take('a', at))).toEqual([50, 0, 100, 0]);
    expect([5000, 5000, 5000, 5000].map((at) => table.take('a', at))).toEqual([0, 0, 0, 100]);
  });

  it('counts each address by itself', () => {
    const table = new RateTable({ intervalMs: 1000, burst: 0 });
    expect([table.take('a', 0), table.take('b', 0), table.take('a', 1), table.take('b', 1)]).toEqual([
      0, 0, 999, 999,
    ]);
  });

  it('answers exactly as many as the rate says, over a long time', () => {
    const table = new RateTable({ intervalMs: 1000 / 7, burst: 3 });
    let answered = 0;
    for (let at = 0; at < 60_000; at++) if (table.take('a', at) === 0) answered++;
    expect(answered).toBeGreaterThanOrEqual(60 * 7);
    expect(answered).toBeLessThanOrEqual(60 * 7 + 4);
  });

  it('remembers a bounded number of addresses, those that have asked last', () => {
    const table = new RateTable({ intervalMs: 1_000_000, burst: 0 }, 100);
    for (let turn = 0; turn < 10_000; turn++) {
      table.take(`10.0.${turn >> 8}.${turn & 255}`, turn);
      table.take('a', turn);
      if (turn > 0) expect(table.take('a', turn)).toBeGreaterThan(0);
      if (turn === 50) expect(table.take('10.0.0.0', turn)).toBeGreaterThan(0);
    }
    expect(table.size).toBe(100);
    expect(table.take('10.0.0.0', 10_000)).toBe(0);
  });
});
