import { Coverage } from './coverage.ts';
import { Fuzzer } from './fuzzer.ts';
import { instrument } from './instrument.ts';
import { claim, type Target } from './target.ts';

/** A reader with a mistake after four bytes. Only coverage leads to them, one after the other. */
const READER = `
  if (input[0] === 0x5b) {
    if (input[1] === 0x3b) {
      if (input[2] === 0x3d) {
        if (input[3] === 0x5d) throw new Error('the mistake: ' + input.length);
      }
    }
  }
`;

function made(source: string, coverage: Coverage, words: readonly string[] = ['ab']): Target {
  const { text } = instrument(`function read(input) {${source}}`, 0);
  const read = new Function('globalThis', `${text}; return read;`)({ fuzzProbe: coverage.probe });
  return { name: 'made', seeds: ['abcdef'], words, run: read };
}

describe('a fuzzer', () => {
  it('is led to a mistake by coverage, makes its input short, and finds it again from the same seed', () => {
    const found = [1, 1, 2].map((seed) => {
      const coverage = new Coverage(undefined, 64);
      const fuzzer = new Fuzzer(made(READER, coverage), coverage, seed);
      fuzzer.begin([]);
      for (let steps = 0; steps < 200 && fuzzer.findings.length === 0; steps++) fuzzer.step(500);
      return fuzzer.findings[0];
    });
    expect(found.map((finding) => finding?.input.toString())).toEqual(['[;=]', '[;=]', '[;=]']);
    expect(found[0]?.message).toBe('the mistake: 4');
    expect(found[1]?.execution).toBe(found[0]?.execution);
  }, 60_000);

  it('counts what is said alike as one finding', () => {
    const coverage = new Coverage(undefined, 64);
    const target = made(`throw new Error('always: ' + input.length);`, coverage);
    const fuzzer = new Fuzzer(target, coverage, 1);
    fuzzer.begin([]);
    fuzzer.step(50);
    expect(fuzzer.findings.map(({ message }) => message)).toEqual(['always: 0']);
  });

  it('ends what never ends', () => {
    const coverage = new Coverage(undefined, 64);
    const fuzzer = new Fuzzer(made('while (true) {}', coverage), coverage, 1);
    fuzzer.begin([]);
    expect(fuzzer.findings[0]?.message).toContain('no end in sight');
  });

  it('keeps for its essence as few and as short inputs as reach every place', () => {
    const coverage = new Coverage(undefined, 64);
    const source = `for (let i = 0; i < input.length; i++) { if (input[i] === 0x31) input.one = 1; else if (input[i] === 0x32) input.two = 2; }`;
    const fuzzer = new Fuzzer(made(source, coverage, ['1', '2']), coverage, 1);
    fuzzer.begin([Buffer.from('xxxx1xxx'), Buffer.from('xxxx2xxx')]);
    expect(fuzzer.essence().map(String).sort()).toEqual(['1', '2', 'a']);
  });

  it('makes claims that fail with their words', () => {
    expect(() => claim(false, 'nothing holds')).toThrow('nothing holds');
  });
});
