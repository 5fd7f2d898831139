import fc from 'fast-check';
import { HEAD_MAX, OutputParser, OutputStatus } from './output-parser.ts';

interface Read {
  error?: string;
  kind?: string;
  status?: number;
  reason?: string;
  location?: string;
  length?: number;
  chunked?: boolean;
  headers?: [string, string][];
  /** Where the body begins. */
  body?: number;
}

/** Feeds the output in pieces of these sizes, the last size over and over, and then its end. */
function read(output: string, sizes: readonly number[], nph = false): Read {
  const bytes = Buffer.from(output, 'latin1');
  const parser = new OutputParser(nph);
  let status: OutputStatus = OutputStatus.PARTIAL;
  let at = 0;
  for (let turn = 0; at < bytes.length && status === OutputStatus.PARTIAL; turn++) {
    const end = Math.min(bytes.length, at + (sizes[Math.min(turn, sizes.length - 1)] as number));
    status = parser.feed(bytes, at, end);
    at = status === OutputStatus.HEAD ? parser.consumed : end;
  }
  if (parser.end() === OutputStatus.ERROR) return { error: parser.error };
  const { head } = parser;
  return {
    kind: head?.kind as string,
    status: head?.status as number,
    reason: head?.reason as string,
    location: head?.location as string,
    length: head?.contentLength as number,
    chunked: head?.chunked as boolean,
    headers: head?.headers.entries() as [string, string][],
    body: at,
  };
}

const PLAIN: Read = { kind: 'document', status: 200, reason: '', location: '', length: -1, chunked: false };
const TYPE: [string, string] = ['Content-Type', 'a/b'];

type Row = readonly [what: string, output: string, expected: Read];

