import fc from 'fast-check';
import { DEFAULT_LIMITS } from './limits.ts';
import { FeedStatus, RequestParser } from './parser.ts';
import { bytesOf, pieces, seenAfter } from './testing/feeding.ts';
import { FIELD_SECTIONS } from './testing/field-sections.ts';
import { REQUEST_LINES } from './testing/request-lines.ts';

const CASES = [...REQUEST_LINES, ...FIELD_SECTIONS].map(([, text]) => text);
const { PARTIAL, HEAD, ERROR } = FeedStatus;

/** Text that is a request in parts, so that chance reaches every state. */
const requestText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...CASES),
      fc.constantFrom(
        'GET ',
        '/',
        '/%2e%2e/',
        ' HTTP/1.1\r\n',
        'Host: h\r\n',
        '\r\n',
        'X: y\r\n',
        ' ',
        '\t',
        ':',
        '\r',
      ),
      fc.constantFrom('Content-Length: 3\r\n', 'Transfer-Encoding: chunked\r\n', 'Connection: close, x\r\n'),
      fc.string({ maxLength: 6, unit: 'binary-ascii' }),
      fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

describe('splits', () => {
  it('of every conformance case at each single place change nothing', () => {
    for (const text of CASES) {
      const bytes = bytesOf(text);
      const whole = JSON.stringify(seenAfter([bytes]));
      for (let cut = 0; cut <= bytes.length; cut++) {
        expect(`${cut} ${JSON.stringify(seenAfter(pieces(bytes, [cut])))}`).toBe(`${cut} ${whole}`);
      }
    }
  });

  it('of any bytes at any places change nothing, limits included', () => {
    const limits = fc.record({
      maxHeader: fc.integer({ min: 16, max: 120 }),
      maxHeaders: fc.integer({ min: 0, max: 4 }),
      maxTarget: fc.integer({ min: 1, max: 20 }),
    });
    fc.assert(
      fc.property(
        requestText,
        fc.array(fc.nat(), { maxLength: 6 }),
        limits,
        fc.boolean(),
        (text, places, low, bounded) => {
          const bytes = bytesOf(text);
          const cuts = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
          const used = bounded ? low : DEFAULT_LIMITS;
          expect(seenAfter(pieces(bytes, cuts), used)).toEqual(seenAfter([bytes], used));
        },
      ),
      { numRuns: 3000 },
    );
  });
});

it('whatever the bytes are, feed throws nothing and stays inside them', () => {
  const noise = fc.oneof(
    requestText,
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  );
  fc.assert(
    fc.property(noise, fc.nat({ max: 4 }), (text, offset) => {
      const bytes = bytesOf(`${'G'.repeat(offset)}${text}GET`);
      const end = offset + text.length;
      const parser = new RequestParser(DEFAULT_LIMITS);
      const status = parser.feed(bytes, offset, end);
      expect([PARTIAL, HEAD, ERROR]).toContain(status);
      expect(parser.consumed).toBeGreaterThanOrEqual(offset);
      expect(parser.consumed).toBeLessThanOrEqual(end);
      expect(parser.error === null).toBe(status !== ERROR);
      if (status === HEAD) expect(parser.head.bytes).toBe(parser.consumed - offset);
      else expect(parser.consumed).toBe(end);
      if (parser.error !== null) expect(parser.error.at).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 3000 },
  );
});
