import fc from 'fast-check';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { FeedStatus, RequestParser } from '../parser.ts';
import { bytesOf } from '../testing/feeding.ts';
import { FIELD_SECTIONS } from '../testing/field-sections.ts';
import { REQUEST_LINES } from '../testing/request-lines.ts';
import { RequestHead } from './head.ts';
import { fillHead, type HeadValues } from './head-values.ts';

type Lines = [name: string, value: string][];

/** The values as a client of HTTP/1.1 would send them. */
function printed({ method, target, version = 11, authority, fields = [] }: HeadValues): string {
  const lines = authority === undefined ? fields : [['Host', authority] as const, ...fields];
  const section = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `${method} ${target} HTTP/1.${version - 10}\r\n${section}\r\n`;
}

function said(head: RequestHead): unknown {
  const { headers, ...rest } = head;
  return { ...rest, hasBody: head.hasBody, fields: [...headers] };
}

/** What the parser reads from the text, or its error. */
function parsed(values: HeadValues, limits: Limits, secure: boolean): unknown {
  const bytes = bytesOf(printed(values));
  const parser = new RequestParser(limits, secure, null);
  const status = parser.feed(bytes, 0, bytes.length);
  return status === FeedStatus.HEAD ? said(parser.head) : { ...parser.error };
}

function filled(
  values: HeadValues,
  limits = DEFAULT_LIMITS,
  secure = false,
  head = new RequestHead(),
): unknown {
  const error = fillHead(head, values, limits, secure);
  return error === null ? said(head) : { ...error };
}

/** Mostly `usual`, so that heads are accepted as well as refused for one thing. */
const mostly = <T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: usual }, { weight: 2, arbitrary: other });

/** Any byte but those that end a line. */
const octets = fc
  .array(fc.integer({ min: 0, max: 255 }), { maxLength: 6 })
  .map((list) => String.fromCharCode(...list).replace(/[\r\n]/g, ''));
const method = mostly(
  fc.constantFrom('GET', 'HEAD', 'POST', 'OPTIONS', 'get', "!#$%&'*+-.^_`|~0a", 'M'.repeat(32)),
  fc.oneof(
    fc.constantFrom('CONNECT', 'M'.repeat(33), '\x16\x03'),
    octets.map((text) => text.replaceAll(' ', '')),
  ),
);
const target = mostly(
  fc.oneof(
    fc.constantFrom(
      '/',
      '/a/../b%20c?d=%zz',
      '//a//./b/',
      '/%e2%82%ac/%ff?',
      'http://Example.org:8/x?',
      'http://h?q',
    ),
    fc.webUrl({ withQueryParameters: true, validSchemes: ['http'] }),
  ),
  fc.oneof(
    fc.constantFrom('/..', '/%00', '/%', '*', 'h:1', 'http://User@h/', '/\xe9', 'https://h/', '/#'),
    octets.map((text) => `/${text.replaceAll(' ', '')}`),
  ),
);
const authority = mostly<string | undefined>(
  fc.oneof(fc.constantFrom('h', 'Example.org.:8080', '[::1]:1', ' h '), fc.domain()),
  fc.oneof(fc.constantFrom('[::1', 'a:b', '', 'h:65536', 'a@b', undefined), octets),
);
const field = mostly<readonly [string, string]>(
  fc.oneof(
    fc.constantFrom(
      ['content-length', '3'],
      ['Connection', 'close, x'],
      ['Connection', 'keep-alive'],
      ['Expect', '100-continue'],
      ['x', '\t y \t'],
    ),
    fc.tuple(fc.stringMatching(/^[a-zA-Z0-9-]{1,8}$/), fc.stringMatching(/^[\t -~\x80-\xff]{0,20}$/)),
  ),
  fc.oneof(
    fc.constantFrom(
      ['Content-Length', '9007199254740993'],
      ['content-length', ' 0 '],
      ['transfer-encoding', 'chunked'],
      ['Transfer-Encoding', 'gzip, chunked'],
      ['expect', 'x'],
      ['host', 'other'],
      ['', 'v'],
      [' x', 'v'],
      ['x ', 'v'],
    ),
    fc.tuple(
      octets.map((text) => text.replaceAll(':', '')),
      octets,
    ),
  ),
);
const anyValues: fc.Arbitrary<HeadValues> = fc.record({
  method,
  target,
  version: fc.constantFrom(10, 11, undefined),
  authority,
  fields: fc.array(field, { maxLength: 4 }),
});
const anyLimits: fc.Arbitrary<Limits> = mostly<Limits>(
  fc.constant(DEFAULT_LIMITS),
  fc.record({
    maxHeader: fc.integer({ min: 1, max: 120 }),
    maxHeaders: fc.integer({ min: 0, max: 4 }),
    maxTarget: fc.integer({ min: 0, max: 20 }),
  }),
);

