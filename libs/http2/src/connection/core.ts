import type { ErrorCode } from '../frames/error-code.ts';
import type { Bounds } from './bounds.ts';
import type { ControlQueue } from './control-queue.ts';
import type { Flood } from './flood.ts';
import type { ConnectionOwner } from './owner.ts';
import type { Scheduler } from './scheduler.ts';
import type { Http2Stream } from './stream.ts';
import type { Streams } from './streams.ts';
import type { Waste } from './waste.ts';

/** What the parts of a connection share. */
export interface Core<T> {
  readonly now: number;
  /** The connection has failed. */
  readonly isOver: boolean;
  readonly bounds: Bounds;
  readonly owner: ConnectionOwner<T>;
  readonly streams: Streams<T>;
  readonly scheduler: Scheduler<T>;
  readonly control: ControlQueue;
  readonly waste: Waste;
  /** A connection error (RFC 9113, section 5.4.1). */
  fail(code: ErrorCode, why: string): void;
  /** A stream error (section 5.4.2). It counts as a reset that the client has caused. */
  streamError(stream: Http2Stream<T>, code: ErrorCode): void;
  /** Refuses a stream that has no object. It counts too. */
  refuse(id: number, code: ErrorCode): void;
  /** Counts for a flood. Returns false if the connection has failed by it. */
  count(flood: Flood, times: number): boolean;
  /** The client has ended the stream. */
  remoteEnded(stream: Http2Stream<T>): void;
}
