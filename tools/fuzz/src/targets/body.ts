import { BodyDecoder, BodyStatus, DEFAULT_LIMITS } from '@webserv/request';
import type { Random } from '../random.ts';
import { readChunks } from '../reference/chunks.ts';
import { deliver, splitsOf } from '../splits.ts';
import { claim, same, type Target } from '../target.ts';
import { CHUNK_WORDS } from './words.ts';

const CHUNKED = { contentLength: -1, chunked: true };
const LIMITS = [Number.POSITIVE_INFINITY, 16];

/** Chunked bodies: any split, strictness, the payload, and the limit. */
export const body: Target = {
  name: 'body',
  seeds: [
    '5\r\nhello\r\n0\r\n\r\n',
    '1;a=b;c="d\\"e"\r\nx\r\n00\r\nX-Sum: 1\r\nY: \r\n\r\nGET / HTTP/1.1\r\n',
    'A\r\n0123456789\r\n6\r\nabcdef\r\n0\r\n\r\n',
    '0 ;x\r\n\r\n',
  ],
  words: CHUNK_WORDS,
  generate,
  run(input) {
    for (const limit of LIMITS) {
      const seen = splitsOf(input).map((parts) => read(parts, limit));
      for (const other of seen) same(other, seen[0], 'another split, another body');
      judge(input.toString('latin1'), limit, seen[0] as Seen);
    }
  },
};

function generate(random: Random): string {
  let text = '';
  for (let left = random.below(4); left > 0; left--) {
    const data = 'x\r\n0'.repeat(1 + random.below(4)).slice(random.below(3));
    text += `${data.length.toString(16)}${random.once(4) ? ';n="v"' : ''}\r\n${data}\r\n`;
  }
  return `${text}0\r\n${random.once(3) ? 'T: u\r\n' : ''}\r\n${random.once(2) ? '0\r\n\r\n' : ''}`;
}

interface Seen {
  readonly status: BodyStatus;
  readonly payload: string;
  readonly consumed: number;
  readonly error: string;
  readonly trailers: readonly (readonly [string, string])[];
}

function read(parts: readonly Buffer[], limit: number): Seen {
  const decoder = new BodyDecoder(DEFAULT_LIMITS);
  let status: BodyStatus = decoder.start(CHUNKED, limit);
  let payload = '';
  let consumed = 0;
  let fed = 0;
  deliver(parts, (bytes, start, end) => {
    fed += end - start;
    let from = start;
    do {
      status = decoder.feed(bytes, from, end);
      claim(decoder.consumed >= from && decoder.consumed <= end, 'consumed lies outside of what was fed');
      if (status === BodyStatus.DATA) {
        claim(
          decoder.dataStart >= from && decoder.dataEnd === decoder.consumed,
          'payload outside of what was used',
        );
        claim(decoder.dataEnd > decoder.dataStart, 'an empty piece of payload');
        payload += bytes.toString('latin1', decoder.dataStart, decoder.dataEnd);
      }
      from = decoder.consumed;
    } while (status === BodyStatus.DATA);
    consumed += decoder.consumed - start;
    return status === BodyStatus.PARTIAL;
  });
  claim(decoder.received === payload.length, 'received is not what was handed out');
  claim(payload.length <= limit, 'more payload than the limit');
  const { error } = decoder;
  claim((error === null) === (status !== BodyStatus.ERROR), 'an error without an ERROR, or the reverse');
  if (error === null)
    return { status, payload, consumed, error: '', trailers: [...(decoder.trailers ?? [])] };
  claim(error.at >= 0 && error.at <= fed, 'the place of an error lies outside of the bytes');
  const more = Buffer.from('0\r\n\r\n');
  claim(decoder.feed(more, 0, more.length) === BodyStatus.ERROR, 'a failed body goes on');
  return { status, payload, consumed: -1, error: `${error.code} ${error.at}`, trailers: [] };
}

function judge(text: string, limit: number, seen: Seen): void {
  const expected = readChunks(text, limit, DEFAULT_LIMITS.maxHeaders);
  // The grammar has no bound for these.
  if (seen.error.startsWith('chunk-extensions-too-large')) return;
  if (expected === undefined) claim(seen.status !== BodyStatus.DONE, 'a body without an end');
  else if (expected === null) claim(seen.status === BodyStatus.ERROR, 'a body that the grammar refuses');
  else {
    claim(seen.status === BodyStatus.DONE, `refused, though the grammar accepts it: ${seen.error}`);
    same(seen.payload, expected.payload, 'another payload');
    same(seen.consumed, expected.bytes, 'another length');
  }
  for (const [name, value] of seen.trailers) {
    claim(text.includes(name) && text.includes(value), 'a trailer field that was not sent');
    claim(
      !/^(?:content-length|transfer-encoding|host|range|cookie)$/i.test(name),
      'a trailer field that must be dropped',
    );
  }
}
