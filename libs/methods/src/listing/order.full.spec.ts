import fc from 'fast-check';
import { Slice } from '../bounds/slice.ts';
import { MergeOrder } from './merge-order.ts';
import { compareNatural, naturalKey } from './natural-order.ts';

function compare(a: string, b: string): number {
  const one = Buffer.from(naturalKey(a));
  const other = Buffer.from(naturalKey(b));
  return compareNatural(one, 0, one.length, other, 0, other.length);
}

function sorted(names: readonly string[]): string[] {
  return [...names].sort(compare);
}

describe('natural order', () => {
  it.each([
    [['file 1', 'file 2', 'file 10', 'file 10b', 'file 100']],
    [['a', 'B', 'c']],
    [['1', '2', '10', 'a']],
    [['v1.2.9', 'v1.2.10', 'v1.10.0']],
    [['éclair', 'Eclipse', 'école', 'edge']],
    [['9007199254740993', '9007199254740994', '90071992547409930']],
    [['img', 'img1', 'img1a', 'imgs']],
    [['가', '나', '다']],
    [['', 'a', 'aa']],
  ])('%j', (names) => {
    expect(sorted([...names].reverse())).toEqual(names);
  });

  it.each([
    ['a', 'A'],
    ['file 01', 'file 1'],
    ['é', 'É'],
  ])('holds %s and %s for alike', (a, b) => {
    expect(compare(a, b)).toBe(0);
  });

  it('is an order', () => {
    const word = fc.array(fc.constantFrom('a', 'B', 'b', '0', '1', '01', '10', ' ', '.', 'é', '日'), {
      maxLength: 6,
    });
    const key = word.map((parts) => parts.join(''));
    const sign = (a: string, b: string): number => Math.sign(compare(a, b));
    fc.assert(
      fc.property(key, key, key, (a, b, c) => {
        expect(sign(a, a)).toBe(0);
        expect(sign(a, b) + sign(b, a)).toBe(0);
        if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('sorting in slices', () => {
  /** A slice that is spent after so many looks. */
  function looks(count: number): Slice {
    let now = 0;
    const slice = new Slice(count, () => now++);
    slice.begin();
    return slice;
  }

  it('comes to the same as sorting at once, wherever it pauses', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(50), { maxLength: 400 }),
        fc.integer({ min: 1, max: 5 }),
        (values, length) => {
          const compare = (a: number, b: number): number => values[a]! - values[b]!;
          const order = new MergeOrder(values.length, compare);
          while (!order.run(looks(length)));
          const expected = values.map((_, index) => index).sort((a, b) => compare(a, b) || a - b);
          expect([...order.order]).toEqual(expected);
          expect(order.run(looks(1))).toBe(true);
        },
      ),
    );
  });

  it('does no more comparisons than it must', () => {
    let comparisons = 0;
    const count = 1 << 14;
    const order = new MergeOrder(count, (a, b) => {
      comparisons++;
      return ((a * 7919) % count) - ((b * 7919) % count);
    });
    while (!order.run(looks(100)));
    expect(comparisons).toBeLessThanOrEqual(count * 14);
  });
});
