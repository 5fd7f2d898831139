import fc from 'fast-check';
import { formatHttpDate } from '../fields/date.ts';
import type { Body } from '../reply/body.ts';
import { empty, fail, Reply, text } from '../reply/reply.ts';
import { IterableSource } from '../testing/iterable-source.ts';
import {
  type EncodeContext,
  Encoded,
  type EncodeError,
  encodeHead,
  encodeInto,
  encodeWhole,
  headBound,
  isOwned,
  patchDate,
} from './encode.ts';

const ascii = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const DATE = formatHttpDate(784_111_777_000);

function context(over: Partial<EncodeContext> = {}): EncodeContext {
  return { method: 'GET', version: 11, keepAlive: true, date: DATE, server: 'webserv', ...over };
}

function encoded(reply: Reply, ctx: EncodeContext): { head: string; out: Encoded } {
  const out = new Encoded();
  const head = encodeHead(reply, ctx, out);
  expect(out.error).toBeNull();
  return { head: ascii(head!), out };
}

const streamed: Body = { kind: 'stream', source: new IterableSource([]), length: -1 };
const own = `Server: webserv\r\nDate: ${DATE}\r\n`;
const ok = `HTTP/1.1 200 OK\r\n${own}`;

const heads: Array<[string, Reply, Partial<EncodeContext>, string]> = [
  ['bytes', text(200, 'hi'), {}, `${ok}Content-Length: 2\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n`],
  ['nothing', empty(200), {}, `${ok}Content-Length: 0\r\n\r\n`],
  [
    'a file',
    new Reply(200, { kind: 'file', fd: 3, offset: 9, length: 2 ** 40 }),
    {},
    `${ok}Content-Length: 1099511627776\r\n\r\n`,
  ],
  [
    'HEAD',
    new Reply(200, { kind: 'unsent', length: 77 }),
    { method: 'HEAD' },
    `${ok}Content-Length: 77\r\n\r\n`,
  ],
  ['a stream', new Reply(200, streamed), {}, `${ok}Transfer-Encoding: chunked\r\n\r\n`],
  [
    'HEAD of a stream',
    new Reply(200, streamed),
    { method: 'HEAD' },
    `${ok}Transfer-Encoding: chunked\r\n\r\n`,
  ],
  ['a stream to 1.0', new Reply(200, streamed), { version: 10 }, `${ok}Connection: close\r\n\r\n`],
  ['1.0 kept', empty(200), { version: 10 }, `${ok}Connection: keep-alive\r\nContent-Length: 0\r\n\r\n`],
  [
    '1.0 not kept',
    empty(200),
    { version: 10, keepAlive: false },
    `${ok}Connection: close\r\nContent-Length: 0\r\n\r\n`,
  ],
  ['1.1 not kept', empty(200), { keepAlive: false }, `${ok}Connection: close\r\nContent-Length: 0\r\n\r\n`],
  ['204', empty(204), {}, `HTTP/1.1 204 No Content\r\n${own}\r\n`],
  ['204 with a body', new Reply(204, streamed), {}, `HTTP/1.1 204 No Content\r\n${own}\r\n`],
  [
    '205',
    text(205, 'x'),
    {},
    `HTTP/1.1 205 Reset Content\r\n${own}Content-Length: 0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n`,
  ],
  ['304', empty(304), {}, `HTTP/1.1 304 Not Modified\r\n${own}\r\n`],
  [
    '304 with length',
    new Reply(304, { kind: 'unsent', length: 5 }),
    {},
    `HTTP/1.1 304 Not Modified\r\n${own}Content-Length: 5\r\n\r\n`,
  ],
  ['103', empty(103), {}, 'HTTP/1.1 103 Early Hints\r\n\r\n'],
  ['no Server', empty(204), { server: '' }, `HTTP/1.1 204 No Content\r\nDate: ${DATE}\r\n\r\n`],
  ['an unregistered status', empty(299), {}, `HTTP/1.1 299 \r\n${own}Content-Length: 0\r\n\r\n`],
];

