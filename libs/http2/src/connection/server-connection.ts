import { latin1, ValuesMemo } from '@webserv/request';
import { ErrorCode } from '../frames/error-code.ts';
import { FrameReader, ReadStatus } from '../frames/frame-reader.ts';
import { Flag, FrameType, PREFACE } from '../frames/frame-type.ts';
import { readUint31, readUint32 } from '../frames/numbers.ts';
import type { HpackEncoder } from '../hpack/hpack-encoder.ts';
import { type Bounds, DEFAULT_BOUNDS } from './bounds.ts';
import { Contents } from './contents.ts';
import { ControlQueue } from './control-queue.ts';
import type { Core } from './core.ts';
import { Flood } from './flood.ts';
import type { ConnectionOwner } from './owner.ts';
import { Requests } from './requests.ts';
import { Scheduler } from './scheduler.ts';
import { Sending } from './sending.ts';
import { BYTES_OF_SETTING, DEFAULT_WINDOW, SettingId } from './settings.ts';
import type { Http2Stream } from './stream.ts';
import { Streams } from './streams.ts';
import { Waste } from './waste.ts';

/** One frame with more settings counts as several. */
const USUAL_SETTINGS = 16;
const PING_DATA = new Uint8Array(8);
/** What a frame counts as, of the work that a caller allows: 1, a head as much as so many frames, and its bytes. */
const HEAD_WORK = 15;
const WORK_SHIFT = 9;

/**
 * The server's side of one connection (RFC 9113), without I/O and without a clock: received bytes go in, and what they mean
 * comes by the owner. What the server says is written into the caller's memory: control frames when it takes them, heads
 * and the headers of DATA when it has room for them.
 *
 *     preface -> SETTINGS -> frames ...        any --connection error--> over
 */
export class ServerConnection<T> {
  /** Milliseconds, never smaller than before. The caller sets it before each `receive`. */
  now = 0;
  readonly bounds: Bounds;
  readonly owner: ConnectionOwner<T>;
  readonly control: ControlQueue = new ControlQueue();
  readonly scheduler: Scheduler<T> = new Scheduler<T>();
  readonly streams: Streams<T> = new Streams<T>();
  readonly waste: Waste;
  isOver = false;
  /** Where the last `receive` has stopped. */
  readTo = 0;
  /** Our SETTINGS are not acknowledged yet. */
  awaitsAck = true;
  private readonly reader: FrameReader;
  private readonly contents: Contents<T>;
  private readonly requests: Requests<T>;
  private readonly sending: Sending<T>;
  /** Makes heads of the values of its requests: `heads.fill` is `fillHead`, and quick for what the client says each time. */
  readonly heads: ValuesMemo = new ValuesMemo();
  /** Bytes of the client's preface that have come. */
  private greeted = 0;
  private readonly resets: Flood;
  private readonly madeResets: Flood;
  private readonly settings: Flood;
  private readonly pings: Flood;
  private readonly priorities: Flood;

  constructor(owner: ConnectionOwner<T>, bounds: Bounds = DEFAULT_BOUNDS) {
    this.owner = owner;
    this.bounds = bounds;
    const waste = new Waste(bounds.waste);
    this.waste = waste;
    this.reader = new FrameReader(bounds, bounds.maxFrame);
    this.reader.awaitsSettings = true;
    this.resets = new Flood('rapid-reset', bounds.resets, waste);
    this.madeResets = new Flood('made-you-reset', bounds.madeResets, waste);
    this.settings = new Flood('settings-flood', bounds.settings, waste);
    this.pings = new Flood('ping-flood', bounds.pings, waste);
    this.priorities = new Flood('priority-flood', bounds.priorities, waste);
    this.contents = new Contents(this as Core<T>);
    // Until the client knows our setting, it may send as much as without it.
    const receiveWindow = Math.max(DEFAULT_WINDOW, bounds.window);
    this.sending = new Sending(this as Core<T>);
    this.requests = new Requests(this as Core<T>, this.contents, this.sending.peer, receiveWindow);
    this.control.settings([
      [SettingId.HEADER_TABLE_SIZE, bounds.tableSize],
      [SettingId.MAX_CONCURRENT_STREAMS, bounds.maxConcurrent],
      [SettingId.INITIAL_WINDOW_SIZE, bounds.window],
      [SettingId.MAX_FRAME_SIZE, bounds.maxFrame],
      [SettingId.MAX_HEADER_LIST_SIZE, bounds.maxHeaderList],
      [SettingId.NO_RFC7540_PRIORITIES, 1],
    ]);
    this.contents.open();
  }

  /** The client's preface is whole. */
  get preface(): boolean {
    return this.greeted === PREFACE.length;
  }

  /** A field block has begun and is not whole. */
  get inHead(): boolean {
    return this.reader.inBlock;
  }

  /** The greatest stream that the owner has got. */
  get lastStreamId(): number {
    return this.requests.lastHanded;
  }

  /** Bytes of control frames that wait. */
  get controlSize(): number {
    return this.control.size;
  }

