import { bytesToText, parseDisposition } from './disposition.ts';
import { parseParameters } from './parameters.ts';
import { mediaTypeOf } from './part-head.ts';

/** UTF-8 as the bytes of a field come: one character per byte. */
function raw(text: string): string {
  return Buffer.from(text).toString('latin1');
}

describe('parameters', () => {
  it.each([
    ['a/b', 'a/b', {}],
    ['A/B ; C=d', 'a/b', { c: 'd' }],
    ['a; b="c;d"; e=f', 'a', { b: 'c;d', e: 'f' }],
    ['a; ; b=c;', 'a', { b: 'c' }],
    ['a; b=""', 'a', { b: '' }],
    ['a; b="\\"\\\\"', 'a', { b: '"\\' }],
    ['a; b="foo\\bar"', 'a', { b: 'foobar' }],
    ['a; b="\\a\\\\\\b\\;\\\xe9"', 'a', { b: 'a\\b;\xe9' }],
    ['a; filename="c:\\d\\e.txt"; b="c:\\d"', 'a', { filename: 'c:\\d\\e.txt', b: 'c:d' }],
    ['a; FileName="c:\\\\d\\"e.txt"', 'a', { filename: 'c:\\d"e.txt' }],
    ["a; b*=utf-8''x", 'a', { 'b*': "utf-8''x" }],
  ])('%s', (value, word, parameters) => {
    const parsed = parseParameters(value)!;
    expect(parsed.word).toBe(word);
    expect(Object.fromEntries(parsed.parameters)).toEqual(parameters);
  });

  it.each([
    '',
    ';',
    'a b',
    'a; b',
    'a; b=',
    'a; b="',
    'a; b="\\"',
    'a; b="\\\x01"',
    'a; b="c" d',
    'a; b=c; B=d',
    'a; =b',
    'a/b/c',
    'a; b="\0"',
    'a, b',
  ])('refuses %j', (value) => {
    expect(parseParameters(value)).toBeNull();
  });
});

describe('Content-Disposition', () => {
  it.each([
    ['attachment', null],
    ['attachment; filename=a.txt', 'a.txt'],
    ['attachment; filename="a b.txt"', 'a b.txt'],
    ["attachment; filename=a.txt; filename*=UTF-8''%e2%82%ac.txt", '€.txt'],
    ["attachment; filename*=iso-8859-1'en'%A3.txt", '£.txt'],
    ["attachment; filename=a.txt; filename*=UTF-8''%ff", 'a.txt'],
    ["attachment; filename=a.txt; filename*=koi8-r''%c1", 'a.txt'],
    ["attachment; filename*=UTF-8''%zz", null],
    [raw('attachment; filename="日本語.txt"'), '日本語.txt'],
    ['attachment; filename="\xa3.txt"', '£.txt'],
    ['attachment; filename="100%22.txt"', '100%22.txt'],
    ['form-data; name=a; filename="say %22hi%22 100%.txt"', 'say "hi" 100%.txt'],
    ["form-data; name=a; filename=a.txt; filename*=UTF-8''b.txt", 'a.txt'],
    ["form-data; name=a; filename*=UTF-8''b.txt", 'b.txt'],
    ['form-data; name=a; filename=""', ''],
    ['form-data; name=a', null],
  ])('%s', (value, filename) => {
    expect(parseDisposition(value)!.filename).toBe(filename);
  });

  it('reads the name of a field as UTF-8', () => {
    expect(parseDisposition(raw('form-data; name="größe"'))).toEqual({
      type: 'form-data',
      name: 'größe',
      filename: null,
    });
  });

  it('refuses what is malformed', () => {
    expect(parseDisposition('attachment; filename="a')).toBeNull();
  });
});

describe('text and types', () => {
  it('takes UTF-8 for UTF-8 and anything else for ISO-8859-1', () => {
    expect(bytesToText(raw('가'))).toBe('가');
    expect(bytesToText('\xe9')).toBe('é');
  });

  it.each([
    ['Text/HTML; charset=x', 'text/html'],
    ['nonsense;', 'nonsense'],
    ['a b', 'text/plain'],
    [null, 'text/plain'],
  ])('the media type of %s is %s', (value, type) => {
    expect(mediaTypeOf(value)).toBe(type);
  });
});
