import type { FileStamp } from '../conditions/validators.ts';
import type { HeaderList } from '../fields/header-list.ts';

/** No bytes. The length is known to be 0, which is not the same as having no content (204). */
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
  /** The file's stamp when length and validators were taken from it. They no longer hold if it is another now. */
  readonly stamp?: FileStamp;
  /** The number of the read that has brought the whole file already, for a sender that knows where to; 0 for none. */
  readonly read?: number;
}

/** Bytes and file spans in sequence, as in multipart/byteranges. `length` is their sum. */
export interface PartsBody {
  readonly kind: 'parts';
  readonly parts: readonly Segment[];
  readonly length: number;
}

/** A source that produces bytes while they are sent. `length` is -1 if it is not known before. */
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
 * A producer of body bytes. The sender drives it: one pull, one answer.
 *
 *   idle --open(sink)--> waiting --pull()--> producing --data()--> waiting --pull()--> ...
 *                                            producing --end() | fail()--> over
 *                        any state --cancel()--> over
 *
 * The reader pulls when the last piece has left. So a slow client slows the producer down, and at most one piece is in
 * memory. The answer may come inside pull() or ticks later.
 */
export interface BodySource {
  /** Sets the receiver. Called once, before the first pull. */
  open(sink: BodySink): void;
  /** Requests one piece. Exactly one call of the sink follows. The next pull must come after it. */
  pull(): void;
  /**
   * The reader takes no more. The source frees everything (a child, a descriptor, a folder) and never calls the sink
   * again. The call is allowed in any state, any number of times. The reader calls it only when none of the source's
   * bytes is in flight any more.
   */
  cancel(): void;
}

/** The receiving end of a BodySource. */
export interface BodySink {
  /** One piece, never empty. The source owns the bytes and does not change them until the next pull() or cancel(). */
  data(bytes: Uint8Array): void;
  /** The body is complete. Trailer fields are sent only if the reply is chunked. */
  end(trailers: HeaderList | null): void;
  /** The body cannot be completed: `errno` is a negative error number or 0, `place` says where it arose. */
  fail(errno: number, place: string): void;
}

export const EMPTY: EmptyBody = { kind: 'empty' };

/** Returns the number of content bytes of `body`, or -1 if only its end will show it. */
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

/** Makes a body of several segments, with the sum of their lengths. */
export function partsBody(parts: readonly Segment[]): PartsBody {
  let length = 0;
  for (const part of parts) length += bodyLength(part);
  return { kind: 'parts', parts, length };
}

/** Returns `length` bytes of a segment from `offset` on, as a segment. Nothing is copied. */
export function segmentOf(whole: Segment, offset: number, length: number): Segment {
  if (whole.kind === 'file') return { ...whole, offset: whole.offset + offset, length };
  return { kind: 'bytes', bytes: whole.bytes.subarray(offset, offset + length) };
}
