import fc from 'fast-check';
import { Problems } from '../diagnostics/diagnostic.ts';
import { Source } from '../diagnostics/position.ts';
import { allRows } from '../directives/table.ts';
import { memoryDisk } from '../disk/memory-disk.ts';
import { loadText } from '../load.ts';
import { lex } from './lexer.ts';

function tokens(text: string) {
  const problems = new Problems();
  const source = new Source('a.conf', '/a.conf', text);
  return { list: lex(source, problems), diagnostics: problems.sorted(), source };
}

describe('lex', () => {
  it('never throws, covers the text in order, and points inside it', () => {
    const piece = fc.constantFrom(
      '"',
      "'",
      '\\',
      '{',
      '}',
      ';',
      '#',
      '\n',
      '\r',
      ' ',
      '\t',
      'a',
      '\u00a0',
      '😀',
      '\u0000',
      '“',
    );
    const any = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(any, (text) => {
        const { list, diagnostics, source } = tokens(text);
        let end = 0;
        const inOrder = list.every((token) => {
          const fits = token.start >= end && token.end >= token.start;
          end = token.end;
          return fits;
        });
        expect([inOrder, end]).toEqual([true, text.length]);
        for (const { position, sourceLine } of diagnostics) {
          const { line, column, length } = position;
          // A missing sign is reported one column after the line.
          const inside = column >= 1 && column <= [...sourceLine].length + 1 && length >= 1;
          expect([inside, sourceLine]).toEqual([true, source.lineText(line)]);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('loadText', () => {
  it('never throws, whatever the text, and points inside it', () => {
    const names = allRows().map((row) => row.name);
    const piece = fc.constantFrom(
      ...names,
      '{',
      '}',
      ';',
      '\n',
      ' ',
      '"',
      '#',
      'x',
      '/',
      'text/html',
      '80',
      'on',
    );
    const text = fc.array(piece, { maxLength: 60 }).map((parts) => parts.join(' '));
    const disk = memoryDisk({ '/x': 'server {' });
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (input) => {
        const result = loadText(input, '/a.conf', disk);
        for (const { position, sourceLine, message } of result.ok ? result.warnings : result.diagnostics) {
          const { line, column } = position;
          const inside = column <= [...sourceLine].length + 1 && line <= input.split('\n').length;
          expect([inside, message === '']).toEqual([true, false]);
        }
      }),
      { numRuns: 400 },
    );
  });
});
