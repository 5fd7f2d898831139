import { trimBlanks } from './blanks.ts';

const CASES: readonly [text: string, trimmed: string][] = [
  ['', ''],
  [' \t ', ''],
  ['a', 'a'],
  [' a\t', 'a'],
  ['\t a b \t', 'a b'],
  ['a \t b', 'a \t b'],
  // Blanks of a field are SP and HTAB alone (RFC 9110 section 5.6.3).
  ['\na\r', '\na\r'],
  ['\u00a0a\v', '\u00a0a\v'],
];

it.each(CASES)('%j without the blanks around it is %j', (text, trimmed) => {
  expect(trimBlanks(text)).toBe(trimmed);
});
