import { DEFAULT_LIMITS, FeedStatus, HeadMemo, type Limits, RequestParser } from '@webserv/request';
import { readHead } from '../reference/head.ts';
import { deliver, splitsOf } from '../splits.ts';
import { claim, same, type Target } from '../target.ts';
import { HEAD_WORDS, HEADS } from './words.ts';

const LOW: Limits = { maxHeader: 96, maxHeaders: 3, maxTarget: 24 };
/** Errors of size. The grammar has no sizes. */
const TOO_LARGE = new Set(['target-too-long', 'too-many-fields', 'head-too-large']);

/** Request heads: any split, strictness, and the meaning of accepted heads. */
export const head: Target = {
  name: 'head',
  seeds: HEADS,
  words: HEAD_WORDS,
  run(input) {
    const seen = splitsOf(input).map((parts) => read(parts, DEFAULT_LIMITS));
    for (const other of seen) same(other, seen[0], 'another split, another head');
    same(read([input], DEFAULT_LIMITS, null), seen[0], 'another head where nothing is remembered');
    const low = splitsOf(input).map((parts) => read(parts, LOW));
    for (const other of low) same(other, low[0], 'another split, another head at low limits');
    judge(input.toString('latin1'), seen[0] as Seen);
  },
};

interface Seen {
  readonly status: FeedStatus;
  readonly code: string;
  readonly consumed: number;
  readonly head: Readonly<Record<string, unknown>> | null;
}

function read(parts: readonly Buffer[], limits: Limits, memo: HeadMemo | null = HeadMemo.shared): Seen {
  const parser = new RequestParser(limits, false, memo);
  let status = FeedStatus.PARTIAL as FeedStatus;
  let consumed = 0;
  deliver(parts, (bytes, start, end) => {
    status = parser.feed(bytes, start, end);
    claim(parser.consumed >= start && parser.consumed <= end, 'consumed lies outside of what was fed');
    consumed += parser.consumed - start;
    return status === FeedStatus.PARTIAL;
  });
  const more = Buffer.from('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
  if (status !== FeedStatus.PARTIAL) {
    claim(parser.feed(more, 0, more.length) === status, 'it says something else when it is fed more');
    claim(parser.consumed === 0, 'it consumes behind its end');
  }
  const { error } = parser;
  claim((error === null) === (status !== FeedStatus.ERROR), 'an error without an ERROR, or the reverse');
  if (error !== null) {
    claim(error.at >= 0 && error.at <= consumed, 'the place of an error lies outside of the bytes');
    return { status, code: `${error.code} ${error.at}`, consumed: -1, head: null };
  }
  if (status === FeedStatus.PARTIAL) return { status, code: '', consumed, head: null };
  const { headers, rawPath, ...rest } = parser.head;
  return { status, code: '', consumed, head: { ...rest, fields: [...headers] } };
}

function judge(text: string, seen: Seen): void {
  const expected = readHead(text);
  if (TOO_LARGE.has(seen.code.split(' ')[0] as string)) return;
  if (expected === undefined) claim(seen.status !== FeedStatus.HEAD, 'a head without an end');
  else if (expected === null) claim(seen.status === FeedStatus.ERROR, 'a head that the grammar refuses');
  else {
    claim(seen.status === FeedStatus.HEAD, `refused, though the grammar accepts it: ${seen.code}`);
    same(seen.head, expected, 'another meaning');
    same(seen.consumed, expected.bytes, 'another length');
  }
}
