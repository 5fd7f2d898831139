import { MIN_MAX_FRAME } from '../frames/frame-type.ts';
import { DEFAULT_TABLE_SIZE } from '../hpack/hpack-decoder.ts';

/** How often something may happen: `burst` times at once, and `perSecond` more with each second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/**
 * What one client may do. Everything that a client can make grow has its bound here. A bound that is passed ends the
 * connection with ENHANCE_YOUR_CALM, except where another answer is named.
 */
export interface Bounds {
  /** Streams at once. One more is refused. */
  readonly maxConcurrent: number;
  /** Bytes of content that may be under way on one stream, and on all of them. */
  readonly window: number;
  readonly connectionWindow: number;
  /** Bytes of a received frame's payload. A longer frame is FRAME_SIZE_ERROR. */
  readonly maxFrame: number;
  /** Bytes of the fields of a request, with 32 for each. A larger list is handed over as oversized, for a 431. */
  readonly maxHeaderList: number;
  /** Bytes of a field block as it was sent, and its CONTINUATION frames (CVE-2024-27316). */
  readonly maxBlock: number;
  readonly maxContinuations: number;
  /** Bytes of the table that the client's encoder may use. */
  readonly tableSize: number;
  /** Bytes of answers (acknowledgements, resets) that wait because the client does not read. */
  readonly maxControl: number;
  /** Streams that the client resets (CVE-2023-44487). */
  readonly resets: Rate;
  /** Streams that the client makes the server reset or refuse (CVE-2025-8671). */
  readonly madeResets: Rate;
  /** SETTINGS and GOAWAY. */
  readonly settings: Rate;
  readonly pings: Rate;
  /** DATA that has no content and does not end its stream. */
  readonly emptyData: Rate;
  /** WINDOW_UPDATE, beyond what the DATA that was sent to the client explains. */
  readonly windowUpdates: Rate;
  /** PRIORITY and PRIORITY_UPDATE. */
  readonly priorities: Rate;
  /** Requests whose fields are larger than `maxHeaderList`. */
  readonly oversized: Rate;
  /** Bytes of DATA on streams that were reset, beyond what their windows allowed when the server reset them. */
  readonly lateData: Rate;
  /**
   * What a client may waste that gets nothing done: the parts of all bounds with a rate together, 1 for the whole of one.
   * Requests that are answered make it twice as much.
   */
  readonly waste: number;
}

export const DEFAULT_BOUNDS: Bounds = Object.freeze({
  maxConcurrent: 128,
  window: 256 << 10,
  connectionWindow: 1 << 20,
  maxFrame: MIN_MAX_FRAME,
  maxHeaderList: 16_384,
  maxBlock: 64 << 10,
  maxContinuations: 8,
  tableSize: DEFAULT_TABLE_SIZE,
  maxControl: 64 << 10,
  // A browser that leaves a page resets all of its streams at once.
  resets: { burst: 300, perSecond: 30 },
  madeResets: { burst: 200, perSecond: 10 },
  settings: { burst: 32, perSecond: 1 },
  pings: { burst: 100, perSecond: 10 },
  emptyData: { burst: 100, perSecond: 10 },
  windowUpdates: { burst: 1000, perSecond: 100 },
  priorities: { burst: 500, perSecond: 50 },
  oversized: { burst: 20, perSecond: 1 },
  lateData: { burst: 4 << 20, perSecond: 1 << 20 },
  waste: 1 / 2,
});
