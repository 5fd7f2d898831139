import { type Form, read } from '../../testing/read-form.ts';
import { isBoundary, MAX_PART_HEAD, MAX_PARTS } from './multipart-parser.ts';

function readText(text: string, boundary = 'X'): Form {
  return read([Buffer.from(text, 'latin1')], boundary);
}

function part(name: string, content: string, filename?: string): string {
  const file = filename === undefined ? '' : `; filename="${filename}"`;
  return `--X\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${content}\r\n`;
}

describe('well-formed forms', () => {
  const cases: readonly (readonly [string, string, readonly (readonly [string, string | null, string])[]])[] =
    [
      ['no part', '--X--\r\n', []],
      ['no line end at the end', '--X--', []],
      ['one field', `${part('a', 'hello')}--X--\r\n`, [['a', null, 'hello']]],
      [
        'files and fields',
        `${part('a', '1')}${part('b', '22', 'b.txt')}--X--`,
        [
          ['a', null, '1'],
          ['b', 'b.txt', '22'],
        ],
      ],
      ['no content', `${part('a', '', 'e.txt')}--X--`, [['a', 'e.txt', '']]],
      [
        'the head ends with the boundary',
        '--X\r\nContent-Disposition: form-data; name=a\r\n\r\n--X--',
        [['a', null, '']],
      ],
      [
        'a preamble and an epilogue',
        `preface\r\n${part('a', 'b')}--X--\r\nepilogue\r\n--X\r\n`,
        [['a', null, 'b']],
      ],
      ['a preamble with a near miss', `--Y\r\n\r\n${part('a', 'b')}--X--`, [['a', null, 'b']]],
      [
        'blanks behind the boundary',
        '--X \t\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--X-- ',
        [['a', null, 'b']],
      ],
      [
        'line ends in the content',
        `${part('a', '\r\n\r\n--\r\n-\r\n--Y\n--X\r--X')}--X--`,
        [['a', null, '\r\n\r\n--\r\n-\r\n--Y\n--X\r--X']],
      ],
      ['content begins with a near miss', `${part('a', '--Y')}--X--`, [['a', null, '--Y']]],
      ['content ends with CR', `${part('a', 'b\r')}--X--`, [['a', null, 'b\r']]],
      ['content ends with CRLF', `${part('a', '\r\n')}--X--`, [['a', null, '\r\n']]],
      [
        'other fields in the head',
        '--X\r\nX-A: b\r\ncontent-DISPOSITION:form-data;name=a\r\nContent-Type: a/b\r\n\r\nc\r\n--X--',
        [['a', null, 'c']],
      ],
    ];

  it.each(cases)('%s', (_label, text, parts) => {
    const form = readText(text);
    expect(form.error).toBe('');
    expect(form.complete).toBe(true);
    expect(form.parts.map(({ name, filename, content }) => [name, filename, content])).toEqual(parts);
    expect(form.parts.every(({ ended }) => ended)).toBe(true);
  });

  it('gives the same however the bytes are cut, a byte at a time included', () => {
    for (const [, text, parts] of cases) {
      for (const size of [1, 2, 3, 5, 7]) {
        const bytes = Buffer.from(text, 'latin1');
        const pieces: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
        const form = read(pieces);
        expect(form.parts.map(({ name, filename, content }) => [name, filename, content])).toEqual(parts);
        expect(form.complete).toBe(true);
      }
    }
  });
});

