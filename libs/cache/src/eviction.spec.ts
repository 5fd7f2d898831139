import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Ghosts } from './ghosts.ts';
import { StaticCache } from './static-cache.ts';

const stamp = { mtimeMs: 0.5, size: 1, ino: 1 };

/** The same pseudo-random numbers in every run (a linear congruential generator). */
function randoms(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Zipf-distributed ranks: rank r is drawn about 1/(r + 1) as often as rank 0. */
function zipf(count: number, random: () => number): () => number {
  const sums: number[] = [];
  let total = 0;
  for (let rank = 0; rank < count; rank++) {
    total += 1 / (rank + 1);
    sums.push(total);
  }
  return () => {
    const wanted = random() * total;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** Hits among the popular keys, with a scan over 500 new files behind every 1,000 requests or without any. */
function hitRatio(scans: boolean): number {
  const cache = new StaticCache<null>({ maxBytes: 200 * 1680, freshForMs: Number.POSITIVE_INFINITY });
  const next = zipf(2000, randoms());
  let hits = 0;
  let scanned = 0;
  const request = (key: string): boolean => {
    if (cache.get(key, 1000) !== undefined) return true;
    cache.put({ key, value: null, bytes: 1000, path: `/${key}`, stamp, pinned: false }, cache.begin(), 1000);
    return false;
  };
  for (let i = 1; i <= 30_000; i++) {
    if (request(`page ${next()}`)) hits++;
    if (scans && i % 1000 === 0) for (let k = 0; k < 500; k++) request(`scan ${scanned++}`);
  }
  return hits / 30_000;
}

describe('eviction', () => {
  it('keeps its hits through scans', () => {
    const quiet = hitRatio(false);
    const scanned = hitRatio(true);
    expect(quiet).toBeGreaterThan(0.6);
    expect(quiet - scanned).toBeLessThan(0.02);
  });
});

describe('memory', () => {
  it('of 100,000 values under long keys, only those of its entries are held', async () => {
    const cache = new StaticCache<Uint8Array>({ maxBytes: 1_000_000 });
    const tail = 'x'.repeat(500);
    const values: WeakRef<Uint8Array>[] = [];
    for (let i = 0; i < 100_000; i++) {
      const key = `${i}${tail}`;
      const value = new Uint8Array(100);
      values.push(new WeakRef(value));
      cache.put({ key, value, bytes: 100, path: `/${i}`, stamp, pinned: false }, cache.begin(), 0);
      if (i % 3 === 0) cache.dropPath(`/${i - 1}`);
      if (i % 5 === 0) cache.get(key, 0);
    }
    expect(cache.stats.bytes).toBeLessThanOrEqual(1_000_000);
    expect(cache.stats.entries).toBeLessThan(1_000_000 / (100 + 500 + 640));
    // What a WeakRef was made of stays until the end of the turn.
    await new Promise((resolve) => setImmediate(resolve));
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    const held = values.filter((value) => value.deref() !== undefined);
    expect(held.length).toBe(cache.stats.entries);
  });
});

describe('Ghosts', () => {
  it('remember up to their limit, oldest forgotten first, each once', () => {
    const ghosts = new Ghosts();
    for (const key of ['a', 'b', 'c', 'd']) ghosts.add(key, 3);
    expect(ghosts.count).toBe(3);
    expect(ghosts.take('a')).toBe(false);
    expect(ghosts.take('b')).toBe(true);
    expect(ghosts.take('b')).toBe(false);
    ghosts.clear();
    expect(ghosts.take('c')).toBe(false);
  });

  it('shrink to a smaller limit step by step', () => {
    const ghosts = new Ghosts();
    for (let i = 0; i < 100; i++) ghosts.add(`${i}`, 100);
    for (let i = 0; i < 100; i++) ghosts.add(`again ${i}`, 10);
    expect(ghosts.count).toBe(10);
  });
});
