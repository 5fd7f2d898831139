import { Http2Stream, StreamState } from './stream.ts';
import { StreamTable } from './stream-table.ts';

/** Streams that are remembered after a reset, more than may be reset at once; and after an end in good order. */
const RESETS = 512;
const ENDS = 16;
/** Objects that wait for another stream. */
const SPARE = 64;
const NONE = new Int32Array(0);

/** How a stream that has no object was closed. */
export const Closed = {
  /** Not known: it was skipped, or is closed for long. */
  UNKNOWN: 0,
  ENDED: 1,
  RESET: 2,
} as const;
export type Closed = (typeof Closed)[keyof typeof Closed];

/** The streams of a connection, and how those were closed that are no more (RFC 9113, section 5.1). */
export class Streams<T> {
  /** The greatest identifier that the client has used. */
  last = 0;
  private readonly open = new StreamTable<T>();
  private readonly spare: Http2Stream<T>[] = [];
  /** The stream that was looked for last. */
  private recent: Http2Stream<T> | null = null;
  /** Rings of identifiers. */
  private readonly ends = new Int32Array(ENDS);
  private ended = 0;
  private resets: Int32Array = NONE;
  private reset = 0;

  get count(): number {
    return this.open.count;
  }

  /** Returns the stream, if it is neither idle nor closed. */
  get(id: number): Http2Stream<T> | null {
    const { recent } = this;
    if (recent !== null && recent.id === id) return recent;
    const found = this.open.get(id);
    this.recent = found;
    return found;
  }

  /** The client has not used it yet. Only a server begins streams with even identifiers, and this one never does. */
  isIdle(id: number): boolean {
    return id > this.last || (id & 1) === 0;
  }

  add(id: number, endStream: boolean, sendWindow: number, receiveWindow: number): Http2Stream<T> {
    const stream = this.spare.pop() ?? new Http2Stream<T>();
    stream.begin(id, endStream, sendWindow, receiveWindow);
    this.open.add(stream);
    this.recent = stream;
    return stream;
  }

  /** Forgets a stream that is closed now. Its object stays as it is until `recycle`. */
  remove(stream: Http2Stream<T>, reset: boolean): void {
    stream.state = StreamState.CLOSED;
    this.open.remove(stream);
    if (this.recent === stream) this.recent = null;
    this.note(stream.id, reset);
  }

  /** The object may become another stream. */
  recycle(stream: Http2Stream<T>): void {
    stream.id = 0;
    stream.user = null;
    if (this.spare.length < SPARE) this.spare.push(stream);
  }

  /** Remembers how a stream was closed that may never have had an object. */
  note(id: number, reset: boolean): void {
    if (reset) {
      if (this.resets === NONE) this.resets = new Int32Array(RESETS);
      this.resets[this.reset] = id;
      this.reset = (this.reset + 1) % RESETS;
    } else {
      this.ends[this.ended] = id;
      this.ended = (this.ended + 1) % ENDS;
    }
  }

  /** Returns how a stream was closed. */
  howClosed(id: number): Closed {
    if (this.resets.includes(id)) return Closed.RESET;
    return this.ends.includes(id) ? Closed.ENDED : Closed.UNKNOWN;
  }

  /** Calls `visit` with each stream that is neither idle nor closed, until it returns false. */
  each(visit: (stream: Http2Stream<T>) => boolean): void {
    this.open.each(visit);
  }
}
