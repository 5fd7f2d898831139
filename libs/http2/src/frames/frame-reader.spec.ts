import fc from 'fast-check';
import { bytesOf, joined, latin1Of } from '../testing/bytes.ts';
import { frame } from '../testing/frames.ts';
import { ErrorCode, errorName } from './error-code.ts';
import { FrameReader, ReadStatus } from './frame-reader.ts';
import { Flag, FrameType } from './frame-type.ts';
import { writeFieldBlock } from './frame-writer.ts';

const BOUNDS = { maxBlock: 1000, maxContinuations: 4 };
const { DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY } = FrameType;
const { WINDOW_UPDATE, CONTINUATION, PRIORITY_UPDATE } = FrameType;
const { END_STREAM, END_HEADERS, PADDED, ACK } = Flag;

/** What is read of bytes that come in pieces. Parts of DATA are put together. */
function read(pieces: readonly Uint8Array[], reader = new FrameReader(BOUNDS)): string[] {
  const seen: string[] = [];
  let data = '';
  for (const piece of pieces) {
    let at = 0;
    for (;;) {
      const status = reader.read(piece, at, piece.length);
      at = reader.consumed;
      if (status === ReadStatus.PARTIAL) break;
      if (status === ReadStatus.ERROR) {
        expect(reader.read(piece, 0, piece.length)).toBe(ReadStatus.ERROR);
        return [...seen, `${errorName(reader.fault.code)} ${reader.fault.why}`];
      }
      const payload = latin1Of(reader.bytes.subarray(reader.start, reader.end));
      const { type, flags, stream, length } = reader;
      if (status === ReadStatus.FRAME) seen.push(`${type} ${flags} ${stream} ${length} ${payload}`);
      else {
        data = reader.first ? payload : data + payload;
        if (reader.last) seen.push(`DATA ${flags} ${stream} ${length} ${data}`);
      }
    }
    if (at !== piece.length) throw new Error('bytes were left');
  }
  return seen;
}

const zeros = (count: number): number[] => new Array(count).fill(0);

