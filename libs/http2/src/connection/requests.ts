import { ErrorCode } from '../frames/error-code.ts';
import type { FrameReader } from '../frames/frame-reader.ts';
import { Flag, MAX_STREAM_ID } from '../frames/frame-type.ts';
import { HpackDecoder } from '../hpack/hpack-decoder.ts';
import { type Priority, readPriority } from '../request/priority.ts';
import { RequestReader } from '../request/request-reader.ts';
import type { Contents } from './contents.ts';
import type { Core } from './core.ts';
import { Flood } from './flood.ts';
import type { PeerSettings } from './settings.ts';
import type { Http2Stream } from './stream.ts';
import { Closed } from './streams.ts';

/** Priorities that are kept for streams that have not begun (RFC 9218, section 7.1). */
const MAX_EARLY = 32;

/** What comes in field blocks: requests and trailers. Every block is decoded, because each changes the table. */
export class Requests<T> {
  readonly decoder: HpackDecoder;
  /** The greatest stream that was handed to the owner. */
  lastHanded = 0;
  /** Streams above this one are not served: a GOAWAY has said so. */
  lastServed: number = MAX_STREAM_ID;
  private readonly core: Core<T>;
  private readonly contents: Contents<T>;
  private readonly reader = new RequestReader();
  private readonly oversized: Flood;
  /** Bytes that may come on each new stream. */
  receiveWindow: number;
  private readonly peer: PeerSettings;
  private early: Map<number, string> | null = null;

  constructor(core: Core<T>, contents: Contents<T>, peer: PeerSettings, receiveWindow: number) {
    this.core = core;
    this.contents = contents;
    this.peer = peer;
    this.receiveWindow = receiveWindow;
    this.decoder = new HpackDecoder(core.bounds.maxHeaderList);
    this.oversized = new Flood('oversized-heads', core.bounds.oversized, core.waste);
  }

  /** A field block is whole, which `reader` holds. */
  headers({ stream: id, flags, bytes, start, end }: FrameReader): void {
    const { core, decoder } = this;
    if ((id & 1) === 0) {
      // Section 5.1.1.
      core.fail(ErrorCode.PROTOCOL_ERROR, 'even-stream');
      return;
    }
    if (!decoder.decode(bytes, start, end)) {
      const { error } = decoder;
      const isBomb = error === 'hpack-bomb';
      core.fail(isBomb ? ErrorCode.ENHANCE_YOUR_CALM : ErrorCode.COMPRESSION_ERROR, error ?? 'hpack');
      return;
    }
    // A few bytes name an entry of the table that is as large as the whole table.
    if (decoder.tooLarge && !core.count(this.oversized, 1)) return;
    const endStream = (flags & Flag.END_STREAM) !== 0;
    const stream = core.streams.get(id);
    if (stream !== null) this.trailers(stream, endStream);
    else if (id > core.streams.last) this.begin(id, endStream);
    else this.closed(id);
  }

  /** PRIORITY_UPDATE: of a stream under way, or of one that has not begun. */
  prioritize(id: number, value: string): void {
    const { core } = this;
    const stream = core.streams.get(id);
    if (stream !== null) this.apply(stream, value);
    else if (core.streams.isIdle(id)) {
      this.early ??= new Map();
      if (this.early.size < MAX_EARLY || this.early.has(id)) this.early.set(id, value);
    }
  }

  private trailers(stream: Http2Stream<T>, endStream: boolean): void {
    const { core, decoder } = this;
    if (stream.remoteEnded) core.streamError(stream, ErrorCode.STREAM_CLOSED);
    // Section 8.1: the section behind the content ends the stream.
    else if (!endStream || !this.reader.readTrailers(decoder.fields, decoder.count)) {
      core.streamError(stream, ErrorCode.PROTOCOL_ERROR);
    } else this.contents.end(stream);
  }

  private begin(id: number, endStream: boolean): void {
    const { core, decoder, reader } = this;
    core.streams.last = id;
    const early = this.takeEarly(id);
    if (id > this.lastServed) {
      core.streams.note(id, true);
      return;
    }
    if (core.streams.count >= core.bounds.maxConcurrent) {
      core.refuse(id, ErrorCode.REFUSED_STREAM);
      return;
    }
    const { tooLarge } = decoder;
    if (!reader.read(decoder.fields, decoder.count, endStream, tooLarge)) {
      core.refuse(id, ErrorCode.PROTOCOL_ERROR);
      core.owner.malformed(id, reader.malformed ?? 'malformed', reader);
      return;
    }
    const stream = core.streams.add(id, endStream, this.peer.initialWindow, this.receiveWindow);
    stream.expected = reader.contentLength;
    stream.secure = reader.scheme === 'https';
    // What was said last counts, and PRIORITY_UPDATE overrides the field (RFC 9218, section 7).
    const signal = early ?? reader.priority;
    if (signal !== '') this.apply(stream, signal);
    this.lastHanded = id;
    if (tooLarge) core.owner.oversized(stream, reader, endStream);
    else core.owner.request(stream, reader, endStream);
  }

  /** A field block on a stream that is no more (section 5.1). */
  private closed(id: number): void {
    const { core } = this;
    const how = core.streams.howClosed(id);
    // It was under way when the stream was reset.
    if (how === Closed.RESET) return;
    if (how === Closed.ENDED) core.fail(ErrorCode.STREAM_CLOSED, 'headers-on-closed-stream');
    else core.fail(ErrorCode.PROTOCOL_ERROR, 'stream-below-the-last');
  }

  private apply(stream: Http2Stream<T>, value: string): void {
    readPriority(value, signal);
    this.core.scheduler.reprioritize(stream, signal.urgency, signal.incremental);
  }

  private takeEarly(id: number): string | null {
    const { early } = this;
    if (early === null) return null;
    const value = early.get(id) ?? null;
    // Streams below it will never begin.
    for (const other of early.keys()) if (other <= id) early.delete(other);
    if (early.size === 0) this.early = null;
    return value;
  }
}

/** All may share it: it is read at once. */
const signal: Priority = { urgency: 0, incremental: false };
