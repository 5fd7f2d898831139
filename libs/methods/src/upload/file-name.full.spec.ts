import fc from 'fast-check';
import { cleanName, generatedName } from './file-name.ts';
import { journalName, parseTemporary, RUN, temporaryName } from './temporary.ts';

describe('names that clients send', () => {
  it.each([
    ['a.txt', 'a.txt'],
    ['a b.txt', 'a b.txt'],
    ['dir/a.txt', 'a.txt'],
    ['/etc/passwd', 'passwd'],
    ['..\\..\\a.txt', 'a.txt'],
    ['C:\\dir\\a.txt', 'a.txt'],
    ['../', ''],
    ['.', ''],
    ['..', ''],
    ['...a', 'a'],
    ['.htaccess', 'htaccess'],
    ['. .a', 'a'],
    ['  a  ', 'a'],
    ['a\0b\r\nc\x7f.txt', 'abc.txt'],
    ['\0.a', 'a'],
    ['exe.\u202egpj', 'exe.gpj'],
    ['.webserv-upload-1-aaaaaaaa-0.part', 'webserv-upload-1-aaaaaaaa-0.part'],
    ['%2e%2e%2f', '%2e%2e%2f'],
    ['한국어 파일.txt', '한국어 파일.txt'],
    ['e\u0301.txt', 'e\u0301.txt'],
    ['family 👩‍👩‍👧.png', 'family 👩‍👩‍👧.png'],
    ['\ud800a', '\ufffda'],
    ['<script>.html', '<script>.html'],
    ['-rf', '-rf'],
    ['', ''],
  ])('%j becomes %j', (sent, name) => {
    expect(cleanName(sent)).toBe(name);
  });

  it('cuts at 255 bytes, between characters, and keeps the extension', () => {
    const exact = `${'a'.repeat(251)}.txt`;
    expect(cleanName(exact)).toBe(exact);
    expect(cleanName(`a${exact}`)).toBe(exact);
    expect(cleanName(`${'é'.repeat(200)}.tar.gz`)).toBe(`${'é'.repeat(126)}.gz`);
    expect(cleanName(`${'🦉'.repeat(80)}.x`)).toBe(`${'🦉'.repeat(63)}.x`);
    expect(Buffer.byteLength(cleanName(`a.${'b'.repeat(400)}`))).toBe(255);
    expect(cleanName(`${'a'.repeat(254)} b`)).toBe('a'.repeat(254));
  });

  it('are fit for a folder whatever was sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (sent) => {
        const name = cleanName(sent);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
        expect(name).not.toMatch(/[/\\\x00-\x1f\x7f]|^[.\s]/);
        expect(Buffer.from(name).toString()).toBe(name);
      }),
    );
  });
});

describe('names that are made up', () => {
  it.each([
    ['text/plain', /^upload-20250601T120000-[0-9a-z]{8}\.txt$/],
    ['application/x-www-form-urlencoded', /\.txt$/],
    ['image/png', /\.png$/],
    ['', /\.bin$/],
  ])('for %s', (type, pattern) => {
    const name = generatedName(type, Date.UTC(2025, 5, 1, 12));
    expect(name).toMatch(pattern);
    expect(cleanName(name)).toBe(name);
  });
});

describe('names of temporaries', () => {
  it('are never alike, and tell their run', () => {
    expect(temporaryName()).not.toBe(temporaryName());
    expect(parseTemporary(temporaryName())).toEqual({ run: RUN, kind: 'part' });
    expect(parseTemporary(journalName())).toEqual({ run: RUN, kind: 'form' });
  });

  it.each([
    'a.part',
    '.webserv-upload-1-abcdefgh-0.part',
    '.webserv-upload-abcdefghijklmnop.part',
    '.webserv-upload-abcdefghijklmnop-0.lock',
    '.webserv-upload-abcdefghijklmnop-0.part.txt',
    'x.webserv-upload-abcdefghijklmnop-0.part',
  ])('%j is none', (name) => {
    expect(parseTemporary(name)).toBeNull();
  });
});
