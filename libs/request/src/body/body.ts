import type { Headers } from '../fields/headers.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { ErrorKind, RequestError } from '../request-error.ts';
import { BodyStatus } from './body-status.ts';
import { ChunkDecoder } from './chunk-decoder.ts';

/** The part of a head that says how the body is framed. */
export interface BodyFraming {
  readonly contentLength: number;
  readonly chunked: boolean;
}

const Kind = { NONE: 0, LENGTH: 1, CHUNKED: 2, FAILED: 3 } as const;

/**
 * Finds the payload of request bodies (RFC 9112 sections 6 and 7) in bytes that come in any pieces. It copies no
 * payload and does no I/O. The caller reads a body in one loop:
 *
 *     feed from `consumed` on, again and again, until PARTIAL (needs more), DONE or ERROR
 */
export class BodyDecoder {
  /** After DATA, where the payload is in the fed bytes. */
  dataStart = 0;
  dataEnd = 0;
  /** Index in the fed bytes of the first unused one. After PARTIAL and ERROR it is the `end` that was fed. */
  consumed = 0;
  /** Payload bytes so far, with those of the last DATA. */
  received = 0;
  error: RequestError | null = null;
  private kind: number = Kind.NONE;
  private remaining = 0;
  private chunks: ChunkDecoder | null = null;
  private readonly limits: Limits;

  /** `limits` hold for a trailer section. */
  constructor(limits: Limits = DEFAULT_LIMITS) {
    this.limits = limits;
  }

  /** Trailer fields after DONE, without those that a head gives a meaning. Null if none came. */
  get trailers(): Headers | null {
    return this.kind === Kind.CHUNKED && this.chunks !== null ? this.chunks.trailers : null;
  }

  /**
   * Begins the body after `head`, of at most `limit` payload bytes (Infinity for no limit). Returns DONE if there is no
   * body, ERROR if its length is known and too large, otherwise PARTIAL.
   */
  start(head: BodyFraming, limit: number): BodyStatus {
    this.dataStart = 0;
    this.dataEnd = 0;
    this.consumed = 0;
    this.received = 0;
    this.error = null;
    this.remaining = 0;
    if (head.chunked) {
      this.kind = Kind.CHUNKED;
      this.chunks ??= new ChunkDecoder(this.limits);
      this.chunks.start(limit);
      return BodyStatus.PARTIAL;
    }
    this.chunks?.release();
    if (head.contentLength > limit) {
      this.kind = Kind.FAILED;
      this.error = new RequestError(ErrorKind.BODY_TOO_LARGE, 0);
      return BodyStatus.ERROR;
    }
    this.kind = head.contentLength > 0 ? Kind.LENGTH : Kind.NONE;
    this.remaining = this.kind === Kind.LENGTH ? head.contentLength : 0;
    return this.kind === Kind.LENGTH ? BodyStatus.PARTIAL : BodyStatus.DONE;
  }

  /** Takes the next step in `bytes[start, end)`. They must stay valid as long as the caller uses the payload. */
  feed(bytes: Uint8Array, start: number, end: number): BodyStatus {
    if (this.kind === Kind.LENGTH) return this.take(start, end);
    const { chunks } = this;
    if (this.kind === Kind.CHUNKED && chunks !== null) return this.step(chunks, bytes, start, end);
    this.consumed = this.kind === Kind.FAILED ? end : start;
    return this.kind === Kind.FAILED ? BodyStatus.ERROR : BodyStatus.DONE;
  }

  private take(start: number, end: number): BodyStatus {
    this.consumed = start;
    if (this.remaining === 0) return BodyStatus.DONE;
    if (start === end) return BodyStatus.PARTIAL;
    const size = Math.min(end - start, this.remaining);
    this.remaining -= size;
    this.received += size;
    this.dataStart = start;
    this.dataEnd = start + size;
    this.consumed = start + size;
    return BodyStatus.DATA;
  }

  private step(chunks: ChunkDecoder, bytes: Uint8Array, start: number, end: number): BodyStatus {
    const status = chunks.feed(bytes, start, end);
    this.consumed = chunks.consumed;
    if (status === BodyStatus.DATA) {
      this.dataStart = chunks.dataStart;
      this.dataEnd = chunks.consumed;
      this.received = chunks.received;
    } else if (status === BodyStatus.ERROR) {
      this.error = chunks.error;
    }
    return status;
  }
}