  /** Bytes of payload that the client takes in one frame. */
  get maxFrame(): number {
    return this.sending.peer.maxFrame;
  }

  // ---- what comes --------------------------------------------------------------------------------------------

  /**
   * Reads `bytes[start, end)`, which are lent for this call, up to `readTo`: to the end, unless the connection has failed or
   * `work` is spent. A frame takes 1 of it, a head 16, and 512 bytes take 1. Returns false if the connection has failed.
   */
  receive(bytes: Uint8Array, start: number, end: number, work: number = Number.POSITIVE_INFINITY): boolean {
    const { reader } = this;
    let at = start;
    let left = work;
    while (at < end && !this.isOver && this.greeted < PREFACE.length) {
      if (bytes[at++] !== PREFACE[this.greeted++]) this.fail(ErrorCode.PROTOCOL_ERROR, 'bad-preface');
    }
    while (at < end && left > 0 && !this.isOver) {
      const status = reader.read(bytes, at, end);
      left -= 1 + ((reader.consumed - at) >> WORK_SHIFT);
      at = reader.consumed;
      if (status === ReadStatus.DATA) this.contents.part(reader);
      else if (status === ReadStatus.FRAME) {
        if (reader.type === FrameType.HEADERS) left -= HEAD_WORK;
        this.frame();
      } else if (status === ReadStatus.ERROR) this.fail(reader.fault.code, reader.fault.why);
    }
    this.readTo = at;
    if (this.sending.opened && !this.isOver) {
      this.sending.opened = false;
      this.owner.windowOpened();
    }
    return !this.isOver;
  }

  private frame(): void {
    const { reader } = this;
    switch (reader.type) {
      case FrameType.HEADERS:
        this.requests.headers(reader);
        break;
      case FrameType.PRIORITY:
        this.readPriority();
        break;
      case FrameType.RST_STREAM:
        this.readReset();
        break;
      case FrameType.SETTINGS:
        this.readSettings();
        break;
      case FrameType.PING:
        if (this.count(this.pings, 1) && (reader.flags & Flag.ACK) === 0) {
          this.control.ping(true, reader.bytes, reader.start);
        }
        break;
      case FrameType.GOAWAY:
        if (this.count(this.settings, 1)) this.owner.goneAway(readUint32(reader.bytes, reader.start + 4));
        break;
      case FrameType.WINDOW_UPDATE:
        this.sending.windowUpdate(reader);
        break;
      case FrameType.PRIORITY_UPDATE:
        this.readPriorityUpdate();
        break;
    }
    this.boundControl();
  }

  /** PRIORITY is deprecated, and says nothing here (section 5.3.2). */
  private readPriority(): void {
    const { length, stream: id } = this.reader;
    if (!this.count(this.priorities, 1) || length === 5) return;
    const stream = this.streams.get(id);
    if (stream !== null) this.streamError(stream, ErrorCode.FRAME_SIZE_ERROR);
    // An idle stream must not be reset (section 6.4).
    else if (this.streams.isIdle(id)) this.fail(ErrorCode.FRAME_SIZE_ERROR, 'frame-size');
  }

  private readReset(): void {
    const { reader } = this;
    if (this.streams.isIdle(reader.stream)) {
      this.fail(ErrorCode.PROTOCOL_ERROR, 'reset-of-idle-stream');
      return;
    }
    if (!this.count(this.resets, 1)) return;
    const stream = this.streams.get(reader.stream);
    if (stream === null) return;
    this.close(stream, true);
    this.owner.reset(stream, readUint32(reader.bytes, reader.start), true);
    this.streams.recycle(stream);
  }

  private readSettings(): void {
    const { reader } = this;
    const count = Math.floor((reader.end - reader.start) / BYTES_OF_SETTING);
    reader.awaitsSettings = false;
    if (!this.count(this.settings, 1 + Math.floor(count / USUAL_SETTINGS))) return;
    if ((reader.flags & Flag.ACK) === 0) {
      if (this.sending.settings(reader)) this.control.settingsAck();
    } else if (this.awaitsAck) this.acknowledged();
  }

  /** The client keeps to our settings from now on. */
  private acknowledged(): void {
    const { bounds } = this;
    this.awaitsAck = false;
    this.requests.decoder.setLimit(bounds.tableSize);
    const shrunk = this.requests.receiveWindow - bounds.window;
    if (shrunk <= 0) return;
    this.requests.receiveWindow = bounds.window;
    this.streams.each((stream) => {
      stream.receiveWindow -= shrunk;
      return true;
    });
  }

  private readPriorityUpdate(): void {
    const { bytes, start, end } = this.reader;
    const id = readUint31(bytes, start);
    if (!this.count(this.priorities, 1)) return;
    // RFC 9218, section 7.1: no stream, or a push, which this server never promises.
    if ((id & 1) === 0) this.fail(ErrorCode.PROTOCOL_ERROR, 'priority-of-no-request');
    else this.requests.prioritize(id, latin1(bytes, start + 4, end));
  }

  // ---- what is said ------------------------------------------------------------------------------------------