describe('encodeHead', () => {
  it.each(heads)('%s', (_name, reply, over, expected) => {
    expect(encoded(reply, context(over)).head).toBe(expected);
  });

  it('writes a reason of the reply itself', () => {
    const reply = empty(204);
    reply.reason = 'Gone Fishing';
    expect(encoded(reply, context()).head).toMatch(/^HTTP\/1\.1 204 Gone Fishing\r\n/);
  });

  it('closes where the reply wants it', () => {
    const reply = fail(400);
    reply.closes = true;
    const { head, out } = encoded(reply, context());
    expect(head).toContain('\r\nConnection: close\r\n');
    expect(out.keepAlive).toBe(false);
  });

  it('keeps repeated fields and Latin-1 values', () => {
    const reply = empty(204);
    reply.headers.append('Set-Cookie', 'a=1').append('Set-Cookie', 'b=\u00e9\t"x"');
    expect(encoded(reply, context()).head).toContain('Set-Cookie: a=1\r\nSet-Cookie: b=\u00e9\t"x"\r\n\r\n');
  });

  it('passes over the fields that are its own', () => {
    const reply = text(200, 'hi');
    for (const name of [
      'content-length',
      'Transfer-Encoding',
      'CONNECTION',
      'Keep-Alive',
      'date',
      'Server',
    ]) {
      reply.headers.append(name, 'x');
      expect(isOwned(name)).toBe(true);
    }
    const plain = encoded(text(200, 'hi'), context()).head;
    expect(encoded(reply, context()).head).toBe(plain);
  });
});

describe('what the encoder tells the connection', () => {
  const cases: Array<[string, Reply, Partial<EncodeContext>, Partial<Encoded>]> = [
    ['bytes', text(200, 'hello'), {}, { framing: 'length', contentLength: 5, keepAlive: true }],
    ['HEAD', text(200, 'hello'), { method: 'HEAD' }, { framing: 'none', contentLength: 0, keepAlive: true }],
    ['stream', new Reply(200, streamed), {}, { framing: 'chunked', contentLength: -1, keepAlive: true }],
    [
      'stream to 1.0',
      new Reply(200, streamed),
      { version: 10 },
      { framing: 'until-close', keepAlive: false },
    ],
    [
      'HEAD of it',
      new Reply(200, streamed),
      { version: 10, method: 'HEAD' },
      { framing: 'none', keepAlive: false },
    ],
    ['304 to 1.0', new Reply(304, streamed), { version: 10 }, { framing: 'none', keepAlive: true }],
    ['205', text(205, 'x'), {}, { framing: 'length', contentLength: 0 }],
    ['close', empty(200), { keepAlive: false }, { framing: 'length', contentLength: 0, keepAlive: false }],
  ];

  it.each(cases)('%s', (_name, reply, over, expected) => {
    expect(encoded(reply, context(over)).out).toMatchObject(expected);
  });
});

