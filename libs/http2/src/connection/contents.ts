import { ErrorCode } from '../frames/error-code.ts';
import type { FrameReader } from '../frames/frame-reader.ts';
import { Flag } from '../frames/frame-type.ts';
import type { Core } from './core.ts';
import { Flood } from './flood.ts';
import { DEFAULT_WINDOW } from './settings.ts';
import type { Http2Stream } from './stream.ts';
import { Closed } from './streams.ts';

/**
 * What comes in DATA frames, and the windows for it (RFC 9113, sections 5.2 and 6.9). A whole frame counts against both
 * windows when its first byte is here. Its padding is given back at once, its content when the owner has consumed it, and
 * what belongs to no stream any more as soon as it has come. So no client loses a part of the connection's window for good.
 */
export class Contents<T> {
  private readonly core: Core<T>;
  private readonly empty: Flood;
  private readonly late: Flood;
  /** Bytes that may still come on the connection, and bytes to give back. */
  private window = DEFAULT_WINDOW;
  private credit = 0;
  /** Bytes that clients may still send on streams that the server has reset: the windows allow them. */
  private crossing = 0;
  /** The stream of the DATA frame in hand, or 0 if nobody takes it. */
  private stream = 0;

  constructor(core: Core<T>) {
    this.core = core;
    this.empty = new Flood('empty-data-flood', core.bounds.emptyData, core.waste);
    this.late = new Flood('late-data-flood', core.bounds.lateData, core.waste);
  }

  /** Makes the connection's window as large as it may be. No setting does that. */
  open(): void {
    const more = this.core.bounds.connectionWindow - this.window;
    if (more <= 0) return;
    this.window += more;
    this.core.control.windowUpdate(0, more);
  }

  /** A part of a DATA frame has come, which `reader` holds. */
  part(reader: FrameReader): void {
    const { core } = this;
    const { bytes, start, end, last } = reader;
    if (reader.first && !this.begin(reader)) return;
    const size = end - start;
    let stream = this.stream === 0 ? null : core.streams.get(this.stream);
    if (stream === null) this.giveBack(size);
    else if (size > 0) {
      stream.held += size;
      core.owner.data(stream, bytes, start, end);
    }
    if (!last) return;
    const padding = reader.length - reader.content;
    if (padding > 0) this.giveBack(padding);
    // The owner may have reset it meanwhile.
    stream = this.stream === 0 ? null : core.streams.get(this.stream);
    this.stream = 0;
    if (stream === null) return;
    if ((reader.flags & Flag.END_STREAM) !== 0) this.end(stream);
    else if (padding > 0) this.restore(stream, padding);
  }

  /** The client has ended the content, with DATA or with trailers. */
  end(stream: Http2Stream<T>): void {
    const { core } = this;
    if (stream.expected > 0) core.streamError(stream, ErrorCode.PROTOCOL_ERROR);
    else core.remoteEnded(stream);
  }

  /** The owner has consumed `size` bytes of the content of a stream. */
  consumed(stream: Http2Stream<T>, size: number): void {
    const known = Math.min(size, stream.held);
    stream.held -= known;
    this.giveBack(known);
    if (!stream.remoteEnded) this.restore(stream, known);
  }

  /** The stream is closed: nobody will consume what is left of it. */
  release(stream: Http2Stream<T>): void {
    if (stream.held > 0) this.giveBack(stream.held);
    stream.held = 0;
  }

  /** The server resets the stream. What its window allows may be under way, or leave before the client knows. */
  expectLate(stream: Http2Stream<T>): void {
    if (!stream.remoteEnded) this.crossing += Math.max(0, stream.receiveWindow);
  }

  /** A DATA frame begins. Returns false if the connection has failed. */
  private begin(reader: FrameReader): boolean {
    const { core } = this;
    const { length } = reader;
    this.stream = 0;
    this.window -= length;
    if (this.window < 0) return this.fails(ErrorCode.FLOW_CONTROL_ERROR, 'connection-window-exceeded');
    const stream = core.streams.get(reader.stream);
    if (stream === null) return this.beginWithout(reader);
    if (length === 0 && (reader.flags & Flag.END_STREAM) === 0 && !core.count(this.empty, 1)) return false;
    if (stream.remoteEnded) {
      core.streamError(stream, ErrorCode.STREAM_CLOSED);
      return !core.isOver;
    }
    stream.receiveWindow -= length;
    if (stream.receiveWindow < 0) {
      core.streamError(stream, ErrorCode.FLOW_CONTROL_ERROR);
      return !core.isOver;
    }
    if (stream.expected >= 0) {
      // Section 8.1.1: more than Content-Length says. Nothing of such a frame is handed over.
      if (reader.content > stream.expected) {
        core.streamError(stream, ErrorCode.PROTOCOL_ERROR);
        return !core.isOver;
      }
      stream.expected -= reader.content;
    }
    this.stream = reader.stream;
    return true;
  }

  /** A DATA frame of a stream that is idle or closed (section 5.1). */
  private beginWithout({ stream: id, length }: FrameReader): boolean {
    const { core } = this;
    if (core.streams.isIdle(id)) return this.fails(ErrorCode.PROTOCOL_ERROR, 'data-on-idle-stream');
    if (core.streams.howClosed(id) !== Closed.RESET) {
      return this.fails(ErrorCode.STREAM_CLOSED, 'data-on-closed-stream');
    }
    // It was under way when the stream was reset. A frame costs too, with content or without.
    const allowed = Math.min(length, this.crossing);
    this.crossing -= allowed;
    return core.count(this.late, length - allowed + 1);
  }

  private fails(code: ErrorCode, why: string): false {
    this.core.fail(code, why);
    return false;
  }

  /** Gives a part of the connection's window back, and says so when it is worth a frame. */
  private giveBack(size: number): void {
    this.credit += size;
    if (this.credit * 2 < this.core.bounds.connectionWindow) return;
    this.window += this.credit;
    this.core.control.windowUpdate(0, this.credit);
    this.credit = 0;
  }

  /** As `giveBack`, for the window of a stream. */
  private restore(stream: Http2Stream<T>, size: number): void {
    stream.credit += size;
    if (size === 0 || stream.credit * 2 < this.core.bounds.window) return;
    stream.receiveWindow += stream.credit;
    this.core.control.windowUpdate(stream.id, stream.credit);
    stream.credit = 0;
  }
}
