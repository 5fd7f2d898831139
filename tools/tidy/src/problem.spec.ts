import { report } from './problem.ts';

describe('report', () => {
  it('is one line a problem, each once, in the order of files and lines', () => {
    const at = (file: string, line: number) => ({ file, line, message: 'wrong', fix: 'fix it' });
    expect(report([at('b.ts', 1), at('a.ts', 10), at('a.ts', 9), at('a.ts', 10), at('c.ts', 0)])).toBe(
      ['a.ts:9', 'a.ts:10', 'b.ts:1', 'c.ts'].map((place) => `${place}: wrong; fix it`).join('\n'),
    );
  });

  it('is empty where all is well', () => {
    expect(report([])).toBe('');
  });
});
