import fc from 'fast-check';
import { DEFAULT_LIMITS } from '../limits.ts';
import { FeedStatus, RequestParser } from '../parser.ts';
import { bytesOf } from '../testing/feeding.ts';
import { FieldId, fieldId, fieldIdOf } from './field-id.ts';
import type { Headers } from './headers.ts';

/** A field section as it comes out of a parser. */
function headersOf(fields: string): Headers {
  const parser = new RequestParser(DEFAULT_LIMITS);
  const bytes = bytesOf(`GET / HTTP/1.0\r\n${fields}\r\n`);
  expect(parser.feed(bytes, 0, bytes.length)).toBe(FeedStatus.HEAD);
  return parser.head.headers;
}

describe('field names', () => {
  const names = Object.entries(FieldId)
    .filter(([, id]) => id !== FieldId.UNKNOWN)
    .map(([constant, id]) => [constant.toLowerCase().replaceAll('_', '-'), id] as const);

  it.each(names)('%s is known in any case', (name, id) => {
    for (const written of [name, name.toUpperCase(), name[0]?.toUpperCase() + name.slice(1)]) {
      expect(fieldId(bytesOf(`..${written}:`), 2, 2 + written.length)).toBe(id);
    }
    expect(fieldIdOf(name)).toBe(id);
    for (const other of [
      `${name}x`,
      `x${name}`,
      name.slice(1),
      name.replace(/.$/, '_'),
      name.replaceAll('-', '_~'),
    ]) {
      const known = names.find(([candidate]) => candidate === other)?.[1] ?? FieldId.UNKNOWN;
      expect([other, fieldId(bytesOf(other), 0, other.length)]).toEqual([other, known]);
    }
  });

  it('fit the bits of one number, each with an id of its own', () => {
    const ids = names.map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Math.max(...ids)).toBeLessThan(31);
  });

  it('are looked up alike in bytes and in strings', () => {
    const token = fc.stringMatching(/^[a-z\-_^~]{1,20}$/);
    fc.assert(
      fc.property(token, (name) => expect(fieldId(bytesOf(name), 0, name.length)).toBe(fieldIdOf(name))),
    );
  });
});

describe('fields', () => {
  const headers = headersOf(
    'Accept: text/html\r\nX-One: 1\r\nACCEPT:  */* \r\nx-two: 2\r\nCookie: a=1\r\nX-TWO: \t3\r\ncookie: b=2\r\nEmpty:\r\n',
  );

  it.each([
    ['accept', 'text/html, */*', ['text/html', '*/*']],
    ['x-one', '1', ['1']],
    ['x-two', '2, 3', ['2', '3']],
    ['cookie', 'a=1; b=2', ['a=1', 'b=2']],
    ['empty', '', ['']],
    ['host', undefined, []],
    ['x-three', undefined, []],
    ['X-One', undefined, []],
  ])('%s', (name, value, all) => {
    expect([headers.get(name), headers.has(name), headers.all(name)]).toEqual([
      value,
      value !== undefined,
      all,
    ]);
  });

  it('are found by id', () => {
    expect(headers.known(FieldId.ACCEPT)).toBe('text/html, */*');
    expect(headers.known(FieldId.COOKIE)).toBe('a=1; b=2');
    expect(headers.known(FieldId.HOST)).toBeUndefined();
    expect([headers.hasKnown(FieldId.COOKIE), headers.hasKnown(FieldId.RANGE)]).toEqual([true, false]);
    expect([headers.isRepeated(FieldId.COOKIE), headers.isRepeated(FieldId.HOST)]).toEqual([true, false]);
  });

  it('come in order, with the names as they were written', () => {
    const lines = ['Accept', 'X-One', 'ACCEPT', 'x-two', 'Cookie', 'X-TWO', 'cookie', 'Empty'];
    expect([...headers].map(([name]) => name)).toEqual(lines);
    expect(headers.count).toBe(lines.length);
    expect([headers.name(2), headers.value(2)]).toEqual(['ACCEPT', '*/*']);
  });

  it('keep every byte of obs-text', () => {
    expect(headersOf('X: \xe9\x80\xff\r\n').get('x')).toBe('\xe9\x80\xff');
  });

  it('are what was sent, for any fields', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}$/).map((text) => `X${text}`);
    const value = fc.stringMatching(/^([!-~]([ -~\t]{0,30}[!-~])?)?$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 90 }), (lines) => {
        const read = headersOf(lines.map(([n, v]) => `${n}: ${v}\t\r\n`).join(''));
        expect([...read]).toEqual(lines);
        for (const [n] of lines) {
          const same = lines.filter(([other]) => other.toLowerCase() === n.toLowerCase()).map(([, v]) => v);
          expect(read.get(n.toLowerCase())).toBe(same.join(', '));
        }
      }),
    );
  });
});

it('a set of known fields is looked for at once', () => {
  const headers = headersOf('If-Range: "a"\r\nX-Range: 1\r\nProxy: p\r\n');
  expect(headers.hasAny((1 << FieldId.RANGE) | (1 << FieldId.IF_RANGE))).toBe(true);
  expect(headers.hasAny(1 << FieldId.PROXY)).toBe(true);
  expect(headers.hasAny((1 << FieldId.RANGE) | (1 << FieldId.IF_MATCH))).toBe(false);
  expect(headersOf('').hasAny(-1)).toBe(false);
});

it('tables of one connection are never seen by another', () => {
  const first = new RequestParser(DEFAULT_LIMITS);
  const second = new RequestParser(DEFAULT_LIMITS);
  const one = bytesOf('GET / HTTP/1.1\r\nHost: one\r\nX: 1\r\n\r\n');
  const two = bytesOf('GET / HTTP/1.1\r\nHost: two.example\r\nLonger: 2\r\n\r\n');
  for (let i = 0; i < 3; i++) {
    first.feed(one, 0, one.length);
    second.feed(two, 0, two.length);
    expect([...first.head.headers]).toEqual([
      ['Host', 'one'],
      ['X', '1'],
    ]);
    first.reset();
    expect([...second.head.headers]).toEqual([
      ['Host', 'two.example'],
      ['Longer', '2'],
    ]);
    expect([...first.head.headers]).toEqual([]);
    second.reset();
  }
});