const ROWS: readonly Row[] = [
  ['a document', 'Content-Type: a/b\n\nbody', { ...PLAIN, headers: [TYPE], body: 19 }],
  ['lines ended by CR LF', 'Content-Type: a/b\r\n\r\nbody', { ...PLAIN, headers: [TYPE], body: 21 }],
  [
    'both kinds of line end',
    'Content-Type: a/b\r\nX-A: 1\n\r\n',
    { ...PLAIN, headers: [TYPE, ['X-A', '1']], body: 28 },
  ],
  ['no body', 'Content-Type: a/b\n\n', { ...PLAIN, headers: [TYPE], body: 19 }],
  ['a body of empty lines', 'Content-Type: a/b\n\n\n\n', { ...PLAIN, headers: [TYPE], body: 19 }],
  ['space around a value', 'Content-Type: \t a/b \t\n\n', { ...PLAIN, headers: [TYPE], body: 23 }],
  [
    'no space before a value',
    'content-type:a/b\n\n',
    { ...PLAIN, headers: [['content-type', 'a/b']], body: 18 },
  ],
  ['an empty value', 'Content-Type:\n\n', { ...PLAIN, headers: [['Content-Type', '']], body: 15 }],
  [
    'bytes beyond ASCII in a value',
    'Content-Type: a/b\nX: \xe9\n\n',
    { ...PLAIN, headers: [TYPE, ['X', '\xe9']], body: 24 },
  ],
  [
    'a field many times',
    'Content-Type: a/b\nSet-Cookie: a=1\nSet-Cookie: b=2\n\n',
    { ...PLAIN, headers: [TYPE, ['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2']], body: 51 },
  ],
  [
    'a status',
    'Status: 404 Not Found\n\n',
    { ...PLAIN, status: 404, reason: 'Not Found', headers: [], body: 23 },
  ],
  ['a status without words', 'Status: 204\n\n', { ...PLAIN, status: 204, headers: [], body: 13 }],
  [
    'a status that nobody has registered',
    'Status: 299 So So\n\n',
    { ...PLAIN, status: 299, reason: 'So So', headers: [], body: 19 },
  ],
  [
    'a length',
    'Content-Type: a/b\nContent-Length: 12\n\n',
    { ...PLAIN, length: 12, headers: [TYPE], body: 38 },
  ],
  [
    'fields about the connection, which are the server’s',
    'Content-Type: a/b\nConnection: close\nTE: trailers\nKeep-Alive: 1\nTrailer: x\nUpgrade: y\n\n',
    { ...PLAIN, headers: [TYPE], body: 86 },
  ],
  [
    'a body in chunks',
    'Content-Type: a/b\nTransfer-Encoding: Chunked\n\n',
    { ...PLAIN, chunked: true, headers: [TYPE], body: 46 },
  ],
  [
    'a body in chunks, whatever length is said',
    'Content-Type: a/b\nContent-Length: 7\nTransfer-Encoding: chunked\n\n',
    { ...PLAIN, chunked: true, headers: [TYPE], body: 64 },
  ],
  [
    'no coding',
    'Content-Type: a/b\nTransfer-Encoding: identity\n\n',
    { ...PLAIN, headers: [TYPE], body: 47 },
  ],
  [
    'what is said twice, once',
    'Content-Type: a/b\ncontent-type:  a/b\nStatus: 201\nStatus: 201\nETag: "a"\nETag: "a"\nContent-Length: 3\nContent-Length: 3\n\n',
    { ...PLAIN, status: 201, length: 3, headers: [TYPE, ['ETag', '"a"']], body: 118 },
  ],
  [
    'every line of a field that is a list',
    'Content-Type: a/b\nSet-Cookie: a\nSet-Cookie: a\n\n',
    { ...PLAIN, headers: [TYPE, ['Set-Cookie', 'a'], ['Set-Cookie', 'a']], body: 47 },
  ],
  [
    'zeros in front of a length',
    'Content-Type: a/b\nContent-Length: 000000000000000000012\n\n',
    { ...PLAIN, length: 12, headers: [TYPE], body: 57 },
  ],
  [
    'fields between script and server',
    'Content-Type: a/b\nX-CGI-Thing: 1\n\n',
    { ...PLAIN, headers: [TYPE], body: 34 },
  ],
  [
    'a local redirection',
    'Location: /other?x=1\n\n',
    {
      ...PLAIN,
      kind: 'local-redirect',
      status: 302,
      location: '/other?x=1',
      headers: [['Location', '/other?x=1']],
      body: 22,
    },
  ],
  [
    'a local redirection beside a type',
    'Content-Type: a/b\nLocation: /other\n\n',
    {
      ...PLAIN,
      kind: 'local-redirect',
      status: 302,
      location: '/other',
      headers: [TYPE, ['Location', '/other']],
      body: 36,
    },
  ],
  [
    'a redirection of the client',
    'Location: http://example.org/\n\n',
    {
      ...PLAIN,
      kind: 'client-redirect',
      status: 302,
      location: 'http://example.org/',
      headers: [['Location', 'http://example.org/']],
      body: 31,
    },
  ],
  [
    'a redirection with a status of its own',
    'Status: 303 See Other\nLocation: /done\n\n',
    {
      ...PLAIN,
      kind: 'client-redirect',
      status: 303,
      reason: 'See Other',
      location: '/done',
      headers: [['Location', '/done']],
      body: 39,
    },
  ],
  [
    'a path with a fragment, which only the client can follow',
    'Location: /a#b\n\n',
    {
      ...PLAIN,
      kind: 'client-redirect',
      status: 302,
      location: '/a#b',
      headers: [['Location', '/a#b']],
      body: 16,
    },
  ],
  [
    'a relative reference',
    'Location: next.html\n\n',
    {
      ...PLAIN,
      kind: 'client-redirect',
      status: 302,
      location: 'next.html',
      headers: [['Location', 'next.html']],
      body: 21,
    },
  ],

  ['nothing', '', { error: 'no output' }],
  ['a head without its end', 'Content-Type: a/b\n', { error: 'not ended by an empty line' }],
  ['half a line', 'Content-Ty', { error: 'not ended by an empty line' }],
  [
    'an empty line first',
    '\nContent-Type: a/b\n\n',
    { error: 'neither Content-Type nor Location nor Status' },
  ],
  [
    'fields, but none of CGI',
    'X-A: 1\nContent-Length: 2\n\n',
    { error: 'neither Content-Type nor Location nor Status' },
  ],
  ['a status line', 'HTTP/1.1 200 OK\nContent-Type: a/b\n\n', { error: 'a line without a colon' }],
  ['a page without head', '<!doctype html>\n<p style="a: b">\n', { error: 'a line without a colon' }],
  ['a folded line', 'Content-Type: a/b\n c: d\n\n', { error: 'a malformed field name' }],
  ['space before the colon', 'Content-Type : a/b\n\n', { error: 'a malformed field name' }],
  ['no name', ': x\n\n', { error: 'a malformed field name' }],
  ['a name with a byte beyond ASCII', 'X\xe9: x\n\n', { error: 'a malformed field name' }],
  ['a CR within a value', 'Content-Type: a\rX: b\n\n', { error: 'a control character in a value' }],
  ['a NUL within a value', 'Content-Type: a\0b\n\n', { error: 'a control character in a value' }],
  ['two CR at the end of a line', 'Content-Type: a/b\r\r\n\n', { error: 'a control character in a value' }],
  ['two types', 'Content-Type: a/b\ncontent-type: a/c\n\n', { error: 'content-type with two values' }],
  ['two statuses', 'Status: 200\nStatus: 404\n\n', { error: 'status with two values' }],
  ['two locations', 'Location: /\nLocation: /a\n\n', { error: 'location with two values' }],
  ['two tags', 'Content-Type: a/b\nETag: "a"\nETag: "b"\n\n', { error: 'etag with two values' }],
  [
    'two lengths',
    'Content-Type: a/b\nContent-Length: 1\nContent-Length: 2\n\n',
    { error: 'content-length with two values' },
  ],
  [
    'a coding beside chunks',
    'Content-Type: a/b\nTransfer-Encoding: gzip, chunked\n\n',
    { error: 'a Transfer-Encoding that is not chunked' },
  ],
  ['an empty location', 'Location:\n\n', { error: 'an empty Location' }],
  ['a status in words', 'Status: OK\n\n', { error: 'a malformed Status' }],
  ['a status that is none', 'Status: 600 Beyond\n\n', { error: 'a malformed Status' }],
  ['an interim status', 'Status: 100 Continue\n\n', { error: 'a malformed Status' }],
  ['a status run together with its words', 'Status: 200OK\n\n', { error: 'a malformed Status' }],
  ['a negative length', 'Content-Type: a/b\nContent-Length: -1\n\n', { error: 'a malformed Content-Length' }],
  [
    'a length in hexadecimal',
    'Content-Type: a/b\nContent-Length: 0x10\n\n',
    { error: 'a malformed Content-Length' },
  ],
  [
    'a list of lengths',
    'Content-Type: a/b\nContent-Length: 1, 1\n\n',
    { error: 'a malformed Content-Length' },
  ],
  [
    'a length beyond counting',
    `Content-Type: a/b\nContent-Length: ${'9'.repeat(16)}\n\n`,
    { error: 'a malformed Content-Length' },
  ],
];

