import type { Loop, Memory } from '@webserv/event-loop';
import type { Http2Stream, ServerConnection } from '@webserv/http2';

/** An outlet, as the connection has it write what it was given to say. */
export interface Sayer {
  /** What it has written belongs to this buffer of the connection; -1 where nothing is on its way. */
  flight: number;
  /** It could not read what it should write: nothing more is written. */
  readonly failed: boolean;
  /**
   * Writes what needs no turn: the head, and an end without a body. It has nothing for a connection that is not its own.
   * @returns the offset behind it; where the room is too small, minus the bytes that it takes
   */
  writeHead(from: Courier, into: Uint8Array, at: number): number;
  /**
   * Writes one DATA frame of at most `limit - at` bytes with its header.
   * @returns the offset behind it; the same where nothing fits
   */
  writeData(into: Memory, at: number, limit: number): number;
  /** The buffer that it had written to has left. */
  landed(): void;
  /** What it had written could not leave. @param done bytes of the buffer that had left */
  broken(errno: number, place: string, done: number): void;
}

/** One request on a stream, as the session's calls reach it. */
export interface StreamUser {
  readonly outlet: Sayer;
  /** Bytes of the request's body, lent for this call. */
  data(bytes: Uint8Array, start: number, end: number): void;
  /** The request is whole. */
  dataEnd(): void;
  /** The stream is closed, and the response on its way. */
  streamClosed(): void;
  /** The stream was reset. @param place why, for the log */
  wasReset(place: string): void;
  /** The stream was reset because the client has broken a rule. */
  wasMalformed(): void;
}

/** A span of a file that leaves as one DATA frame, whose header is written already. */
export interface FileSpan {
  readonly outlet: Sayer;
  readonly fd: number;
  readonly position: number;
  readonly length: number;
}

/** The sending side of the connection, as its streams see it. */
export interface Courier {
  readonly loop: Loop;
  readonly session: ServerConnection<StreamUser>;
  /** Bytes of the buffer that is on its way which have left so far. */
  readonly done: number;
  /** The outlet has frames to write. */
  post(outlet: Sayer): void;
  /** The response on this stream is cut. */
  cut(stream: Http2Stream<StreamUser>): void;
  /** The rest of the frame that was begun comes from this file: it leaves behind the buffer. */
  follow(span: FileSpan): void;
}
