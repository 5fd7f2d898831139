import { Problems } from '../diagnostics/diagnostic.ts';
import { Source } from '../diagnostics/position.ts';
import { lex } from './lexer.ts';

function tokens(text: string) {
  const problems = new Problems();
  const source = new Source('a.conf', '/a.conf', text);
  return { list: lex(source, problems), diagnostics: problems.sorted() };
}

describe('lex', () => {
  it.each([
    ['', 'end:'],
    ['a b;', 'word:a word:b ;:; end:'],
    ['a{b;}', 'word:a {:{ word:b ;:; }:} end:'],
    ['a # b;\nc', 'word:a word:c end:'],
    ['a#b', 'word:a#b end:'],
    [`"a b" 'c;d'`, 'word:a b word:c;d end:'],
    [String.raw`"a\"b\\" 'it\'s'`, String.raw`word:a"b\ word:it's end:`],
    [String.raw`a\ b\;c\{\}\#`, 'word:a b;c{}# end:'],
    [String.raw`"a\nb\tc\r"`, 'word:a\nb\tc\r end:'],
    ['""', 'word: end:'],
    ['a\r\nb', 'word:a word:b end:'],
    ['\ufeffa', 'word:a end:'],
  ])('%j', (text, expected) => {
    const { list, diagnostics } = tokens(text);
    expect(list.map((token) => `${token.kind}:${token.text}`).join(' ')).toBe(expected);
    expect(diagnostics).toEqual([]);
  });

  it('knows the line of every token', () => {
    expect(tokens('a\n\n"b" # c\n;').list.map((token) => token.line)).toEqual([1, 3, 4, 4]);
  });

  it('marks the words that had a problem', () => {
    const { list, diagnostics } = tokens('a b"c "d\ne');
    expect(list.map((token) => token.faulty)).toEqual([false, true, true, false, false]);
    expect(diagnostics.map(({ code }) => code)).toEqual(['quote-inside-word', 'unclosed-quote']);
  });
});
