import fc from 'fast-check';
import { DEFAULT_LIMITS } from '../limits.ts';
import { type BodyCase, CHUNKED_BODIES } from '../testing/bodies.ts';
import { bytesOf, pieces, readBody } from '../testing/feeding.ts';
import { BodyDecoder } from './body.ts';
import { BodyStatus } from './body-status.ts';

const CHUNKED = { contentLength: -1, chunked: true };
const LIMIT = 100;
const length = (contentLength: number) => ({ contentLength, chunked: false });

function check([, text, expected]: BodyCase): void {
  const body = readBody([bytesOf(text)], CHUNKED, LIMIT);
  if (typeof expected === 'string') {
    expect([body.status, `${body.error} ${body.at}`]).toEqual([BodyStatus.ERROR, expected]);
    return;
  }
  const { status, payload, trailers = null, left = '' } = expected;
  const consumed = status === BodyStatus.DONE ? text.length - left.length : -1;
  expect(body).toEqual({ status, payload, received: payload.length, consumed, error: '', at: -1, trailers });
}

describe('chunked body', () => {
  it.each(CHUNKED_BODIES)('%s', (...row) => check(row));

  it('is the same however it is split', () => {
    const texts = fc.constantFrom(...CHUNKED_BODIES.map(([, text]) => text));
    fc.assert(
      fc.property(texts, fc.array(fc.nat(), { maxLength: 8 }), (text, places) => {
        const bytes = bytesOf(text);
        const cuts = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
        const split = readBody(pieces(bytes, cuts), CHUNKED, LIMIT);
        return JSON.stringify(split) === JSON.stringify(readBody([bytes], CHUNKED, LIMIT));
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same one byte at a time', () => {
    for (const [name, text] of CHUNKED_BODIES) {
      const bytes = bytesOf(text);
      const single = [...bytes.keys()].slice(1);
      const one = readBody(pieces(bytes, single), CHUNKED, LIMIT);
      expect([name, one]).toEqual([name, readBody([bytes], CHUNKED, LIMIT)]);
    }
  });

  it('gives back whatever was chunked', () => {
    const payloads = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 10 });
    fc.assert(
      fc.property(payloads, fc.nat(), (parts, place) => {
        const chunks = parts.map(
          (part) => `${part.length.toString(16)}\r\n${Buffer.from(part).toString('latin1')}\r\n`,
        );
        const bytes = bytesOf(`${chunks.join('')}0\r\n\r\n`);
        const body = readBody(pieces(bytes, [place % bytes.length]), CHUNKED);
        expect(body.payload).toBe(Buffer.concat(parts).toString('latin1'));
        expect([body.status, body.consumed]).toEqual([BodyStatus.DONE, bytes.length]);
      }),
    );
  });

  it('has no size above 2^53 - 1, limit or not', () => {
    const most = readBody([bytesOf('1fffffffffffff\r\n')], CHUNKED);
    expect([most.status, most.error]).toEqual([BodyStatus.PARTIAL, '']);
    expect(readBody([bytesOf('20000000000000\r\n')], CHUNKED).error).toBe('400 bad-chunk-size');
    const sum = readBody([bytesOf('1\r\na\r\n1fffffffffffff\r\n')], CHUNKED);
    expect(sum.error).toBe('413 body-too-large');
  });

  it('bounds extensions over all chunks together', () => {
    const chunk = `1;${'a'.repeat(1000)}\r\nx\r\n`;
    expect(readBody([bytesOf(`${chunk.repeat(4)}0\r\n\r\n`)], CHUNKED).status).toBe(BodyStatus.DONE);
    expect(readBody([bytesOf(chunk.repeat(5))], CHUNKED).error).toBe('400 chunk-extensions-too-large');
  });

  it.each([
    ['at the bound', 'A: 1\r\nB: 2\r\n\r\n', BodyStatus.DONE, ''],
    ['one byte over', 'A: 1\r\nB: 23\r\n\r\n', BodyStatus.ERROR, '431 trailers-too-large'],
    ['one under and cut', 'A: 1\r\nB: 23\r', BodyStatus.PARTIAL, ''],
    ['one field over', 'A:\r\nB:\r\nC:\r\n\r\n', BodyStatus.ERROR, '431 too-many-fields'],
  ])('bounds the trailer section: %s', (_name, section, status, error) => {
    const limits = { ...DEFAULT_LIMITS, maxHeader: 14, maxHeaders: 2 };
    const bytes = bytesOf(`0\r\n${section}`);
    for (const cuts of [[], [5], [...bytes.keys()].slice(1)]) {
      const body = readBody(pieces(bytes, cuts), CHUNKED, LIMIT, limits);
      expect([body.status, body.error]).toEqual([status, error]);
    }
  });
});

describe('body of a known length', () => {
  it.each([
    ['none', length(-1), ['abc'], BodyStatus.DONE, '', 0],
    ['empty', length(0), ['abc'], BodyStatus.DONE, '', 0],
    ['whole', length(3), ['abc'], BodyStatus.DONE, 'abc', 3],
    ['more behind it', length(3), ['abcGET'], BodyStatus.DONE, 'abc', 3],
    ['in pieces', length(5), ['a', '', 'bc', 'deX'], BodyStatus.DONE, 'abcde', 5],
    ['too short', length(5), ['ab', 'cd'], BodyStatus.PARTIAL, 'abcd', 4],
  ] as const)('%s', (_name, framing, parts, status, payload, received) => {
    const decoder = new BodyDecoder();
    expect(decoder.start(framing, LIMIT)).toBe(
      framing.contentLength > 0 ? BodyStatus.PARTIAL : BodyStatus.DONE,
    );
    const body = readBody(parts.map(bytesOf), framing, LIMIT);
    expect([body.status, body.payload, body.received]).toEqual([status, payload, received]);
  });

  it.each([
    [99, BodyStatus.PARTIAL],
    [100, BodyStatus.PARTIAL],
    [101, BodyStatus.ERROR],
  ])('of %i bytes against a limit of 100', (contentLength, status) => {
    const decoder = new BodyDecoder();
    expect(decoder.start(length(contentLength), LIMIT)).toBe(status);
    if (status === BodyStatus.ERROR) {
      expect(decoder.error).toMatchObject({ status: 413, code: 'body-too-large', at: 0 });
      expect(decoder.feed(bytesOf('ab'), 0, 2)).toBe(BodyStatus.ERROR);
      expect(decoder.consumed).toBe(2);
    }
  });

  it('is handed out as spans of the fed bytes', () => {
    const decoder = new BodyDecoder();
    decoder.start(length(4), LIMIT);
    const bytes = bytesOf('..abcd..');
    expect(decoder.feed(bytes, 2, 4)).toBe(BodyStatus.DATA);
    expect([decoder.dataStart, decoder.dataEnd, decoder.consumed, decoder.received]).toEqual([2, 4, 4, 2]);
    expect(decoder.feed(bytes, 4, 4)).toBe(BodyStatus.PARTIAL);
    expect(decoder.feed(bytes, 4, 8)).toBe(BodyStatus.DATA);
    expect([decoder.dataStart, decoder.dataEnd, decoder.consumed, decoder.received]).toEqual([4, 6, 6, 4]);
    expect(decoder.feed(bytes, 6, 8)).toBe(BodyStatus.DONE);
    expect(decoder.consumed).toBe(6);
  });
});

describe('one decoder for many bodies', () => {
  it('starts anew after each of them, however it ended', () => {
    const decoder = new BodyDecoder();
    const trailer = bytesOf('0\r\nA: b\r\n\r\n');
    decoder.start(CHUNKED, LIMIT);
    expect(decoder.feed(trailer, 0, trailer.length)).toBe(BodyStatus.DONE);
    expect(decoder.feed(trailer, 0, trailer.length)).toBe(BodyStatus.DONE);
    expect(decoder.consumed).toBe(0);
    expect([...(decoder.trailers ?? [])]).toEqual([['A', 'b']]);

    decoder.start(length(1), LIMIT);
    expect(decoder.trailers).toBeNull();
    expect(decoder.feed(trailer, 0, 1)).toBe(BodyStatus.DATA);

    decoder.start(CHUNKED, LIMIT);
    expect([decoder.received, decoder.trailers]).toEqual([0, null]);
    expect(decoder.feed(bytesOf('x'), 0, 1)).toBe(BodyStatus.ERROR);
    expect(decoder.feed(trailer, 0, trailer.length)).toBe(BodyStatus.ERROR);
    expect(decoder.consumed).toBe(trailer.length);

    decoder.start(CHUNKED, LIMIT);
    expect(decoder.error).toBeNull();
    expect(decoder.feed(bytesOf('0\r\n\r\n'), 0, 5)).toBe(BodyStatus.DONE);
  });
});