describe('a frame', () => {
  it.each<[string, Uint8Array, string]>([
    ['DATA', frame(DATA, END_STREAM, 1, bytesOf('hello')), 'DATA 1 1 5 hello'],
    ['DATA of 16,384 bytes', frame(DATA, 0, 1, zeros(16_384)), `DATA 0 1 16384 ${'\0'.repeat(16_384)}`],
    ['DATA without content', frame(DATA, 0, 1), 'DATA 0 1 0 '],
    ['DATA with padding', frame(DATA, PADDED, 1, bytesOf('\x02hello\0\0')), 'DATA 8 1 8 hello'],
    ['DATA of padding alone', frame(DATA, PADDED, 1, bytesOf('\x02\0\0')), 'DATA 8 1 3 '],
    ['DATA with padding of no bytes', frame(DATA, PADDED, 1, bytesOf('\0hello')), 'DATA 8 1 6 hello'],
    ['a stream with the reserved bit', frame(DATA, 0, 0x8000_0001, bytesOf('x')), 'DATA 0 1 1 x'],
    ['HEADERS', frame(HEADERS, END_HEADERS, 1, bytesOf('block')), '1 4 1 5 block'],
    [
      'HEADERS with padding and priority',
      frame(HEADERS, END_HEADERS | PADDED | Flag.PRIORITY, 1, bytesOf('\x01\0\0\0\0\x10block\0')),
      '1 44 1 12 block',
    ],
    ['PRIORITY of a wrong size', frame(PRIORITY, 0, 1, zeros(4)), '2 0 1 4 \0\0\0\0'],
    ['SETTINGS', frame(SETTINGS, 0, 0, zeros(12)), `4 0 0 12 ${'\0'.repeat(12)}`],
    ['SETTINGS with ACK', frame(SETTINGS, ACK, 0), '4 1 0 0 '],
    ['a flag that the type does not have', frame(PING, 0xf0, 0, bytesOf('12345678')), '6 240 0 8 12345678'],
    ['GOAWAY with text', frame(GOAWAY, 0, 0, bytesOf('\0\0\0\0\0\0\0\0why')), '7 0 0 11 \0\0\0\0\0\0\0\0why'],
    ['PRIORITY_UPDATE', frame(PRIORITY_UPDATE, 0, 0, bytesOf('\0\0\0\x01u=1')), '16 0 0 7 \0\0\0\x01u=1'],
  ])('%s is read', (_name, bytes, expected) => {
    expect(read([bytes])).toEqual([expected]);
  });

  it('of an unknown type is skipped', () => {
    const ping = frame(PING, 0, 0, bytesOf('12345678'));
    for (const type of [0xa, 0xc, 0x11, 0xff]) {
      expect(read([joined(frame(type, 0xff, 0, zeros(20)), frame(type, 0, 9), ping)])).toEqual([
        '6 0 0 8 12345678',
      ]);
    }
  });

  it.each<[string, Uint8Array, string]>([
    ['longer than allowed', frame(DATA, 0, 1, zeros(16_385)), 'FRAME_SIZE_ERROR frame-too-long'],
    [
      'of an unknown type, longer than allowed',
      frame(0xff, 0, 1, zeros(16_385)),
      'FRAME_SIZE_ERROR frame-too-long',
    ],
    ['DATA without stream', frame(DATA, 0, 0), 'PROTOCOL_ERROR frame-without-stream'],
    ['HEADERS without stream', frame(HEADERS, END_HEADERS, 0), 'PROTOCOL_ERROR frame-without-stream'],
    ['PRIORITY without stream', frame(PRIORITY, 0, 0, zeros(5)), 'PROTOCOL_ERROR frame-without-stream'],
    ['RST_STREAM without stream', frame(RST_STREAM, 0, 0, zeros(4)), 'PROTOCOL_ERROR frame-without-stream'],
    ['CONTINUATION without stream', frame(CONTINUATION, 0, 0), 'PROTOCOL_ERROR frame-without-stream'],
    ['SETTINGS on a stream', frame(SETTINGS, 0, 1), 'PROTOCOL_ERROR frame-on-stream'],
    ['PING on a stream', frame(PING, 0, 1, zeros(8)), 'PROTOCOL_ERROR frame-on-stream'],
    ['GOAWAY on a stream', frame(GOAWAY, 0, 1, zeros(8)), 'PROTOCOL_ERROR frame-on-stream'],
    ['PRIORITY_UPDATE on a stream', frame(PRIORITY_UPDATE, 0, 1, zeros(4)), 'PROTOCOL_ERROR frame-on-stream'],
    ['PUSH_PROMISE', frame(PUSH_PROMISE, END_HEADERS, 1, zeros(4)), 'PROTOCOL_ERROR push-by-client'],
    ['RST_STREAM of three bytes', frame(RST_STREAM, 0, 1, zeros(3)), 'FRAME_SIZE_ERROR frame-size'],
    ['RST_STREAM of five bytes', frame(RST_STREAM, 0, 1, zeros(5)), 'FRAME_SIZE_ERROR frame-size'],
    ['SETTINGS of five bytes', frame(SETTINGS, 0, 0, zeros(5)), 'FRAME_SIZE_ERROR frame-size'],
    ['SETTINGS with ACK and content', frame(SETTINGS, ACK, 0, zeros(6)), 'FRAME_SIZE_ERROR frame-size'],
    ['PING of seven bytes', frame(PING, 0, 0, zeros(7)), 'FRAME_SIZE_ERROR frame-size'],
    ['PING of nine bytes', frame(PING, 0, 0, zeros(9)), 'FRAME_SIZE_ERROR frame-size'],
    ['GOAWAY of seven bytes', frame(GOAWAY, 0, 0, zeros(7)), 'FRAME_SIZE_ERROR frame-size'],
    ['WINDOW_UPDATE of three bytes', frame(WINDOW_UPDATE, 0, 0, zeros(3)), 'FRAME_SIZE_ERROR frame-size'],
    ['PRIORITY_UPDATE of three bytes', frame(PRIORITY_UPDATE, 0, 0, zeros(3)), 'FRAME_SIZE_ERROR frame-size'],
    ['DATA without room for its padding', frame(DATA, PADDED, 1), 'FRAME_SIZE_ERROR frame-size'],
    ['HEADERS without room for its padding', frame(HEADERS, PADDED, 1), 'FRAME_SIZE_ERROR frame-size'],
    [
      'HEADERS without room for its priority',
      frame(HEADERS, Flag.PRIORITY, 1, zeros(4)),
      'FRAME_SIZE_ERROR frame-size',
    ],
    [
      'DATA of less than its padding',
      frame(DATA, PADDED, 1, [5, 1, 2, 3, 4, 5]),
      'PROTOCOL_ERROR padding-too-long',
    ],
    [
      'HEADERS of less than its padding',
      frame(HEADERS, PADDED | END_HEADERS, 1, [2, 0]),
      'PROTOCOL_ERROR padding-too-long',
    ],
  ])('%s is refused', (_name, bytes, expected) => {
    if (_name.startsWith('DATA of less')) bytes[9] = 6;
    expect(read([bytes])).toEqual([expected]);
    expect(read([...bytes].map((c) => Uint8Array.of(c)))).toEqual([expected]);
  });
});

