import fc from 'fast-check';
import { LINE_MAX, LINES_PER_SECOND, StderrLines } from './stderr-lines.ts';

function collect(): { lines: string[]; splitter: StderrLines } {
  const lines: string[] = [];
  return { lines, splitter: new StderrLines((line) => lines.push(line)) };
}

function feed(splitter: StderrLines, text: string, now = 0): void {
  // Lies within a larger buffer, as what the loop lends does.
  const bytes = Buffer.from(`stale\n${text}\nstale\n`);
  splitter.feed(bytes, 6, bytes.length - 7, now);
}

describe('lines of stderr', () => {
  it.each([
    ['one', ['one\n'], ['one']],
    ['several at once', ['a\nb\r\nc\n'], ['a', 'b', 'c']],
    ['one in pieces', ['a', 'b', 'c\n'], ['abc']],
    ['empty ones, which say nothing', ['\n\n\r\na\n'], ['a']],
    ['one without its end', ['a\nb'], ['a', 'b']],
    ['a character in two pieces', ['\u00e4\n'], ['ä']],
    ['none', [], []],
  ])('%s', (_what, pieces, expected) => {
    const { lines, splitter } = collect();
    for (const piece of pieces) feed(splitter, piece);
    splitter.end(0);
    expect(lines).toEqual(expected);
  });

  it('are the same however the bytes are split', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b\n', '\n', 'long line')), (pieces) => {
        const split = collect();
        for (const piece of pieces) feed(split.splitter, piece);
        split.splitter.end(0);
        expect(split.lines).toEqual(
          pieces
            .join('')
            .split('\n')
            .filter((line) => line !== '')
            .slice(0, LINES_PER_SECOND),
        );
      }),
    );
  });

  it('are cut at their bound, and the memory with them', () => {
    const { lines, splitter } = collect();
    for (let turn = 0; turn < 100; turn++) feed(splitter, 'x'.repeat(1000));
    feed(splitter, '\nnext\n');
    expect(lines).toEqual([`${'x'.repeat(LINE_MAX)} (and ${100_000 - LINE_MAX} bytes more)`, 'next']);
  });

  it('are told at a bounded rate, and the others counted', () => {
    const { lines, splitter } = collect();
    for (let turn = 0; turn < LINES_PER_SECOND + 7; turn++) feed(splitter, `line ${turn}\n`, 500);
    expect(lines).toHaveLength(LINES_PER_SECOND);
    feed(splitter, 'later\n', 1500);
    expect(lines.slice(LINES_PER_SECOND)).toEqual(['(7 lines more)', 'later']);
    for (let turn = 0; turn < LINES_PER_SECOND; turn++) feed(splitter, 'more\n', 1600);
    splitter.end(1600);
    expect(lines.at(-1)).toBe('(1 lines more)');
  });
});
