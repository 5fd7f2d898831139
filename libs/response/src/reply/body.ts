import type { FileStamp } from '../conditions/validators.ts';
import type { HeaderList } from '../fields/header-list.ts';

/** Nothing. Its length is known to be 0, which is not the same as having no content (204). */
export interface EmptyBody {
  readonly kind: 'empty';
}

/** Bytes in memory. They must not change until the reply is released. */
export interface BytesBody {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array;
}

/** A span of an open file: `length` bytes from `offset`. `Reply.owner` owns the descriptor. */
export interface FileBody {
  readonly kind: 'file';
  readonly fd: number;
  readonly offset: number;
  readonly length: number;
  /** What the file was when length and validators were taken from it: where it is another now, they do not hold. */
  readonly stamp?: FileStamp;
}

/** Bytes and file spans one behind the other, as multipart/byteranges has them. `length` is their sum. */
export interface PartsBody {
  readonly kind: 'parts';
  readonly parts: readonly Segment[];
  readonly length: number;
}

/** What produces its bytes while they are sent. `length` is -1 where it is not known beforehand. */
export interface StreamBody {
  readonly kind: 'stream';
  readonly source: BodySource;
  readonly length: number;
}

/** The length that GET would send, for a HEAD that opened nothing, or a 304 that repeats its Content-Length. */
export interface UnsentBody {
  readonly kind: 'unsent';
  readonly length: number;
}

export type Segment = BytesBody | FileBody;

export type Body = EmptyBody | BytesBody | FileBody | PartsBody | StreamBody | UnsentBody;

/**
 * A producer of body bytes, driven by their sender. One pull, one answer:
 *
 *   idle --open(sink)--> waiting --pull()--> producing --data()--> waiting --pull()--> ...
 *                                            producing --end() | fail()--> over
 *                        any state --cancel()--> over
 *
 * The reader pulls when the last piece has left, so a slow client holds the producer back and at most one piece
 * is in memory. The answer may come inside pull() or ticks later.
 */
export interface BodySource {
  /** Names the receiver. Called once, before the first pull. */
  open(sink: BodySink): void;
  /** Asks for one piece. Exactly one call of the sink follows; not to be called again before it came. */
  pull(): void;
  /**
   * The reader will take no more. Frees everything (a child, a descriptor, a folder) and never calls the sink
   * again. May be called in any state and any number of times. The reader calls it only when none of the
   * source's bytes is in flight any more.
   */
  cancel(): void;
}

/** The receiving end of a BodySource. */
export interface BodySink {
  /** One piece, never empty. The bytes are the source's and stay as they are until the next pull() or cancel(). */
  data(bytes: Uint8Array): void;
  /** The body is whole. Trailer fields leave only where the reply is chunked. */
  end(trailers: HeaderList | null): void;
  /** The body cannot be completed: `errno` is a negative error number or 0, `place` says where it arose. */
  fail(errno: number, place: string): void;
}

export const EMPTY: EmptyBody = { kind: 'empty' };

/** The number of content bytes of `body`, or -1 where only its end will tell. */
export function bodyLength(body: Body): number {
  switch (body.kind) {
    case 'empty':
      return 0;
    case 'bytes':
      return body.bytes.length;
    default:
      return body.length;
  }
}

/** A body of several segments, with its length summed up. */
export function partsBody(parts: readonly Segment[]): PartsBody {
  let length = 0;
  for (const part of parts) length += bodyLength(part);
  return { kind: 'parts', parts, length };
}

/** The bytes from `offset`, `length` of them, out of a segment, as a segment. Nothing is copied. */
export function segmentOf(whole: Segment, offset: number, length: number): Segment {
  if (whole.kind === 'file') return { ...whole, offset: whole.offset + offset, length };
  return { kind: 'bytes', bytes: whole.bytes.subarray(offset, offset + length) };
}
