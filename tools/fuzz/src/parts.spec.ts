import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { inputOf, lineOf, readCorpus, writeCorpus } from './corpus.ts';
import { minimize } from './minimize.ts';
import { MAX_INPUT, mutate } from './mutate.ts';
import { parseOptions } from './options.ts';
import { Random, seedOf } from './random.ts';
import { deliver, splitsOf } from './splits.ts';
import { Watchdog } from './watchdog.ts';

const ANY = Buffer.from(Array.from({ length: 256 }, (_none, byte) => byte));

it('a corpus gives back every byte, in ASCII, the short ones first', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  try {
    writeCorpus(folder, 'x', [ANY, Buffer.alloc(0), Buffer.from('a\n"')]);
    expect(readCorpus(folder, 'x')).toEqual([Buffer.alloc(0), Buffer.from('a\n"'), ANY]);
    expect(readCorpus(folder, 'none')).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(lineOf(ANY)).toMatch(/^[ -~]*$/);
  expect(inputOf(lineOf(ANY))).toEqual(ANY);
});

it('minimize leaves what matters', () => {
  const keeps = (input: Buffer): boolean => /x.*y/s.test(input.toString());
  expect(minimize(Buffer.from('hello x there are many y words'), keeps).toString()).toBe('xy');
  expect(minimize(Buffer.from('abc'), () => false).toString()).toBe('abc');
});

describe('mutations', () => {
  it('are the same from the same seed, others from another, within the bound, and leave their input alone', () => {
    const input = Buffer.from('GET / HTTP/1.1\r\nContent-Length: 12\r\n\r\n');
    const before = Buffer.from(input);
    const all = (seed: number): string[] => {
      const random = new Random(seed);
      return Array.from({ length: 500 }, () =>
        mutate(input, random, ['word', '\r\n'], ANY).toString('latin1'),
      );
    };
    expect(all(1)).toEqual(all(1));
    expect(all(2)).not.toEqual(all(1));
    expect(new Set(all(3)).size).toBeGreaterThan(400);
    expect(Math.max(...all(4).map((text) => text.length))).toBeLessThanOrEqual(MAX_INPUT);
    expect(input).toEqual(before);
  });

  it('make something of nothing', () => {
    const random = new Random(5);
    const made = Array.from(
      { length: 200 },
      () => mutate(Buffer.alloc(0), random, ['w'], Buffer.alloc(0)).length,
    );
    expect(Math.max(...made)).toBeGreaterThan(0);
  });
});

it('splits hold all bytes in order, however they are cut', () => {
  for (const length of [0, 1, 2, 40, 300]) {
    const input = Buffer.alloc(length, ANY);
    for (const parts of splitsOf(input)) {
      expect(Buffer.concat(parts)).toEqual(input);
      const taken: Buffer[] = [];
      deliver(parts, (bytes, start, end) => taken.push(Buffer.from(bytes.subarray(start, end))) > 0);
      expect(Buffer.concat(taken)).toEqual(input);
    }
    expect(splitsOf(input)).toEqual(splitsOf(input));
  }
});

it('chance is spread evenly enough to reach everything', () => {
  const random = new Random(seedOf(ANY));
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) counts[random.below(10)]!++;
  expect(Math.min(...counts)).toBeGreaterThan(800);
  expect(random.below(0)).toBe(0);
  expect(['a', 'b']).toContain(random.pick(['a', 'b']));
});

it.each([
  [[], { seconds: 60, seed: 1, runs: 0, save: false, targets: [], corpus: 'corpus', input: '' }],
  [['--seconds=5', '--target=head,uri', '--save'], { seconds: 5, targets: ['head', 'uri'], save: true }],
])('options %j', (args, expected) => {
  expect(parseOptions(args)).toMatchObject(expected);
});

it.each([['--seconds=x'], ['--seed=-1'], ['--colour'], ['more']])('options refuse %s', (word) => {
  expect(() => parseOptions([word])).toThrow();
});

describe('the watchdog', () => {
  it('tells the input of an execution without an end, and ends the process', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
    const [entry, outfile] = [join(folder, 'entry.ts'), join(folder, 'out/entry.cjs')];
    mkdirSync(join(folder, 'out'));
    writeFileSync(
      entry,
      `import { Watchdog } from ${JSON.stringify(join(__dirname, 'watchdog.ts'))};
       const dog = new Watchdog(200);
       // It ends, so nothing is reported.
       dog.begin('first', Buffer.from('one'));
       dog.end();
       setTimeout(() => {
         dog.begin('second', Buffer.from('two\\xff', 'latin1'));
         for (;;);
       }, 600);`,
    );
    buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs' });
    const { stdout, signal } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(stdout).toBe('FOUND second: takes more than 200 ms\n  "two\\u00ff"\n');
    expect(signal).toBe('SIGKILL');
  }, 60_000);

  it('can be sent away', async () => {
    const dog = new Watchdog(1_000);
    dog.begin('x', Buffer.from('y'));
    dog.end();
    await expect(dog.close()).resolves.toBeUndefined();
  });
});
