import { BodyDecoder, type BodyFraming } from '../body/body.ts';
import { BodyStatus } from '../body/body-status.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { FeedStatus, RequestParser } from '../parser.ts';

/** One character per byte. */
export function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Cuts `bytes` at each of `cuts`, which are ascending offsets. */
export function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const all = [0, ...cuts, bytes.length];
  return all.slice(1).map((end, i) => bytes.subarray(all[i], end));
}

/**
 * Feeds the pieces as a server does: from one receive buffer, at offsets other than zero, each overwriting the last one.
 * Returns the last status. `consumed` is the sum over the pieces.
 */
export function feedPieces(
  parser: RequestParser,
  parts: readonly Buffer[],
): { status: FeedStatus; consumed: number } {
  const receive = Buffer.alloc(3 + Math.max(1, ...parts.map((part) => part.length)) + 5);
  let status: FeedStatus = FeedStatus.PARTIAL;
  let consumed = 0;
  for (const part of parts) {
    receive.fill(0x21);
    part.copy(receive, 3);
    status = parser.feed(receive, 3, 3 + part.length);
    consumed += parser.consumed - 3;
    if (status !== FeedStatus.PARTIAL) break;
  }
  receive.fill(0x21);
  return { status, consumed };
}

/** Returns all that a caller can see of a parser after its last feed, as one plain value. */
export function seen(parser: RequestParser, status: FeedStatus, consumed: number): unknown {
  const { head, error } = parser;
  if (status === FeedStatus.PARTIAL) return { status, started: parser.started };
  if (status === FeedStatus.ERROR)
    return { status, error: { ...error }, method: head.method, target: head.target };
  const { headers, ...rest } = head;
  return { status, consumed, ...rest, fields: [...headers] };
}

export function seenAfter(parts: readonly Buffer[], limits: Limits = DEFAULT_LIMITS): unknown {
  const parser = new RequestParser(limits);
  const { status, consumed } = feedPieces(parser, parts);
  return seen(parser, status, consumed);
}

interface ReadBody {
  readonly status: BodyStatus;
  readonly payload: string;
  readonly received: number;
  /** Bytes used up to DONE. */
  readonly consumed: number;
  readonly error: string;
  readonly at: number;
  readonly trailers: readonly (readonly [string, string])[] | null;
}

/** Reads a body from pieces with the loop that BodyDecoder asks for. */
export function readBody(
  parts: readonly Buffer[],
  framing: BodyFraming,
  limit = Number.POSITIVE_INFINITY,
  limits: Limits = DEFAULT_LIMITS,
): ReadBody {
  const decoder = new BodyDecoder(limits);
  let status = decoder.start(framing, limit);
  let payload = '';
  let consumed = 0;
  for (const part of parts) {
    if (status === BodyStatus.DONE || status === BodyStatus.ERROR) break;
    let from = 0;
    do {
      status = decoder.feed(part, from, part.length);
      if (status === BodyStatus.DATA) payload += part.toString('latin1', decoder.dataStart, decoder.dataEnd);
      from = decoder.consumed;
    } while (status === BodyStatus.DATA);
    consumed += decoder.consumed;
  }
  return {
    status,
    payload,
    received: decoder.received,
    consumed: status === BodyStatus.DONE ? consumed : -1,
    error: decoder.error === null ? '' : `${decoder.error.status} ${decoder.error.code}`,
    at: decoder.error === null ? -1 : decoder.error.at,
    trailers: decoder.trailers === null ? null : [...decoder.trailers],
  };
}