describe('a head from values', () => {
  it('is the head, or the error, that a parser reads from the same values as text', () => {
    const heads = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(anyValues, anyLimits, fc.boolean(), (values, limits, secure) => {
        const expected = parsed(values, limits, secure) as { code?: string };
        if (expected.code === undefined) heads.accepted++;
        else heads.refused++;
        expect(filled(values, limits, secure)).toEqual(expected);
      }),
      { numRuns: 5000 },
    );
    // Otherwise the property would speak of one kind alone.
    expect(Math.min(heads.accepted, heads.refused)).toBeGreaterThan(1000);
  });

  it('is that of each conformance case that is a whole text', () => {
    const shape = /^([^ \r\n]*) ([^ \r\n]*) HTTP\/1\.([01])\r\n((?:[^:\r\n]*: [^\r\n]*\r\n)*)\r\n$/;
    let cases = 0;
    for (const [name, text] of [...REQUEST_LINES, ...FIELD_SECTIONS]) {
      const [, method = '', target = '', minor, section = ''] = shape.exec(text) ?? [];
      if (minor === undefined) continue;
      const lines = section.split('\r\n').slice(0, -1);
      const fields = lines.map((line) => /^([^:]*): (.*)$/.exec(line)?.slice(1) as [string, string]);
      const values: HeadValues = { method, target, version: minor === '0' ? 10 : 11, fields };
      expect(printed(values)).toBe(text);
      expect([name, filled(values)]).toEqual([name, parsed(values, DEFAULT_LIMITS, false)]);
      cases++;
    }
    expect(cases).toBeGreaterThan(100);
  });

  it.each<[HeadValues, string, number]>([
    [{ method: 'GE T', target: '/' }, 'bad-method', 2],
    [{ method: 'GET\r\nX', target: '/' }, 'bad-method', 3],
    [{ method: '\nGET', target: '/' }, 'bare-lf', 0],
    [{ method: 'GET', target: '/ HTTP/1.1\r\nHost: evil\r\n\r\nGET /' }, 'bad-target', 5],
    [{ method: 'GET', target: '/a\r\nb' }, 'bad-target', 6],
    [{ method: 'GET', target: '/\u0120' }, 'bad-target', 5],
    [{ method: 'GET', target: '/', authority: 'h\r\nX: y' }, 'bare-cr', 23],
    [{ method: 'GET', target: '/', fields: [['a:b', 'c']] }, 'bad-field-name', 17],
    [{ method: 'GET', target: '/', fields: [[':path', '/x']] }, 'empty-field-name', 16],
    [{ method: 'GET', target: '/', fields: [['a\r\nb', 'c']] }, 'missing-colon', 17],
    [{ method: 'GET', target: '/', fields: [['\r\nb', 'c']] }, 'bare-cr', 16],
    [{ method: 'GET', target: '/', fields: [['a', 'b\r\nc: d']] }, 'bare-cr', 20],
    [{ method: 'GET', target: '/', fields: [['a', 'b\nc: d']] }, 'bare-lf', 20],
    [{ method: 'GET', target: '/', fields: [['a', '\u010a']] }, 'bad-field-value', 19],
    [{ method: 'GET', target: '/', fields: [['\u010d', 'a']] }, 'bad-field-name', 16],
  ])('a value of %j cannot end its line', (values, code, at) => {
    expect(filled(values)).toMatchObject({ code, at });
  });

  it('holds nothing of the request before it', () => {
    const head = new RequestHead();
    const both = fc.tuple(anyValues, anyValues);
    fc.assert(
      fc.property(both, ([first, second]) => {
        filled(first, DEFAULT_LIMITS, false, head);
        expect(filled(second, DEFAULT_LIMITS, false, head)).toEqual(filled(second));
      }),
    );
  });

  it('has method and target alone after an error, for the log', () => {
    const head = new RequestHead();
    const values = {
      method: 'PUT',
      target: '/a?b',
      authority: 'h',
      fields: [['content-length', 'x']] as Lines,
    };
    expect(fillHead(head, values, DEFAULT_LIMITS)?.code).toBe('bad-content-length');
    const empty = new RequestHead();
    empty.method = 'PUT';
    empty.target = '/a?b';
    expect(said(head)).toEqual(said(empty));
  });

  it('is as long as the limit allows', () => {
    const fields: Lines = [['x', 'y'.repeat(40_000)]];
    const values = { method: 'GET', target: '/', authority: 'h', fields };
    const size = printed(values).length;
    expect(filled(values)).toMatchObject({ code: 'head-too-large', at: DEFAULT_LIMITS.maxHeader });
    expect(filled(values, { ...DEFAULT_LIMITS, maxHeader: size - 1 })).toMatchObject({ at: size - 1 });
    expect(filled(values, { ...DEFAULT_LIMITS, maxHeader: size })).toMatchObject({
      bytes: size,
      fields: [['Host', 'h'], ...fields],
    });
  });
});

describe('a body that the protocol announces', () => {
  const values = (body: boolean, fields: Lines = []): HeadValues => ({
    method: 'POST',
    target: '/',
    authority: 'h',
    fields,
    body,
  });
  const length = (value: string): Lines => [['content-length', value]];
  const wait: Lines = [['expect', '100-continue']];

  it.each<[string, HeadValues, object]>([
    ['none', values(false), { contentLength: -1, chunked: false, hasBody: false }],
    [
      'none, and its length',
      values(false, length('0')),
      { contentLength: 0, chunked: false, hasBody: false },
    ],
    ['of unknown length', values(true), { contentLength: -1, chunked: true, hasBody: true }],
    ['of known length', values(true, length('7')), { contentLength: 7, chunked: false, hasBody: true }],
    ['that waits', values(true, wait), { expectContinue: true }],
    ['none to wait for', values(false, wait), { expectContinue: false }],
    ['none, with a length', values(false, length('7')), { code: 'bad-content-length', at: 42 }],
    ['of a bad length', values(true, length('+7')), { code: 'bad-content-length', at: 42 }],
    [
      'with a coding',
      values(true, [['transfer-encoding', 'chunked']]),
      { code: 'bad-transfer-encoding', at: 45 },
    ],
  ])('%s', (_, given, expected) => {
    expect(filled(given)).toMatchObject(expected);
  });
});
