import type { HeadValues } from '@webserv/request';
import type { ErrorCode } from '../frames/error-code.ts';
import type { Http2Stream } from './stream.ts';

/**
 * The speaker of a connection, as it is called back. All calls come from within `receive`, in the order of the frames,
 * except `closed`, which may also come from within a call that ends a stream.
 */
export interface ConnectionOwner<T> {
  /** A request has begun. `values` and its lists are good for this call only. With `endStream` it has no content. */
  request(stream: Http2Stream<T>, values: HeadValues, endStream: boolean): void;
  /** As `request`, but its fields are more than are read: some are missing, and so may be method and target. */
  oversized(stream: Http2Stream<T>, values: HeadValues, endStream: boolean): void;
  /**
   * Content has come. The bytes are lent for this call. They count against the windows until the owner reports them as
   * consumed.
   */
  data(stream: Http2Stream<T>, bytes: Uint8Array, start: number, end: number): void;
  /** The content is whole. It is not called if the request came with `endStream`. */
  dataEnd(stream: Http2Stream<T>): void;
  /**
   * The stream was reset: by the client, or because of its error. It is not called for a reset by the owner. The owner must
   * not touch the stream afterwards.
   */
  reset(stream: Http2Stream<T>, code: ErrorCode, byPeer: boolean): void;
  /** Both sides have ended the stream. The owner must not touch it afterwards. */
  closed(stream: Http2Stream<T>): void;
  /**
   * A request was malformed. It was answered with a reset, and has no stream. `values` have the method and the target if
   * they came before the fault, and '' otherwise; they are good for this call only.
   */
  malformed(id: number, why: string, values: HeadValues): void;
  /** A stream that waited for a window may send. */
  windowOpened(): void;
  /** The client begins no further streams. */
  goneAway(code: ErrorCode): void;
  /** The connection has failed. A GOAWAY lies in the control frames. Nothing more is read. */
  failed(code: ErrorCode, why: string): void;
}
