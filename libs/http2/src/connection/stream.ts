import { DEFAULT_URGENCY, type Priority } from '../request/priority.ts';

/**
 * States of a stream (RFC 9113, section 5.1), as a server that does not push knows them. A stream that is idle, or has been
 * closed, has no object.
 */
export const StreamState = { OPEN: 1, HALF_CLOSED_REMOTE: 2, HALF_CLOSED_LOCAL: 3, CLOSED: 4 } as const;
export type StreamState = (typeof StreamState)[keyof typeof StreamState];

const { OPEN, HALF_CLOSED_REMOTE, HALF_CLOSED_LOCAL, CLOSED } = StreamState;

/**
 * One stream. It belongs to its connection, which uses the object again for another stream when this one is closed.
 *
 *     OPEN --the client has ended--> HALF_CLOSED_REMOTE --the server has ended--> CLOSED
 *          --the server has ended--> HALF_CLOSED_LOCAL --the client has ended--> CLOSED
 *     any --RST_STREAM, either way--> CLOSED
 */
export class Http2Stream<T> implements Priority {
  id = 0;
  state: StreamState = CLOSED;
  /** What the caller keeps with it. */
  user: T | null = null;
  /** The request's URL has the scheme https. */
  secure = false;
  urgency = DEFAULT_URGENCY;
  incremental = false;
  /** Bytes that may be sent. Below 0 if the client has made the window smaller (section 6.9.2). */
  sendWindow = 0;
  /** Bytes that may still come. */
  receiveWindow = 0;
  /** Bytes that have come and were not reported as consumed; and that were, and are not given back yet. */
  held = 0;
  credit = 0;
  /** Bytes of content that Content-Length announces and that have not come; -1 if there is no such field. */
  expected = -1;
  /** For the scheduler: it has something to send, is in a queue, and between which streams. */
  wanted = false;
  queued = false;
  previous: Http2Stream<T> | null = null;
  next: Http2Stream<T> | null = null;
  /** For the table of streams: the next one of its place. */
  sibling: Http2Stream<T> | null = null;

  begin(id: number, endStream: boolean, sendWindow: number, receiveWindow: number): void {
    this.id = id;
    this.state = endStream ? HALF_CLOSED_REMOTE : OPEN;
    this.user = null;
    this.urgency = DEFAULT_URGENCY;
    // RFC 9218 leaves open what a client wants that says nothing (section 8): all of its streams go on.
    this.incremental = true;
    this.sendWindow = sendWindow;
    this.receiveWindow = receiveWindow;
    this.held = 0;
    this.credit = 0;
    this.expected = -1;
    this.wanted = false;
  }

  /** The client has ended it. */
  get remoteEnded(): boolean {
    return this.state === HALF_CLOSED_REMOTE || this.state === CLOSED;
  }

  /** The server has ended it. */
  get localEnded(): boolean {
    return this.state === HALF_CLOSED_LOCAL || this.state === CLOSED;
  }

  endRemote(): void {
    this.state = this.state === OPEN ? HALF_CLOSED_REMOTE : CLOSED;
  }

  endLocal(): void {
    this.state = this.state === OPEN ? HALF_CLOSED_LOCAL : CLOSED;
  }
}
