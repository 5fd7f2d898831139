import { BodyDecoder, BodyStatus, DEFAULT_LIMITS, FeedStatus, RequestParser } from '@webserv/request';
import { readChunks } from '../reference/chunks.ts';
import { readHead } from '../reference/head.ts';
import { deliver, splitsOf } from '../splits.ts';
import { claim, same, type Target } from '../target.ts';
import { CHUNK_WORDS, HEAD_WORDS, HEADS } from './words.ts';

/**
 * A whole connection with one request after another. The point where one ends and the next begins must neither depend on
 * how the bytes arrive nor allow two readings: request smuggling needs one of these.
 */
export const connection: Target = {
  name: 'connection',
  seeds: [...HEADS, HEADS.join(''), `${HEADS[3]}${HEADS[2]}\r\n${HEADS[0]}`],
  words: [...HEAD_WORDS, ...CHUNK_WORDS, ...HEADS],
  generate: (random) => Array.from({ length: 1 + random.below(4) }, () => random.pick(HEADS)).join(''),
  run(input) {
    const seen = splitsOf(input).map((parts) => new Reader().read(parts));
    for (const other of seen) same(other, seen[0], 'another split, another conversation');
    judge(input.toString('latin1'), seen[0] as readonly string[]);
  },
};

/** Reads as a server does, and notes what it saw as a list of lines. */
class Reader {
  private readonly parser = new RequestParser(DEFAULT_LIMITS);
  private readonly body = new BodyDecoder(DEFAULT_LIMITS);
  private readonly seen: string[] = [];
  private payload = '';
  private inBody = false;
  private failed = false;

  read(parts: readonly Buffer[]): readonly string[] {
    deliver(parts, (bytes, start, end) => {
      let at = start;
      while (at < end && !this.failed)
        at = this.inBody ? this.readBody(bytes, at, end) : this.readHead(bytes, at, end);
      return !this.failed;
    });
    return this.seen;
  }

  private readHead(bytes: Buffer, at: number, end: number): number {
    const { parser, seen } = this;
    const status = parser.feed(bytes, at, end);
    const { consumed } = parser;
    if (status === FeedStatus.ERROR) {
      this.failed = true;
      seen.push('refused');
    } else if (status === FeedStatus.HEAD) {
      const { head } = parser;
      seen.push(`${head.method} ${head.target}`);
      this.payload = '';
      this.inBody = this.body.start(head, Number.POSITIVE_INFINITY) === BodyStatus.PARTIAL;
      if (!this.inBody) this.end();
    }
    return consumed;
  }

  private readBody(bytes: Buffer, at: number, end: number): number {
    const { body } = this;
    const status = body.feed(bytes, at, end);
    if (status === BodyStatus.DATA) this.payload += bytes.toString('latin1', body.dataStart, body.dataEnd);
    if (status === BodyStatus.ERROR) {
      this.failed = true;
      this.seen.push('refused');
    }
    // A body with a length is complete with its last byte. The decoder says so when it is asked again.
    if (status === BodyStatus.DONE || (status === BodyStatus.DATA && this.isWhole())) this.end();
    return body.consumed;
  }

  private isWhole(): boolean {
    const { head } = this.parser;
    return !head.chunked && this.body.received === head.contentLength;
  }

  private end(): void {
    this.seen.push(`body ${this.payload}`);
    this.inBody = false;
    this.parser.reset();
  }
}

/** The server may see only what the grammar sees, in that order. The grammar stops at what it refuses. */
function judge(text: string, seen: readonly string[]): void {
  const expected: string[] = [];
  let rest = text;
  while (rest !== '') {
    const head = readHead(rest);
    if (head == null) break;
    expected.push(`${head.method} ${head.target}`);
    rest = rest.slice(head.bytes);
    if (head.chunked) {
      const body = readChunks(rest, Number.POSITIVE_INFINITY, DEFAULT_LIMITS.maxHeaders);
      if (body == null) break;
      expected.push(`body ${body.payload}`);
      rest = rest.slice(body.bytes);
    } else {
      const length = Math.max(0, head.contentLength);
      if (rest.length < length) break;
      expected.push(`body ${rest.slice(0, length)}`);
      rest = rest.slice(length);
    }
  }
  const understood = seen.filter((line) => line !== 'refused');
  claim(understood.length <= expected.length, 'a request that the grammar does not see');
  same(understood, expected.slice(0, understood.length), 'another conversation than the grammar reads');
}