describe('incomplete and malformed forms', () => {
  it.each([
    ['nothing', ''],
    ['no boundary', 'hello'],
    ['a boundary that is not at the beginning of a line', 'a--X--'],
    ['broken off behind a boundary', '--X'],
    ['broken off in a head', '--X\r\nContent-Disposition: form-data'],
    ['broken off in the content', '--X\r\nContent-Disposition: form-data; name=a\r\n\r\nhello'],
    ['broken off before the last dash', `${part('a', 'b')}--X-`],
    ['a next part in place of the end', `${part('a', 'b')}--X\r\n`],
  ])('is not complete: %s', (_label, text) => {
    const form = readText(text);
    expect(form.complete).toBe(false);
    expect(form.error).toBe('');
  });

  it.each([
    ['one dash', '--X-a', 'boundary'],
    ['a longer boundary', '--XY\r\n', 'boundary'],
    ['a bare CR behind the boundary', '--X\ra', 'bare CR behind a boundary'],
    ['a bare LF behind the boundary', '--X\na', 'boundary'],
    ['dashes behind blanks', '--X --', 'boundary'],
    ['endless blanks', `--X${' '.repeat(300)}`, 'boundary'],
    ['no disposition', '--X\r\nA: b\r\n\r\n', 'head of a part'],
    ['no name', '--X\r\nContent-Disposition: form-data\r\n\r\n', 'head of a part'],
    ['another disposition', '--X\r\nContent-Disposition: attachment; name=a\r\n\r\n', 'head of a part'],
    [
      'two dispositions',
      `--X\r\n${'Content-Disposition: form-data; name=a\r\n'.repeat(2)}\r\n`,
      'head of a part',
    ],
    ['a name twice', '--X\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\n', 'head of a part'],
    ['a folded line', '--X\r\nContent-Disposition: form-data;\r\n name=a\r\n\r\n', 'head of a part'],
    ['a line without a colon', '--X\r\nabc\r\n\r\n', 'head of a part'],
    [
      'a bare LF in the head',
      '--X\r\nContent-Disposition: form-data; name=a\nB: c\r\n\r\n',
      'head of a part',
    ],
    ['NUL in a name', '--X\r\nContent-Disposition: form-data; name="a\0"\r\n\r\n', 'head of a part'],
    [
      'a quote that is not closed',
      '--X\r\nContent-Disposition: form-data; name="a\r\n\r\n',
      'head of a part',
    ],
  ])('refuses %s', (_label, text, error) => {
    const form = readText(text);
    expect(form).toMatchObject({ error, complete: false, tooLarge: false });
    expect(readText(`${text}\r\n--X--`)).toMatchObject({ error, complete: false });
  });

  it('bounds the head of a part to the byte', () => {
    const frame = '--X\r\nContent-Disposition: form-data; name=a\r\nX: ';
    const fill = MAX_PART_HEAD - (frame.length - 5) - 4;
    expect(readText(`${frame}${'a'.repeat(fill)}\r\n\r\nb\r\n--X--`)).toMatchObject({ complete: true });
    expect(readText(`${frame}${'a'.repeat(fill + 1)}\r\n\r\nb\r\n--X--`)).toMatchObject({ tooLarge: true });
  });

  it('bounds the number of parts', () => {
    expect(readText(`${part('a', '').repeat(MAX_PARTS)}--X--`).parts).toHaveLength(MAX_PARTS);
    expect(readText(`${part('a', '').repeat(MAX_PARTS + 1)}--X--`)).toMatchObject({ tooLarge: true });
  });
});

describe('boundaries', () => {
  it.each([
    ['X', true],
    ["0123456789abcXYZ'()+_,-./:=?", true],
    ['a b', true],
    ['a'.repeat(70), true],
    ['', false],
    ['a ', false],
    ['a'.repeat(71), false],
    ['a\r\n', false],
    ['é', false],
    ['a;b', false],
  ])('%j: %s', (boundary, ok) => {
    expect(isBoundary(boundary)).toBe(ok);
  });
});

it('does work in proportion to the bytes, whatever they are', () => {
  const blanks = ' \t'.repeat(4_000);
  const head = `Content-Disposition: form-data; name="a"\r\nX: y${blanks}z`;
  const text = `${`--X\r\n${head}\r\n\r\n\r\n`.repeat(100)}--X--`;
  const started = process.cpuUsage();
  expect(readText(text)).toMatchObject({ complete: true, error: '' });
  const { user, system } = process.cpuUsage(started);
  // Microseconds. Where each blank is tried as the last one it is five seconds.
  expect(user + system).toBeLessThan(1_000_000);
});

it('takes the blanks around a value away, and no others', () => {
  const form = readText('--X\r\nContent-Disposition: \t form-data; name="a  b"\t \r\n\r\nv\r\n--X--');
  expect(form.parts).toMatchObject([{ name: 'a  b', content: 'v' }]);
});
