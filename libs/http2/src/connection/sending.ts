import { ErrorCode } from '../frames/error-code.ts';
import type { FrameReader } from '../frames/frame-reader.ts';
import { MAX_WINDOW } from '../frames/frame-type.ts';
import { fieldBlockSize, writeDataHeader, writeFieldBlock } from '../frames/frame-writer.ts';
import { readUint31 } from '../frames/numbers.ts';
import { HpackEncoder } from '../hpack/hpack-encoder.ts';
import type { Core } from './core.ts';
import { Flood } from './flood.ts';
import { BYTES_OF_SETTING, DEFAULT_WINDOW, PeerSettings } from './settings.ts';
import type { Http2Stream } from './stream.ts';

/** DATA of at least so many bytes, or the last of a stream, explains so many WINDOW_UPDATE of the client. */
const WORTH_AN_UPDATE = 512;
const EXPLAINED = 4;

/** What the server says on its streams, the client's settings for it, and the windows that the client gives. */
export class Sending<T> {
  readonly peer = new PeerSettings();
  readonly encoder: HpackEncoder = new HpackEncoder();
  /** A stream that waited for a window may send. */
  opened = false;
  private readonly core: Core<T>;
  private readonly updates: Flood;
  /** Bytes that may be sent on the connection. */
  private window = DEFAULT_WINDOW;

  constructor(core: Core<T>) {
    this.core = core;
    this.updates = new Flood('window-update-flood', core.bounds.windowUpdates, core.waste);
  }

  // ---- what the client allows --------------------------------------------------------------------------------

  /**
   * Takes over the settings of a frame, one after the other (RFC 9113, section 6.5.3): of two sizes of the table, the smaller
   * one counts too. Returns false if the connection has failed.
   */
  settings({ bytes, start, end }: FrameReader): boolean {
    const { core, peer, encoder } = this;
    for (let at = start; at < end; at += BYTES_OF_SETTING) {
      const before = peer.initialWindow;
      const wrong = peer.take(bytes, at);
      if (wrong !== null) {
        core.fail(wrong.code, wrong.why);
        return false;
      }
      encoder.setLimit(peer.tableSize);
      if (peer.initialWindow !== before && !this.resize(peer.initialWindow - before)) return false;
    }
    return true;
  }

  /** Another initial size changes the windows of all streams, which may fall below 0 (section 6.9.2). */
  private resize(grown: number): boolean {
    const { core } = this;
    let fits = true;
    core.streams.each((stream) => {
      stream.sendWindow += grown;
      fits = stream.sendWindow <= MAX_WINDOW;
      if (fits && core.scheduler.update(stream)) this.opened = true;
      return fits;
    });
    if (!fits) core.fail(ErrorCode.FLOW_CONTROL_ERROR, 'window-too-large');
    return fits;
  }

  /** WINDOW_UPDATE (section 6.9). */
  windowUpdate(reader: FrameReader): void {
    const { core } = this;
    const id = reader.stream;
    const increment = readUint31(reader.bytes, reader.start);
    if (!core.count(this.updates, 1)) return;
    if (id === 0) {
      this.grow(increment);
      return;
    }
    const stream = core.streams.get(id);
    if (stream === null) {
      if (core.streams.isIdle(id)) core.fail(ErrorCode.PROTOCOL_ERROR, 'window-update-of-idle-stream');
    } else if (increment === 0) core.streamError(stream, ErrorCode.PROTOCOL_ERROR);
    else if (stream.sendWindow + increment > MAX_WINDOW)
      core.streamError(stream, ErrorCode.FLOW_CONTROL_ERROR);
    else {
      stream.sendWindow += increment;
      if (core.scheduler.update(stream)) this.opened = true;
    }
  }

  private grow(increment: number): void {
    const { core } = this;
    const blocked = this.window <= 0;
    this.window += increment;
    if (increment === 0) core.fail(ErrorCode.PROTOCOL_ERROR, 'window-update-of-zero');
    else if (this.window > MAX_WINDOW) core.fail(ErrorCode.FLOW_CONTROL_ERROR, 'window-too-large');
    else if (blocked && this.window > 0 && !core.scheduler.isEmpty) this.opened = true;
  }

  // ---- what is said ------------------------------------------------------------------------------------------

  /** Returns the bytes that `headers` writes at most for a block of `size` bytes. */
  headersBound(size: number): number {
    return fieldBlockSize(size + this.encoder.updateSize, this.peer.maxFrame);
  }

  /** Writes a field block as frames, with the size update that is due in front. Returns the offset behind them. */
  headers(
    stream: Http2Stream<T>,
    into: Uint8Array,
    at: number,
    block: Uint8Array,
    start: number,
    end: number,
    endStream: boolean,
  ): number {
    mayStillSay(stream);
    const { encoder, peer } = this;
    if (encoder.updateSize === 0) {
      return writeFieldBlock(into, at, stream.id, block, start, end, endStream, peer.maxFrame);
    }
    const whole = new Uint8Array(encoder.updateSize + end - start);
    const from = encoder.begin(whole, 0);
    whole.set(block.subarray(start, end), from);
    const size = from + end - start;
    return writeFieldBlock(into, at, stream.id, whole, 0, size, endStream, peer.maxFrame);
  }

  /** Bytes of content that may leave now. */
  sendable(stream: Http2Stream<T>): number {
    return Math.max(0, Math.min(stream.sendWindow, this.window));
  }

  /** Writes the header of DATA, and takes its length off both windows. Returns the offset behind it. */
  data(stream: Http2Stream<T>, into: Uint8Array, at: number, length: number, endStream: boolean): number {
    mayStillSay(stream);
    // An empty frame needs no window (section 6.9.1).
    if (length > 0 && (length > this.sendable(stream) || length > this.peer.maxFrame)) {
      throw new Error('more data than the windows or a frame take');
    }
    stream.sendWindow -= length;
    this.window -= length;
    if (length >= WORTH_AN_UPDATE || endStream) this.updates.excuse(EXPLAINED);
    if (!endStream) this.core.scheduler.sent(stream);
    return writeDataHeader(into, at, length, stream.id, endStream);
  }

  /** Returns the stream whose content leaves next, or null if none may send. */
  next(): Http2Stream<T> | null {
    return this.window > 0 ? this.core.scheduler.next() : null;
  }
}

function mayStillSay<T>(stream: Http2Stream<T>): void {
  if (stream.localEnded) throw new Error('nothing is said behind the end of a stream');
}
