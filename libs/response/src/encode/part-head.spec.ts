import { applyRange } from '../reply/range-reply.ts';
import { Reply } from '../reply/reply.ts';
import { type EncodeContext, Encoded, encodeHead, encodeWhole } from './encode.ts';
import { PartHead } from './part-head.ts';

const CONTEXT: EncodeContext = {
  method: 'GET',
  version: 11,
  keepAlive: true,
  date: 'Sun, 06 Nov 1994 08:49:37 GMT',
  server: 'webserv',
};
const LATER = 'Sun, 06 Nov 1994 08:49:38 GMT';
const NOTHING = { etag: '', lastModified: Number.NaN };

function replyOf(size: number): Reply {
  const reply = new Reply(200, { kind: 'bytes', bytes: new Uint8Array(size) });
  reply.headers.append('Content-Type', 'text/plain').append('ETag', '"tag"').append('Accept-Ranges', 'bytes');
  return reply;
}

/** The head of a part as it is copied from the whole, and as it is encoded from a reply, for two seconds. */
function bothHeads(size: number, first: number, last: number, room = 4096): (readonly string[] | number)[] {
  const encoded = new Encoded();
  const whole = encodeWhole(replyOf(size), CONTEXT, encoded) as Uint8Array;
  const head = PartHead.of(whole, encoded.dateOffset, whole.length - size, size);
  const into = new Uint8Array(room);
  return [CONTEXT.date, LATER].flatMap((date) => {
    const end = head?.write(into, first, last, date) ?? 0;
    const part = applyRange(replyOf(size), `bytes=${first}-${last}`, undefined, NOTHING, 0);
    const expected = encodeHead(part, { ...CONTEXT, date }, encoded) as Uint8Array;
    return [end < 0 ? end : linesOf(into.subarray(0, end)), linesOf(expected)];
  });
}

/** The status line and the blank line stay in their places; the order of fields with different names has no meaning. */
function linesOf(head: Uint8Array): readonly string[] {
  const [status = '', ...fields] = latin1(head).split('\r\n');
  return [status, ...fields.slice(0, -2).sort(), ...fields.slice(-2)];
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

it.each([
  [10, 0, 0],
  [10, 2, 9],
  [1024, 256, 767],
  [1_000_000, 999_990, 999_999],
])('of %i bytes, %i to %i: the same head as from a reply', (size, first, last) => {
  const [copied, encoded, later, encodedLater] = bothHeads(size, first, last);
  expect([copied, later]).toEqual([encoded, encodedLater]);
});

it('a head that may not fit is not begun', () => {
  expect(bothHeads(10, 2, 9, 200)[0]).toBe(-1);
});

it.each<[string, Partial<EncodeContext>]>([
  ['a connection that ends', { keepAlive: false }],
  ['a persistent connection of HTTP/1.0', { version: 10 }],
])('the head for %s has no part', (_what, other) => {
  const encoded = new Encoded();
  const whole = encodeWhole(replyOf(10), { ...CONTEXT, ...other }, encoded) as Uint8Array;
  expect(PartHead.of(whole, encoded.dateOffset, whole.length - 10, 10)).toBeNull();
});
