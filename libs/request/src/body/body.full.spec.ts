import fc from 'fast-check';
import { bytesOf } from '../testing/feeding.ts';
import { BodyDecoder } from './body.ts';
import { BodyStatus } from './body-status.ts';

const CHUNKED = { contentLength: -1, chunked: true };
const LIMIT = 100;

describe('chunked body', () => {
  it('of any bytes never throws, goes on for ever or leaves the bytes', () => {
    const alphabet = fc.constantFrom(...'0123456789abcdefxX;="\\ \t\r\n\r\n:\0\xff');
    const text = fc.array(fc.oneof(alphabet, fc.constantFrom('5\r\nhello\r\n', '0\r\n', '\r\n', 'A: b\r\n')));
    fc.assert(
      fc.property(text, (letters) => {
        const bytes = bytesOf(letters.join(''));
        const decoder = new BodyDecoder();
        decoder.start(CHUNKED, LIMIT);
        let from = 0;
        let status: BodyStatus = BodyStatus.DATA;
        for (let turns = 0; status === BodyStatus.DATA; turns++) {
          status = decoder.feed(bytes, from, bytes.length);
          expect(turns).toBeLessThanOrEqual(bytes.length);
          expect(decoder.consumed).toBeGreaterThanOrEqual(from);
          expect(decoder.consumed).toBeLessThanOrEqual(bytes.length);
          if (status === BodyStatus.DATA) {
            expect(decoder.dataStart).toBeGreaterThanOrEqual(from);
            expect(decoder.dataEnd).toBe(decoder.consumed);
          }
          expect(decoder.received).toBeLessThanOrEqual(LIMIT);
          from = decoder.consumed;
        }
        expect(decoder.error === null).toBe(status !== BodyStatus.ERROR);
      }),
      { numRuns: 2000 },
    );
  });
});
