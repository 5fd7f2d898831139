import { Coverage } from './coverage.ts';
import { instrument } from './instrument.ts';

/** Runs instrumented code that defines `f`, and returns its result with the counters that it passed. */
function passed(source: string, ...args: unknown[]): { result: unknown; hits: number[] } {
  const coverage = new Coverage();
  const { text, next } = instrument(source, 0);
  const f = new Function('globalThis', `${text}; return f;`)({ fuzzProbe: coverage.probe });
  const result = f(...args);
  return { result, hits: [...coverage.probe.hits.subarray(0, next)] };
}

describe('instrumented code', () => {
  it.each([
    ['function f(a) { if (a) return 1; return 2; }', 1, [1, 1]],
    ['function f(a) { if (a) return 1; else return 2; }', 0, [1, 0, 1]],
    ['function f(a) { return a ? (a > 1 ? 3 : 4) : 5; }', 1, [1, 1, 0, 0, 1]],
    ['function f(a) { return a && a > 1 || null; }', 0, [1, 1, 0]],
    ['function f(a) { return a ?? 7; }', 3, [1, 0]],
    ['function f(a) { let n = 0; for (let i = 0; i < a; i++) n += i; return n; }', 3, [1, 3]],
    ['function f(a) { let n = 0; while (n < a) n++; do { n++; } while (n < a); return n; }', 2, [1, 2, 1]],
    ['function f(a) { switch (a) { case 1: case 2: return 3; default: return 4; } }', 1, [1, 1, 0]],
    ['const f = (a) => a + 1;', 1, [1]],
    ['const f = (a) => { return { a }; };', 1, [1]],
    ['const f = (a) => ({ a });', 1, [1]],
    [
      'class C { constructor() { this.x = 1; } get y() { return 2; } m(a) { return a + this.x + this.y; } }; const f = (a) => new C().m(a);',
      1,
      [1, 1, 1, 1],
    ],
    [
      'const o = { m(a) { return "é" && a && [1, 2].map((x) => x * a); } }; const f = (a) => o.m(a);',
      2,
      [1, 1, 1, 1, 2],
    ],
  ])('%s', (source, argument, expected) => {
    const plain = new Function(`${source}; return f;`)()(argument);
    const { result, hits } = passed(source, argument);
    expect(result).toEqual(plain);
    expect([...hits].sort()).toEqual([...expected].sort());
  });

  it('stays on its lines, and numbers on from where it is told', () => {
    const source = 'function f() {\n  return 1;\n}\n';
    const { text, next } = instrument(source, 40);
    expect(text.split('\n').length).toBe(source.split('\n').length);
    expect(text).toContain('__h[40]++');
    expect(next).toBe(41);
  });

  it('is out of fuel when it turns too often', () => {
    const coverage = new Coverage();
    const { text } = instrument('function f() { for (;;) ; }', 0);
    const f = new Function('globalThis', `${text}; return f;`)({ fuzzProbe: coverage.probe });
    coverage.begin(1_000);
    expect(f).toThrow('budget');
  });
});

it('coverage tells a new place from a new count, each once', () => {
  const coverage = new Coverage(undefined, 8);
  const learn = (count: number): number => {
    coverage.begin(1);
    coverage.probe.hits[3] = count;
    return coverage.learn();
  };
  expect([1, 1, 2, 3, 4, 7, 8, 255, 200, 0].map(learn)).toEqual([2, 0, 1, 1, 1, 0, 1, 1, 0, 0]);
  expect([coverage.places, coverage.features]).toEqual([1, 6]);
});
