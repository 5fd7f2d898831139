import fc from 'fast-check';
import { IterableSource } from '../testing/iterable-source.ts';
import { bodyLength, type Segment } from './body.ts';
import { applyRange, multipartByteranges } from './range-reply.ts';
import { empty, Reply, stream, text } from './reply.ts';

const NOW = 1_700_000_000_000;
const validators = { etag: '"v1"', lastModified: NOW - 60_000 };
const ask = (reply: Reply, range: string | undefined, ifRange?: string): Reply =>
  applyRange(reply, range, ifRange, validators, NOW);

/** The bytes that a body of bytes and file spans stands for, `file` being the content of the file. */
function render(reply: Reply, file: Uint8Array): string {
  const { body } = reply;
  const of = (part: Segment): Uint8Array =>
    part.kind === 'bytes' ? part.bytes : file.subarray(part.offset, part.offset + part.length);
  if (body.kind === 'parts') return Buffer.concat(body.parts.map(of)).toString('latin1');
  return body.kind === 'bytes' || body.kind === 'file' ? Buffer.from(of(body)).toString('latin1') : '';
}

function fileReply(length: number, offset = 0): { reply: Reply; released: () => number } {
  let count = 0;
  const owner = { release: () => void count++ };
  const reply = new Reply(200, { kind: 'file', fd: 9, offset, length }, owner);
  reply.headers.set('Content-Type', 'text/plain').set('ETag', '"v1"');
  return { reply, released: () => count };
}

describe('applyRange', () => {
  it('cuts bytes', () => {
    const reply = ask(text(200, '0123456789'), 'bytes=2-4');
    expect(reply.status).toBe(206);
    expect(reply.headers.get('Content-Range')).toBe('bytes 2-4/10');
    expect(render(reply, Buffer.alloc(0))).toBe('234');
  });

  it('cuts a file span and keeps its owner and fields', () => {
    const { reply, released } = fileReply(100, 1000);
    const cut = ask(reply, 'bytes=-10');
    expect(cut.body).toEqual({ kind: 'file', fd: 9, offset: 1090, length: 10 });
    expect(cut.headers.get('ETag')).toBe('"v1"');
    expect(released()).toBe(0);
    cut.release();
    expect(released()).toBe(1);
  });

  it.each([
    ['no Range', undefined, undefined],
    ['another unit', 'rows=1-2', undefined],
    ['a false If-Range', 'bytes=0-1', '"v0"'],
  ])('leaves the reply whole: %s', (_name, range, ifRange) => {
    const { reply } = fileReply(10);
    const answer = ask(reply, range, ifRange);
    expect(answer).toBe(reply);
    expect(answer.status).toBe(200);
    expect(bodyLength(answer.body)).toBe(10);
  });

  it('leaves streams and other statuses whole', () => {
    const streamed = stream(200, 'text/plain', new IterableSource([]));
    expect(ask(streamed, 'bytes=0-1')).toBe(streamed);
    const missing = text(404, 'no such page');
    expect(ask(missing, 'bytes=0-1').status).toBe(404);
    expect(ask(empty(200), 'bytes=-1').status).toBe(200);
  });

  it('refuses what the file does not reach, and gives it back', () => {
    const { reply, released } = fileReply(10);
    const refused = ask(reply, 'bytes=10-');
    expect(refused.status).toBe(416);
    expect(refused.headers.get('Content-Range')).toBe('bytes */10');
    expect(refused.headers.has('ETag')).toBe(false);
    expect(released()).toBe(1);
    expect(ask(empty(200), 'bytes=0-').headers.get('Content-Range')).toBe('bytes */0');
  });

  it('sends several ranges as parts', () => {
    const file = Buffer.from('0123456789'.repeat(10));
    const { reply } = fileReply(100);
    const answer = ask(reply, 'bytes=0-1,50-54', '"v1"');
    expect(answer.status).toBe(206);
    expect(answer.headers.has('Content-Range')).toBe(false);
    const boundary = /^multipart\/byteranges; boundary=([0-9a-f]{32})$/.exec(
      answer.headers.get('Content-Type')!,
    )![1];
    const body = render(answer, file);
    expect(body).toBe(
      `--${boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/100\r\n\r\n01\r\n` +
        `--${boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes 50-54/100\r\n\r\n01234\r\n` +
        `--${boundary}--\r\n`,
    );
    expect(bodyLength(answer.body)).toBe(body.length);
  });

  it('takes a new boundary each time', () => {
    const types = Array.from({ length: 8 }, () =>
      ask(fileReply(9).reply, 'bytes=0-0,2-2').headers.get('Content-Type'),
    );
    expect(new Set(types).size).toBe(8);
  });
});

describe('multipartByteranges', () => {
  it('knows its length beforehand and holds every span in order', () => {
    const file = Uint8Array.from({ length: 256 }, (_, i) => i);
    const range = fc.tuple(fc.nat({ max: 255 }), fc.nat({ max: 255 })).map(([a, b]) => {
      return { first: Math.min(a, b), last: Math.max(a, b) };
    });
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 6 }), fc.boolean(), (ranges, inFile) => {
        const whole: Segment = inFile
          ? { kind: 'file', fd: 1, offset: 0, length: 256 }
          : { kind: 'bytes', bytes: file };
        const body = multipartByteranges(whole, ranges, 256, undefined, 'B');
        const bytes = render(new Reply(206, body), file);
        expect(bytes.length).toBe(body.length);
        const spans = ranges.map(({ first, last }) =>
          Buffer.from(file.subarray(first, last + 1)).toString('latin1'),
        );
        const heads = ranges.map(
          ({ first, last }) => `--B\r\nContent-Range: bytes ${first}-${last}/256\r\n\r\n`,
        );
        expect(bytes).toBe(`${heads.map((head, i) => head + spans[i]).join('\r\n')}\r\n--B--\r\n`);
      }),
    );
  });
});
