import fc from 'fast-check';
import { formatHttpDate } from '../fields/date.ts';
import { contentRange, ifRangeHolds, MAX_RANGES, parseRange, unsatisfiedRange } from './range.ts';

/** The answer in short: `whole`, `416`, or `first-last` spans. */
function short(value: string, size: number): string {
  const set = parseRange(value, size);
  if (set.kind !== 'ranges') return set.kind === 'whole' ? 'whole' : '416';
  return set.ranges.map((range) => `${range.first}-${range.last}`).join(' ');
}

describe('parseRange', () => {
  it.each([
    ['bytes=0-0', 10, '0-0'],
    ['bytes=0-4', 10, '0-4'],
    ['bytes=0-', 10, '0-9'],
    ['bytes=9-', 10, '9-9'],
    ['bytes=5-100', 10, '5-9'],
    ['bytes=5-99999999999999999999', 10, '5-9'],
    ['bytes=-3', 10, '7-9'],
    ['bytes=-10', 10, '0-9'],
    ['bytes=-99999999999999999999', 10, '0-9'],
    ['BYTES=1-2', 10, '1-2'],
    ['bytes=0-1,4-5', 10, '0-1 4-5'],
    ['bytes=4-5, 0-1', 10, '4-5 0-1'],
    ['bytes= 0-1 ,\t4-5 ,', 10, '0-1 4-5'],
    ['bytes=,,0-1', 10, '0-1'],
    ['bytes=0-1,2-3', 10, '0-3'],
    ['bytes=2-3,0-1', 10, '0-3'],
    ['bytes=0-5,3-8', 10, '0-8'],
    ['bytes=0-8,3-5', 10, '0-8'],
    ['bytes=7-8,0-2,2-3', 10, '0-3 7-8'],
    ['bytes=0-,-1', 10, '0-9'],
    ['bytes=0-0,-1', 10, '0-0 9-9'],
    ['bytes=0-0,20-30', 10, '0-0'],
    ['bytes=10-', 10, '416'],
    ['bytes=10-20', 10, '416'],
    ['bytes=-0', 10, '416'],
    ['bytes=-0,10-', 10, '416'],
    ['bytes=99999999999999999999-', 10, '416'],
    ['bytes=0-0', 0, '416'],
    ['bytes=0-', 0, '416'],
    ['bytes=-1', 0, 'whole'],
    ['bytes=-0', 0, '416'],
    ['', 10, 'whole'],
    ['bytes', 10, 'whole'],
    ['bytes=', 10, 'whole'],
    ['bytes=,', 10, 'whole'],
    ['bytes=-', 10, 'whole'],
    ['bytes=a-b', 10, 'whole'],
    ['bytes=5-4', 10, 'whole'],
    ['bytes=0-1,5-4', 10, 'whole'],
    ['bytes=0-1;4-5', 10, 'whole'],
    ['bytes=+0-1', 10, 'whole'],
    ['bytes=0x0-1', 10, 'whole'],
    ['bytes=0--1', 10, 'whole'],
    ['bytes=--1', 10, 'whole'],
    ['bytes=0 - 1', 10, 'whole'],
    ['bytes=1', 10, 'whole'],
    ['bytes =0-1', 10, 'whole'],
    ['bytes:0-1', 10, 'whole'],
    ['lines=0-1', 10, 'whole'],
    ['bytes=\u0660-1', 10, 'whole'],
  ])('%s of %i: %s', (value, size, expected) => {
    expect(short(value, size)).toBe(expected);
  });

  it('takes as many ranges as the bound says and ignores a field with more', () => {
    const field = (count: number) =>
      `bytes=${Array.from({ length: count }, (_, i) => `${i * 2}-${i * 2}`).join(',')}`;
    expect(short(field(MAX_RANGES), 10_000).split(' ')).toHaveLength(MAX_RANGES);
    expect(short(field(MAX_RANGES + 1), 10_000)).toBe('whole');
    expect(short(field(100_000), 1_000_000)).toBe('whole');
    expect(short(`bytes=${','.repeat(100_000)}0-1`, 10)).toBe('whole');
  });

  it('agrees with a model that marks every byte', () => {
    const bound = fc.nat({ max: 30 });
    const spec = fc.oneof(
      fc.tuple(bound, bound).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      bound.map((first) => `${first}-`),
      bound.map((suffix) => `-${suffix}`),
    );
    fc.assert(
      fc.property(
        fc.array(spec, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 25 }),
        (specs, size) => {
          const set = parseRange(`bytes=${specs.join(',')}`, size);
          expect(set.kind).not.toBe('whole');
          const ours = set.kind === 'ranges' ? set.ranges : [];
          const covered = ours.flatMap(({ first, last }) =>
            Array.from({ length: last - first + 1 }, (_, i) => first + i),
          );
          expect(new Set(covered).size).toBe(covered.length);
          expect([...covered].sort((a, b) => a - b)).toEqual(marked(specs, size));
          for (const { first, last } of ours) {
            expect(first <= last && first >= 0 && last < size).toBe(true);
            expect(covered.length === size || !ours.some((other) => other.first === last + 1)).toBe(true);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('answers any text', () => {
    const near = fc
      .array(fc.constantFrom('bytes=', '-', ',', ' ', '0', '9', 'x'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string(), near), fc.nat({ max: 20 }), (value, size) => {
        expect(short(value, size)).toMatch(/^(whole|416|\d+-\d+( \d+-\d+)*)$/);
      }),
    );
  });
});

/** Every byte of `size` that one of the specs asks for. */
function marked(specs: readonly string[], size: number): number[] {
  const wanted = (spec: string, at: number): boolean => {
    const [first, last] = spec.split('-') as [string, string];
    if (first === '') return at >= size - Number(last);
    return at >= Number(first) && (last === '' || at <= Number(last));
  };
  return Array.from({ length: size }, (_, at) => at).filter((at) => specs.some((spec) => wanted(spec, at)));
}

describe('Content-Range', () => {
  it('names the span or its absence', () => {
    expect(contentRange({ first: 0, last: 499 }, 1234)).toBe('bytes 0-499/1234');
    expect(unsatisfiedRange(1234)).toBe('bytes */1234');
  });
});

describe('ifRangeHolds', () => {
  const NOW = 1_700_000_000_000;
  const lastModified = NOW - 60_000;
  const current = { etag: '"v1"', lastModified };

  it.each([
    ['absent', undefined, current, true],
    ['the tag', '"v1"', current, true],
    ['another tag', '"v0"', current, false],
    ['a weak tag', 'W/"v1"', current, false],
    ['a weak tag against itself', 'W/"v1"', { ...current, etag: 'W/"v1"' }, false],
    ['the date', formatHttpDate(lastModified), current, true],
    ['a later date', formatHttpDate(lastModified + 1000), current, false],
    ['an earlier date', formatHttpDate(lastModified - 1000), current, false],
    ['the date, too fresh', formatHttpDate(NOW), { ...current, lastModified: NOW }, false],
    ['rubbish', 'v1', current, false],
    ['a list', '"v1", "v2"', current, false],
    ['nothing', '', current, false],
    ['a date against none', formatHttpDate(0), { etag: '', lastModified: Number.NaN }, false],
  ])('%s', (_name, value, validators, expected) => {
    expect(ifRangeHolds(value, validators, NOW)).toBe(expected);
  });
});