describe('the head of a script’s output', () => {
  it.each(ROWS)('%s', (_what, output, expected) => {
    expect(read(output, [output.length + 1])).toEqual(expected);
    // Byte by byte it is the same.
    expect(read(output, [1])).toEqual(expected);
  });

  it('is the same however the bytes are split', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ROWS),
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 20 }),
        ([, output, expected], sizes) => {
          expect(read(output, sizes)).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is never taken for more than it is, whatever the bytes are', () => {
    const bytes = fc.array(
      fc.constantFrom(
        '\n',
        '\r',
        ':',
        ' ',
        'A',
        'Status',
        'Location',
        'Content-Type',
        '/',
        '2',
        '00',
        '\0',
        '\xff',
      ),
    );
    fc.assert(
      fc.property(bytes, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (parts, sizes) => {
        const output = parts.join('');
        const whole = read(output, [output.length + 1]);
        expect(read(output, sizes)).toEqual(whole);
        for (const [name, value] of whole.headers ?? []) {
          // Nothing that could end a line or a message.
          const codes = [...`${name}${value}`].map((character) => character.charCodeAt(0));
          expect(codes.filter((code) => (code < 0x20 && code !== 0x09) || code === 0x7f)).toEqual([]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('holds 64 KiB and not a byte more', () => {
    const line = 'Content-Type: a/b\n';
    const fill = (size: number): string => `${line}X: ${'x'.repeat(size - line.length - 5)}\n\n`;
    expect(fill(HEAD_MAX)).toHaveLength(HEAD_MAX);
    expect(read(`${fill(HEAD_MAX)}body`, [4096])).toMatchObject({ status: 200, body: HEAD_MAX });
    expect(read(`${fill(HEAD_MAX + 1)}body`, [4096])).toEqual({ error: 'too large' });
    expect(read('x'.repeat(HEAD_MAX + 1), [1000])).toEqual({ error: 'too large' });
  });

  it('does work in proportion to the bytes, whatever they are', () => {
    const output = `Content-Type: a/b\nX: y${' \t'.repeat(32_000)}z\n\n`;
    const started = process.cpuUsage();
    expect(read(output, [output.length])).toMatchObject({ status: 200 });
    const { user, system } = process.cpuUsage(started);
    // Microseconds. Where each blank is tried as the last one it is four seconds.
    expect(user + system).toBeLessThan(1_000_000);
  });

  it('says where the body begins in the bytes that were fed', () => {
    const parser = new OutputParser();
    const first = Buffer.from('....Content-Type: a/b\n');
    expect(parser.feed(first, 4, first.length)).toBe(OutputStatus.PARTIAL);
    const second = Buffer.from('...\nbody....');
    expect(parser.feed(second, 3, 8)).toBe(OutputStatus.HEAD);
    expect(parser.consumed).toBe(4);
  });
});

describe('a whole response, of a script that may write one', () => {
  it.each<Row>([
    [
      'a status line',
      'HTTP/1.1 200 OK\r\nContent-Type: a/b\r\n\r\nbody',
      { ...PLAIN, reason: 'OK', headers: [TYPE], body: 38 },
    ],
    ['no phrase', 'HTTP/1.0 404\n\n', { ...PLAIN, status: 404, headers: [], body: 14 }],
    ['an empty phrase', 'HTTP/1.0 404 \n\n', { ...PLAIN, status: 404, headers: [], body: 15 }],
    [
      'a status beside its field, which is no field of HTTP',
      'HTTP/1.1 201 Made\nStatus: 500\n\n',
      { ...PLAIN, status: 201, reason: 'Made', headers: [], body: 31 },
    ],
    [
      'a path for the client, whatever its status',
      'HTTP/1.1 200 OK\nLocation: /a\n\n',
      {
        ...PLAIN,
        kind: 'client-redirect',
        location: '/a',
        reason: 'OK',
        headers: [['Location', '/a']],
        body: 30,
      },
    ],
    [
      'fields about the connection, and chunks',
      'HTTP/1.1 200 OK\nConnection: close\nTransfer-Encoding: chunked\n\n',
      { ...PLAIN, reason: 'OK', chunked: true, headers: [], body: 62 },
    ],
    [
      'an interim response before it',
      'HTTP/1.1 103 Early Hints\nLink: </a>\n\nHTTP/1.1 200 OK\nContent-Type: a/b\n\n',
      { ...PLAIN, reason: 'OK', headers: [TYPE], body: 72 },
    ],
    ['what every script writes', 'Content-Type: a/b\n\n', { ...PLAIN, headers: [TYPE], body: 19 }],
    ['a status that is none', 'HTTP/1.1 600 Beyond\n\n', { error: 'a malformed status line' }],
    ['no version', 'HTTP/ 200 OK\n\n', { error: 'a malformed status line' }],
    ['a control character in the phrase', 'HTTP/1.1 200 O\rK\n\n', { error: 'a malformed status line' }],
    ['another protocol', 'HTTP/1.1 101 Switching\n\n', { error: 'another protocol' }],
    ['a status line among the fields', 'X: y\nHTTP/1.1 200 OK\n\n', { error: 'a line without a colon' }],
    [
      'two lengths',
      'HTTP/1.1 200 OK\nContent-Length: 1\nContent-Length: 2\n\n',
      { error: 'content-length with two values' },
    ],
    ['no end', 'HTTP/1.1 200 OK\n', { error: 'not ended by an empty line' }],
  ])('%s', (_what, output, expected) => {
    expect(read(output, [output.length], true)).toEqual(expected);
    expect(read(output, [1], true)).toEqual(expected);
  });
});
