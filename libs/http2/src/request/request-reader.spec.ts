import { DEFAULT_LIMITS, fillHead, RequestHead } from '@webserv/request';
import { Field } from '../hpack/field.ts';
import { isConnectionField } from './field-kind.ts';
import { type Priority, readPriority } from './priority.ts';
import { RequestReader } from './request-reader.ts';

type Line = readonly [name: string, value: string];

const METHOD: Line = [':method', 'GET'];
const SCHEME: Line = [':scheme', 'https'];
const AUTHORITY: Line = [':authority', 'example.org'];
const PATH: Line = [':path', '/a?b'];
const GET = [METHOD, SCHEME, AUTHORITY, PATH];

function read(
  lines: readonly Line[],
  endStream = true,
  reader = new RequestReader(),
): string | RequestReader {
  const fields = lines.map(([name, value]) => new Field(name, value));
  return reader.read(fields, fields.length, endStream, false) ? reader : String(reader.malformed);
}

/** The head that a request comes to, or why there is none. */
function headOf(lines: readonly Line[], endStream = true): RequestHead | string {
  const values = read(lines, endStream);
  if (typeof values === 'string') return values;
  const head = new RequestHead();
  return fillHead(head, values, DEFAULT_LIMITS, true)?.code ?? head;
}

describe('a request', () => {
  it('becomes the values of a head', () => {
    expect(headOf([...GET, ['accept', '*/*'], ['x', '']])).toMatchObject({
      method: 'GET',
      version: 20,
      target: '/a?b',
      path: '/a',
      query: 'b',
      host: 'example.org',
      hasBody: false,
    });
  });

  it('has a body unless its stream has ended', () => {
    expect(headOf(GET, false)).toMatchObject({ hasBody: true, chunked: true, contentLength: -1 });
    expect(headOf([...GET, ['content-length', '3']], false)).toMatchObject({
      hasBody: true,
      contentLength: 3,
    });
    expect(headOf([...GET, ['content-length', '0']])).toMatchObject({ hasBody: false, contentLength: 0 });
  });

  it('may have its pseudo-fields in any order', () => {
    expect(read([PATH, AUTHORITY, METHOD, SCHEME])).toMatchObject({ target: '/a?b', method: 'GET' });
  });

  it.each<[string, readonly Line[]]>([
    ['repeated-pseudo-field', [...GET, METHOD]],
    ['repeated-pseudo-field', [...GET, SCHEME]],
    ['repeated-pseudo-field', [...GET, AUTHORITY]],
    ['repeated-pseudo-field', [...GET, PATH]],
    ['missing-pseudo-field', [SCHEME, AUTHORITY, PATH]],
    ['missing-pseudo-field', [METHOD, AUTHORITY, PATH]],
    ['missing-pseudo-field', [METHOD, SCHEME, AUTHORITY]],
    ['missing-pseudo-field', []],
    ['missing-pseudo-field', [[':method', ''], SCHEME, AUTHORITY, PATH]],
    ['pseudo-field-behind-field', [METHOD, SCHEME, AUTHORITY, ['x', 'y'], PATH]],
    ['pseudo-field-behind-field', [METHOD, SCHEME, ['host', 'h'], PATH]],
    ['unknown-pseudo-field', [...GET, [':status', '200']]],
    ['unknown-pseudo-field', [...GET, [':protocol', 'websocket']]],
    ['unknown-pseudo-field', [...GET, [':own', '']]],
    ['unknown-pseudo-field', [...GET, [':', '']]],
    ['bad-scheme', [METHOD, [':scheme', 'ftp'], AUTHORITY, PATH]],
    ['bad-path', [METHOD, SCHEME, AUTHORITY, [':path', '']]],
    ['bad-path', [METHOD, SCHEME, AUTHORITY, [':path', 'a']]],
    ['bad-path', [METHOD, SCHEME, AUTHORITY, [':path', 'http://h/']]],
    ['bad-path', [METHOD, SCHEME, AUTHORITY, [':path', '*']]],
    ['bad-field-name', [...GET, ['Accept', 'x']]],
    ['bad-field-name', [...GET, ['', 'x']]],
    ['bad-field-name', [...GET, ['a b', 'x']]],
    ['bad-field-name', [...GET, ['a:b', 'x']]],
    ['bad-field-name', [...GET, ['a\x7f', 'x']]],
    ['bad-field-name', [...GET, ['a\xe9', 'x']]],
    ['bad-field-name', [...GET, ['a\n', 'x']]],
    ['bad-field-value', [...GET, ['a', 'b\0c']]],
    ['bad-field-value', [...GET, ['a', 'b\rc']]],
    ['bad-field-value', [...GET, ['a', 'b\nc']]],
    ['bad-field-value', [...GET, ['a', ' b']]],
    ['bad-field-value', [...GET, ['a', 'b\t']]],
    ['bad-field-value', [METHOD, SCHEME, AUTHORITY, [':path', '/\r\nx: y']]],
    ['bad-field-value', [[':method', 'GET '], SCHEME, AUTHORITY, PATH]],
    ['connection-field', [...GET, ['connection', 'close']]],
    ['connection-field', [...GET, ['proxy-connection', 'close']]],
    ['connection-field', [...GET, ['keep-alive', 'x']]],
    ['connection-field', [...GET, ['transfer-encoding', 'chunked']]],
    ['connection-field', [...GET, ['upgrade', 'x']]],
    ['connection-field', [...GET, ['te', 'gzip']]],
    ['connection-field', [...GET, ['te', 'trailers, gzip']]],
    ['host-differs', [...GET, ['host', 'example.com']]],
    ['host-differs', [...GET, ['host', 'example.org'], ['host', 'b']]],
    ['host-differs', [...GET, ['host', 'example.org:80']]],
    ['content-length-without-data', [...GET, ['content-length', '1']]],
    ['pseudo-field-of-connect', [[':method', 'CONNECT'], SCHEME, AUTHORITY]],
    ['pseudo-field-of-connect', [[':method', 'CONNECT'], AUTHORITY, PATH]],
    ['missing-pseudo-field', [[':method', 'CONNECT']]],
  ])('is malformed: %s %#', (why, lines) => {
    expect(read(lines)).toBe(why);
  });

  it.each<[string, readonly Line[]]>([
    ['bad-target', [METHOD, SCHEME, AUTHORITY, [':path', '/a b']]],
    ['bad-method', [[':method', 'G@T'], SCHEME, AUTHORITY, PATH]],
    ['bad-host', [METHOD, SCHEME, [':authority', 'user@h'], PATH]],
    ['bad-host', [METHOD, SCHEME, [':authority', ''], PATH]],
    ['missing-host', [METHOD, SCHEME, PATH]],
    ['repeated-host', [METHOD, SCHEME, PATH, ['host', 'h'], ['host', 'h']]],
    ['bad-field-name', [...GET, ['a(b', 'x']]],
    ['bad-field-value', [...GET, ['a', 'b\x01c']]],
    ['repeated-content-length', [...GET, ['content-length', '0'], ['content-length', '0']]],
    ['bad-content-length', [...GET, ['content-length', '+0']]],
    ['expectation-failed', [...GET, ['expect', 'x']]],
  ])('is no head, as in HTTP/1.1: %s %#', (code, lines) => {
    expect(headOf(lines)).toBe(code);
  });

  it('OPTIONS may ask for *', () => {
    expect(headOf([[':method', 'OPTIONS'], SCHEME, AUTHORITY, [':path', '*']])).toMatchObject({
      rawPath: '*',
    });
  });

  it('CONNECT has an authority alone', () => {
    const connect: Line[] = [
      [':method', 'CONNECT'],
      [':authority', 'h:1'],
    ];
    expect(headOf(connect, false)).toMatchObject({ method: 'CONNECT', target: 'h:1', host: 'h', port: 1 });
  });

  it.each(['example.org', 'EXAMPLE.org', 'example.org:443'])(
    'Host may say the same as :authority: %s',
    (host) => {
      expect([...(headOf([...GET, ['host', host]]) as RequestHead).headers]).toEqual([
        ['Host', 'example.org'],
      ]);
    },
  );

  it('Host stands for a missing :authority', () => {
    expect(headOf([METHOD, SCHEME, PATH, ['host', 'h:8']])).toMatchObject({ host: 'h', port: 8 });
  });

  it('te may say trailers', () => {
    expect(read([...GET, ['te', 'trailers']])).toMatchObject({ fields: [['te', 'trailers']] });
  });

  it('cookie crumbs are one field', () => {
    const lines: Line[] = [...GET, ['cookie', 'a=1'], ['x', 'y'], ['cookie', 'b=2'], ['cookie', 'c=3']];
    expect(read(lines)).toMatchObject({
      fields: [
        ['cookie', 'a=1; b=2; c=3'],
        ['x', 'y'],
      ],
    });
  });

  it('holds nothing of the one before it', () => {
    const reader = new RequestReader();
    read([...GET, ['cookie', 'a'], ['content-length', '3'], ['priority', 'u=1'], ['a', 'b']], false, reader);
    read([METHOD, SCHEME, PATH, ['cookie', 'b']], true, reader);
    expect(reader).toEqual(read([METHOD, SCHEME, PATH, ['cookie', 'b']]));
  });

  it('whose list was cut has what is known of it', () => {
    const reader = new RequestReader();
    const fields = [METHOD, ['x', 'y'] as const].map(([name, value]) => new Field(name, value));
    expect(reader.read(fields, 2, true, true)).toBe(true);
    expect([reader.method, reader.target]).toEqual(['GET', '']);
  });
});

it('fields of the connection are known by their names', () => {
  expect(['connection', 'transfer-encoding', 'te', 'etag'].map(isConnectionField)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

describe('a Priority field', () => {
  it.each<[string, number, boolean]>([
    ['', 3, false],
    ['u=0', 0, false],
    ['u=7, i', 7, true],
    ['i, u=1', 1, true],
    ['i=?1', 3, true],
    ['i=?0', 3, false],
    ['u=1, u=2', 2, false],
    ['u=2;x=1, i;y', 2, true],
    ['u = 2', 3, false],
    ['u=8', 3, false],
    ['u=-1', 3, false],
    ['u=1.0', 3, false],
    ['u', 3, false],
    ['i=1', 3, false],
    ['x=1, , U=1', 3, false],
    [`${'a,'.repeat(50)}u=1`, 3, false],
  ])('%j', (value, urgency, incremental) => {
    const priority: Priority = { urgency: 9, incremental: true };
    readPriority(value, priority);
    expect(priority).toEqual({ urgency, incremental });
  });
});