  /** Moves control frames into `into[at, ...)`, as many whole ones as fit. Returns the offset behind them. */
  takeControl(into: Uint8Array, at: number): number {
    return this.control.take(into, at);
  }

  /** Encodes with a table of this connection, if the caller wants that. */
  get encoder(): HpackEncoder {
    return this.sending.encoder;
  }

  /** Returns the bytes that `writeHeaders` writes at most for a block of `size` bytes. */
  headersBound(size: number): number {
    return this.sending.headersBound(size);
  }

  /**
   * Writes a head, an interim head or trailers: the field block `block[start, end)`, in front of it the size update that is
   * due. Returns the offset behind it.
   */
  writeHeaders(
    stream: Http2Stream<T>,
    into: Uint8Array,
    at: number,
    block: Uint8Array,
    start: number,
    end: number,
    endStream: boolean,
  ): number {
    const out = this.sending.headers(stream, into, at, block, start, end, endStream);
    if (endStream) this.localEnded(stream);
    return out;
  }

  /** Bytes of content that may leave now. */
  sendable(stream: Http2Stream<T>): number {
    return this.sending.sendable(stream);
  }

  /** Writes the header of DATA whose `length` bytes the caller puts behind it. Returns the offset behind the header. */
  dataHeader(
    stream: Http2Stream<T>,
    into: Uint8Array,
    at: number,
    length: number,
    endStream: boolean,
  ): number {
    const out = this.sending.data(stream, into, at, length, endStream);
    if (endStream) this.localEnded(stream);
    return out;
  }

  /** The stream has content to send. */
  want(stream: Http2Stream<T>): void {
    this.scheduler.want(stream);
  }

  /** The stream has none for now. */
  unwant(stream: Http2Stream<T>): void {
    this.scheduler.unwant(stream);
  }

  /** Returns the stream whose content leaves next, or null if none may send. */
  next(): Http2Stream<T> | null {
    return this.sending.next();
  }

  /** The owner has consumed `size` bytes of the content of a stream. */
  consumed(stream: Http2Stream<T>, size: number): void {
    this.contents.consumed(stream, size);
  }

  /** Resets a stream. The owner must not touch it afterwards. */
  reset(stream: Http2Stream<T>, code: ErrorCode): void {
    this.control.rstStream(stream.id, code);
    this.contents.expectLate(stream);
    this.close(stream, true);
    this.streams.recycle(stream);
  }

  /**
   * Says that streams above `lastStream` are not served (section 6.8). To end in good order, say first 2^31 - 1, and a round
   * trip later `lastStreamId`.
   */
  goAway(lastStream: number, code: ErrorCode, debug = ''): void {
    this.requests.lastServed = Math.min(this.requests.lastServed, lastStream);
    this.control.goAway(lastStream, code, debug);
  }

  /** Asks for a PING with ACK. */
  ping(): void {
    this.control.ping(false, PING_DATA, 0);
  }

  /** The connection has failed: a GOAWAY says why, and nothing more is read (section 5.4.1). */
  fail(code: ErrorCode, why: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.control.goAway(this.requests.lastHanded, code, why);
    this.owner.failed(code, why);
  }

  // ---- for the parts of the connection -----------------------------------------------------------------------

  streamError(stream: Http2Stream<T>, code: ErrorCode): void {
    this.control.rstStream(stream.id, code);
    this.contents.expectLate(stream);
    this.close(stream, true);
    this.owner.reset(stream, code, false);
    this.streams.recycle(stream);
    this.count(this.madeResets, 1);
  }

  refuse(id: number, code: ErrorCode): void {
    this.control.rstStream(id, code);
    this.streams.note(id, true);
    this.count(this.madeResets, 1);
  }

  count(flood: Flood, times: number): boolean {
    if (flood.add(times, this.now)) this.fail(ErrorCode.ENHANCE_YOUR_CALM, this.waste.why);
    return !this.isOver;
  }

  remoteEnded(stream: Http2Stream<T>): void {
    const { id } = stream;
    const both = stream.localEnded;
    if (!both) stream.endRemote();
    this.owner.dataEnd(stream);
    // The owner may have answered, or reset it, from within.
    if (both && stream.id === id) this.ended(stream);
  }

  private localEnded(stream: Http2Stream<T>): void {
    this.scheduler.unwant(stream);
    stream.endLocal();
    if (stream.remoteEnded) this.ended(stream);
  }

  /** Both sides have ended the stream. */
  private ended(stream: Http2Stream<T>): void {
    this.close(stream, false);
    this.waste.answered();
    this.owner.closed(stream);
    this.streams.recycle(stream);
  }

  private close(stream: Http2Stream<T>, reset: boolean): void {
    this.scheduler.unwant(stream);
    this.contents.release(stream);
    this.streams.remove(stream, reset);
  }

  /** A client that makes the server answer and does not read the answers. */
  private boundControl(): void {
    if (this.control.size > this.bounds.maxControl) this.fail(ErrorCode.ENHANCE_YOUR_CALM, 'control-flood');
  }
}