describe('a field block', () => {
  const begun = frame(HEADERS, END_STREAM, 1, bytesOf('a'));

  it('that came in fragments is one HEADERS frame', () => {
    const bytes = joined(
      begun,
      frame(CONTINUATION, 0, 1, bytesOf('b')),
      frame(CONTINUATION, END_HEADERS, 1, bytesOf('c')),
    );
    expect(read([bytes])).toEqual(['1 5 1 1 abc']);
  });

  it('is written in fragments, where the peer takes smaller frames', () => {
    const block = bytesOf('abcdefghijk');
    for (const maxFrame of [1, 3, 4, 11, 12]) {
      const into = new Uint8Array(200);
      const end = writeFieldBlock(into, 0, 5, block, 0, block.length, false, maxFrame);
      const reader = new FrameReader({ maxBlock: 11, maxContinuations: 10 }, maxFrame);
      expect(read([into.subarray(0, end)], reader)).toEqual([
        expect.stringMatching(/^1 4 5 \d+ abcdefghijk$/),
      ]);
    }
  });

  it('is known to be unfinished', () => {
    const reader = new FrameReader(BOUNDS);
    for (const [piece, inBlock] of [
      [begun.subarray(0, 9), true],
      [begun.subarray(9), true],
      [frame(CONTINUATION, END_HEADERS, 1), false],
    ] as const) {
      reader.read(piece, 0, piece.length);
      expect(reader.inBlock).toBe(inBlock);
    }
  });

  it.each<[string, Uint8Array]>([
    ['a frame of another type', frame(PING, 0, 0, zeros(8))],
    ['a frame of an unknown type', frame(0xff, 0, 1)],
    ['a CONTINUATION of another stream', frame(CONTINUATION, END_HEADERS, 3)],
    ['DATA of its own stream', frame(DATA, 0, 1)],
  ])('that %s interrupts is refused', (_name, other) => {
    expect(read([joined(begun, other)])).toEqual(['PROTOCOL_ERROR field-block-interrupted']);
  });

  it('no CONTINUATION stands alone', () => {
    const bytes = joined(frame(HEADERS, END_HEADERS, 1), frame(CONTINUATION, END_HEADERS, 1));
    expect(read([bytes])).toEqual(['1 4 1 0 ', 'PROTOCOL_ERROR continuation-without-block']);
  });

  it('has a bound on its CONTINUATION frames, even if they are empty', () => {
    const more = (count: number): Uint8Array[] => new Array(count).fill(frame(CONTINUATION, 0, 1));
    expect(read([joined(begun, ...more(3), frame(CONTINUATION, END_HEADERS, 1))])).toEqual(['1 5 1 0 a']);
    expect(read([joined(begun, ...more(5))])).toEqual(['ENHANCE_YOUR_CALM continuation-flood']);
  });

  it('has a bound on its bytes, in one frame or in several', () => {
    const block = (first: number, second: number): Uint8Array =>
      joined(frame(HEADERS, 0, 1, zeros(first)), frame(CONTINUATION, END_HEADERS, 1, zeros(second)));
    expect(read([block(600, 400)])).toHaveLength(1);
    expect(read([block(600, 401)])).toEqual(['ENHANCE_YOUR_CALM field-block-too-large']);
    expect(read([frame(HEADERS, END_HEADERS, 1, zeros(1001))])).toEqual([
      'ENHANCE_YOUR_CALM field-block-too-large',
    ]);
  });
});

const payload = fc.uint8Array({ maxLength: 40 });
const anyFrame = fc.oneof(
  fc
    .tuple(payload, fc.nat(5), fc.boolean())
    .map(([bytes, padding, padded]) =>
      padded
        ? frame(DATA, PADDED, 3, [padding, ...bytes, ...zeros(padding)])
        : frame(DATA, END_STREAM, 3, bytes),
    ),
  fc
    .tuple(payload, payload, fc.boolean())
    .map(([first, second, whole]) =>
      whole
        ? frame(HEADERS, END_HEADERS, 5, first)
        : joined(frame(HEADERS, 0, 5, first), frame(CONTINUATION, END_HEADERS, 5, second)),
    ),
  payload.map((bytes) => frame(0x42, 0, 0, bytes)),
  payload.map((bytes) => frame(GOAWAY, 0, 0, [...zeros(8), ...bytes])),
  fc.constantFrom(frame(SETTINGS, 0, 0), frame(SETTINGS, ACK, 0), frame(PING, 0, 0, zeros(8))),
  fc.tuple(fc.nat(20), fc.nat(255), fc.nat(2), payload).map((of) => frame(...of)),
);

describe('bytes', () => {
  it('are the same frames, however they are cut', () => {
    const cuts = fc.array(fc.nat(), { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 8 }), cuts, (frames, places) => {
        const bytes = joined(...frames);
        const whole = read([bytes]);
        const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort(
          (a, b) => a - b,
        );
        expect(read(ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end)))).toEqual(whole);
        expect(read([...bytes].map((c) => Uint8Array.of(c)))).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  it('of a frame that lies whole in them are not copied, nor DATA that does not', () => {
    const reader = new FrameReader(BOUNDS);
    const data = frame(DATA, 0, 1, bytesOf('hello'));
    const bytes = joined(frame(HEADERS, END_HEADERS, 1, bytesOf('block')), data.subarray(0, 11));
    reader.read(bytes, 0, bytes.length);
    expect(reader.bytes).toBe(bytes);
    expect(reader.read(bytes, reader.consumed, bytes.length)).toBe(ReadStatus.DATA);
    expect([reader.bytes, reader.end - reader.start]).toEqual([bytes, 2]);
  });
});

it('an error code has the name of the RFC', () => {
  expect([errorName(ErrorCode.ENHANCE_YOUR_CALM), errorName(0xff)]).toEqual(['ENHANCE_YOUR_CALM', '0xff']);
});
