import { plot } from './plot.ts';
import { COLUMNS, csv, type Sample } from './sample.ts';
import { trendOf } from './trend.ts';
import { judge, leftOver, warmUpOf } from './verdict.ts';

const REST: Sample = {
  seconds: 0,
  resident: 80_000_000,
  heapUsed: 8_000_000,
  objects: 6_000_000,
  external: 3_000_000,
  descriptors: 30,
  children: 0,
  zombies: 0,
  connections: 0,
  slots: 6,
  watches: 4,
  timers: 1,
  scripts: 0,
  verified: 0,
  failures: 0,
};

/** Makes a minute of samples. `of` gives the value of `name` for 0 to 99, with a little noise that has no trend. */
function record(name: keyof Sample, of: (i: number) => number): Sample[] {
  return Array.from({ length: 100 }, (_none, i) => ({
    ...REST,
    seconds: i,
    [name]: of(i) * (i % 2 === 0 ? 1.001 : 0.999),
  }));
}

function problems(samples: readonly Sample[]): string[] {
  return judge(samples).flatMap(({ name, problem }) => (problem === '' ? [] : [`${name} ${problem}`]));
}

describe('a line', () => {
  it('is found where it is, and is certain', () => {
    const { first, last, growth, certain } = trendOf([0, 1, 2, 3], [10, 12, 14, 16]);
    expect([first, last]).toEqual([10, 16]);
    expect(growth).toBeCloseTo(0.6);
    expect(certain).toBeCloseTo(0.6);
  });

  it('is not certain where it is noise', () => {
    const { certain } = trendOf([0, 1, 2, 3, 4, 5], [10, 14, 9, 13, 11, 12]);
    expect(certain).toBeLessThan(0);
  });
});

describe('the verdict', () => {
  it.each<[string, keyof Sample, (i: number) => number, string]>([
    ['a level', 'heapUsed', () => 8e6, ''],
    ['a fall', 'heapUsed', (i) => 8e6 - i * 1e4, ''],
    ['a leak', 'heapUsed', (i) => 8e6 * (1 + i / 200), 'heapUsed grows by 19.'],
    ['a slow leak', 'objects', (i) => 6e6 * (1 + i / 1500), 'objects rises steadily: at least 3.'],
    ['code that is compiled', 'heapUsed', (i) => 8e6 * (1 + i / 1500), ''],
    ['a rise within the bound', 'resident', (i) => 8e7 * (1 + i / 10_000), ''],
    ['a warm-up', 'resident', (i) => (i < 50 ? 4e7 + i * 8e5 : 8e7), ''],
    ['a leak of descriptors', 'descriptors', (i) => 30 + i / 5, 'descriptors grows by'],
    ['two descriptors more', 'descriptors', (i) => 30 + i / 30, ''],
  ])('of %s', (_name, column, of, expected) => {
    const found = problems(record(column, of)).join();
    if (expected === '') expect(found).toBe('');
    else expect(found).toContain(expected);
  });

  it('leaves out a fifth, at least five minutes, at most half', () => {
    expect([10, 840, 1_800, 7_200].map(warmUpOf)).toEqual([5, 300, 360, 1_440]);
  });

  it('says nothing of a trend in a few samples', () => {
    expect(problems(record('heapUsed', (i) => 8e6 + i * 1e6).slice(0, 20))).toEqual([]);
    expect(judge([])).toEqual([]);
  });

  it('tells what is left', () => {
    expect(leftOver(REST, REST)).toEqual([]);
    expect(leftOver(REST, { ...REST, descriptors: 29, zombies: 1 })).toEqual([
      'zombies: 1 at the end, 0 at the beginning',
    ]);
  });
});

it('the record is a table with one row a sample', () => {
  const [head, first, second, end] = csv([REST, { ...REST, seconds: 1.26, failures: 2 }]).split('\n');
  expect(head).toBe(COLUMNS.join(','));
  expect(first?.split(',').length).toBe(COLUMNS.length);
  expect(second).toMatch(/^1\.3,.*,2$/);
  expect(end).toBe('');
});

it('the plot has a line for each figure, and is well-formed', () => {
  const svg = plot(
    'a <title> & "more"',
    record('heapUsed', (i) => 8e6 + i),
  );
  expect(svg.match(/<polyline points="[\d., ]+"\/>/g)?.length).toBe(9);
  expect(svg).toContain('aria-label="a &lt;title> &amp; &quot;more&quot;"');
  expect(svg).not.toContain('NaN');
  expect(plot('nothing', [])).not.toContain('NaN');
});
