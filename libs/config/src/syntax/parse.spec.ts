import fc from 'fast-check';
import { Problems } from '../diagnostics/diagnostic.ts';
import { Source } from '../diagnostics/position.ts';
import { report } from '../diagnostics/report.ts';
import type { Context, Row } from '../directives/row.ts';
import { allRows, rowIn } from '../directives/table.ts';
import type { Directive } from './directive.ts';
import { parse } from './parse.ts';
import { print, type Statement } from './print.ts';

function parsed(text: string) {
  const problems = new Problems();
  const tree = parse(new Source('a.conf', '/a.conf', text), 'main', problems);
  return { tree, diagnostics: problems.sorted() };
}

function plain(tree: readonly Directive[]): Statement[] {
  return tree.map(({ name, args, block }) => ({
    name: name.text,
    args: args.map((arg) => arg.text),
    block: block === null ? null : plain(block),
  }));
}

const word = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom(
      '',
      ' ',
      '"',
      "'",
      '\\',
      '\\n',
      'a\nb',
      '\t',
      '\r',
      '{',
      '};',
      '#x',
      'a b',
      'root',
      '경로',
    ),
  )
  // Control characters have no spelling except the three escapes.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the filter leaves them out
  .filter((text) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text));

function simple(row: Row): fc.Arbitrary<Statement> {
  const maxLength = Math.min(row.max, 5);
  return fc
    .array(word, { minLength: row.min, maxLength })
    .map((args) => ({ name: row.name, args, block: null }));
}

function directivesOf(context: Context): fc.Arbitrary<Statement[]> {
  const rows = allRows().filter((row) => row.contexts.includes(context));
  const some: fc.Arbitrary<Statement>[] = rows.map((row) => {
    if (row.block === null) return simple(row);
    const args = fc.array(word, { minLength: row.min, maxLength: row.max });
    return fc
      .tuple(args, directivesOf(row.block))
      .map(([words, block]) => ({ name: row.name, args: words, block }));
  });
  if (context === 'types') {
    const entry = fc.array(word, { minLength: 1, maxLength: 4 });
    some.push(entry.map((args) => ({ name: 'text/x-test', args, block: null })));
  }
  return fc.array(fc.oneof(...some), { maxLength: 5 });
}

describe('parse', () => {
  it('reads back what was printed, whatever the words', () => {
    fc.assert(
      fc.property(directivesOf('main'), (tree) => {
        const read = parsed(print(tree));
        expect(report(read.diagnostics)).toBe('');
        expect(plain(read.tree)).toEqual(tree);
      }),
      { numRuns: 200 },
    );
  });

  it('steps over blocks of any depth without going deep itself', () => {
    const depth = 50_000;
    const { diagnostics } = parsed(`x ${'{ location '.repeat(depth)}${'}'.repeat(depth)} use epol`);
    expect(diagnostics.map(({ code }) => code)).toEqual(['unknown-directive', 'missing-semicolon']);
  });

  it.each(allRows().map((row) => row.name))(
    'a ";" that is missing behind %s is missing at its end',
    (name) => {
      const row = allRows().find((each) => each.name === name)!;
      if (row.block !== null) return expect(row.block).not.toBe('main');
      const context = row.contexts[0]!;
      const next = allRows().find((each) => each.block === null && rowIn(context, each.name) !== null)!;
      const args = Array.from({ length: row.min }, () => 'x').join(' ');
      const open = context === 'main' ? '' : context === 'server' ? 'server {' : 'server { location / {';
      const { diagnostics } = parsed(
        `${open}\n${name} ${args}\n${next.name} y;\n${'}'.repeat(open.split('{').length - 1)}`,
      );
      expect(diagnostics).toMatchObject([
        { code: 'missing-semicolon', position: { line: 2, column: name.length + args.length + 2 } },
      ]);
    },
  );
});