describe('what may not be sent', () => {
  const bad: Array<[string, (reply: Reply) => void, EncodeError, string]> = [
    ['CR LF in a value', (r) => r.headers.set('X', 'a\r\nSet-Cookie: b'), 'bad-field-value', 'X'],
    ['a bare CR', (r) => r.headers.set('X', 'a\rb'), 'bad-field-value', 'X'],
    ['a bare LF', (r) => r.headers.set('X', 'a\nb'), 'bad-field-value', 'X'],
    ['a NUL', (r) => r.headers.set('X', 'a\0b'), 'bad-field-value', 'X'],
    ['a control', (r) => r.headers.set('X', 'a\x1bb'), 'bad-field-value', 'X'],
    ['a character whose low byte is LF', (r) => r.headers.set('X', 'a\u010ab'), 'bad-field-value', 'X'],
    ['text beyond Latin-1', (r) => r.headers.set('X', '\u65e5'), 'bad-field-value', 'X'],
    ['a colon in a name', (r) => r.headers.set('X:', 'a'), 'bad-field-name', 'X:'],
    ['a space in a name', (r) => r.headers.set('X Y', 'a'), 'bad-field-name', 'X Y'],
    ['an empty name', (r) => r.headers.set('', 'a'), 'bad-field-name', ''],
    ['a line end in a name', (r) => r.headers.set('X\r\n', 'a'), 'bad-field-name', 'X\r\n'],
    ['a line end in the reason', (r) => Object.assign(r, { reason: 'OK\r\nX: y' }), 'bad-reason', ''],
    ['status 99', (r) => Object.assign(r, { status: 99 }), 'bad-status', ''],
    ['status NaN', (r) => Object.assign(r, { status: Number.NaN }), 'bad-status', ''],
    ['status 600', (r) => Object.assign(r, { status: 600 }), 'bad-status', ''],
  ];

  it.each(bad)('%s', (_name, spoil, error, field) => {
    const reply = empty(200);
    spoil(reply);
    const out = new Encoded();
    expect(encodeHead(reply, context(), out)).toBeNull();
    expect(out.error).toBe(error);
    expect(out.errorField).toBe(field);
    expect(encodeWhole(reply, context(), out)).toBeNull();
  });

  it('fails without room, and needs no more than headBound says', () => {
    const reply = text(200, 'hi');
    const bound = headBound(reply, context());
    const out = new Encoded();
    expect(encodeInto(Buffer.alloc(bound - 1), 0, reply, context(), out)).toBe(-1);
    expect(out.error).toBe('no-room');
    expect(encodeInto(Buffer.alloc(bound + 5), 5, reply, context(), out)).toBeGreaterThan(5);
    expect(out.error).toBeNull();
  });

  it('never emits a line that is not its own, whatever the fields hold', () => {
    const unit = fc.oneof(fc.constantFrom('\r', '\n', '\0', ':', ' ', '\u010d', '\u010a', 'a'), fc.string());
    const word = fc.array(unit, { maxLength: 4 }).map((parts) => parts.join(''));
    const fields = fc.array(fc.tuple(fc.oneof(word, fc.constant('X-Name')), word), { maxLength: 4 });
    fc.assert(
      fc.property(fields, word, fc.constantFrom(100, 200, 204, 304, 500), (pairs, reason, status) => {
        const reply = empty(status);
        reply.reason = reason;
        for (const [name, value] of pairs) reply.headers.append(name, value);
        const out = new Encoded();
        const head = encodeHead(reply, context(), out);
        if (head === null) {
          expect(out.error).not.toBeNull();
          return;
        }
        expect(head.length).toBeLessThanOrEqual(headBound(reply, context()));
        const lines = ascii(head).split('\r\n');
        expect(lines.every((line) => !/[\r\n\0]/.test(line))).toBe(true);
        expect(lines.slice(-2)).toEqual(['', '']);
        expect(lines.slice(1, -2).every((line) => /^[\w!#$%&'*+\-.^`|~]+: /.test(line))).toBe(true);
        const sent = pairs.filter(([name]) => !isOwned(name)).length;
        const written = lines.length - 3;
        expect(written - sent).toBeLessThanOrEqual(4);
        expect(written).toBeGreaterThanOrEqual(sent);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a complete response', () => {
  it('is head and content in one buffer, with a date that can be patched', () => {
    const out = new Encoded();
    const whole = encodeWhole(text(200, 'hello'), context(), out)!;
    const later = formatHttpDate(784_111_778_000);
    expect(ascii(whole.subarray(out.dateOffset, out.dateOffset + 29))).toBe(DATE);
    patchDate(whole, out.dateOffset, later);
    const rewritten = encodeWhole(text(200, 'hello'), context({ date: later }), new Encoded())!;
    expect(ascii(whole)).toBe(ascii(rewritten));
    expect(ascii(whole)).toMatch(/\r\n\r\nhello$/);
  });

  it.each([
    ['HEAD', text(200, 'hello'), 'HEAD'],
    ['304', empty(304), 'GET'],
    ['205', text(205, 'x'), 'GET'],
  ])('%s is its head', (_name, reply, method) => {
    const out = new Encoded();
    const whole = encodeWhole(reply, context({ method }), out)!;
    expect(ascii(whole)).toBe(encoded(reply, context({ method })).head);
  });

  it('lies where it is told to', () => {
    const buffer = Buffer.alloc(400);
    const out = new Encoded();
    const end = encodeInto(buffer, 100, empty(204), context(), out);
    expect(buffer.toString('latin1', 100, end)).toBe(encoded(empty(204), context()).head);
    expect(buffer.toString('latin1', out.dateOffset, out.dateOffset + 29)).toBe(DATE);
    expect(buffer.subarray(0, 100).every((byte) => byte === 0)).toBe(true);
  });
});
