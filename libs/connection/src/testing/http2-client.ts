import { HpackDecoder } from '@webserv/http2';
import {
  blockOf,
  END_HEADERS,
  END_STREAM,
  type Frame,
  frame,
  number,
  PREFACE,
  Type,
} from './http2-frames.ts';

const ACK = 1;
const WINDOW = 65_535;
const MAX_WINDOW = 0x7fffffff;
const MAX_FRAME = 16_384;

/** One request of a client, and as much of its answer as has come. */
export interface ClientStream {
  readonly id: number;
  readonly method: string;
  /** 100 (Continue) has come. */
  continued: boolean;
  /** 0 until the head of the final answer is here. */
  status: number;
  /** Lower-case names; of a repeated field, the last. */
  fields: ReadonlyMap<string, string>;
  readonly parts: Buffer[];
  /** The server has ended its side. */
  ended: boolean;
  /** The code that the server has reset it with, or -1. */
  reset: number;
  /** This side has reset it: what is under way is passed over. */
  given: boolean;
  /** What the server may send, and what this side may. */
  inward: number;
  outward: number;
}

/** The server has broken a rule of RFC 9113. */
class Broken extends Error {}

/**
 * A client's side of HTTP/2, without I/O, that trusts the server in nothing: it keeps the books of both windows and of all
 * streams, and names the first rule that the server breaks.
 */
export class Http2Client {
  readonly streams = new Map<number, ClientStream>();
  /** The first rule that the server has broken, or ''. */
  wrong = '';
  /** The last stream that the server will answer, and why; null before a GOAWAY. */
  goAway: { readonly last: number; readonly code: number } | null = null;
  /** Frames that must be said at once: acknowledgements. */
  replies: Buffer[] = [];
  private readonly decoder = new HpackDecoder(1 << 20);
  private readonly initial: number;
  private at = 0;
  private nextId = 1;
  private seen = 0;
  private inward = WINDOW;
  private outward = WINDOW;
  private theirInitial = WINDOW;
  private block: { readonly stream: number; readonly flags: number; bytes: Buffer } | null = null;

  /** @param initial how much the server may send on a new stream */
  constructor(initial: number) {
    this.initial = initial;
  }

  /** The client's preface. */
  start(): Buffer {
    const window = Buffer.concat([Buffer.of(0, 4), number(this.initial)]);
    return Buffer.concat([PREFACE, frame(Type.SETTINGS, 0, 0, window)]);
  }

  /** Reads on in all that has come. */
  read(bytes: Buffer): void {
    while (this.wrong === '' && this.at + 9 <= bytes.length) {
      const length = bytes.readUIntBE(this.at, 3);
      if (this.at + 9 + length > bytes.length) return;
      const at = this.at + 9;
      const next: Frame = {
        type: bytes[this.at + 3] as number,
        flags: bytes[this.at + 4] as number,
        stream: bytes.readUInt32BE(this.at + 5),
        payload: bytes.subarray(at, at + length),
      };
      this.at = at + length;
      try {
        this.frame(next);
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
        this.wrong = `${error.message} (frame ${next.type} on stream ${next.stream})`;
      }
    }
  }

  /** A request's head. @returns its frames, cut into CONTINUATION frames of at most so many bytes */
  request(
    fields: readonly (readonly [string, string])[],
    ends: boolean,
    most = MAX_FRAME,
  ): { readonly stream: ClientStream; readonly bytes: Buffer } {
    const stream: ClientStream = {
      id: this.nextId,
      method: fields.find(([name]) => name === ':method')?.[1] ?? '',
      continued: false,
      status: 0,
      fields: new Map(),
      parts: [],
      ended: false,
      reset: -1,
      given: false,
      inward: this.initial,
      outward: this.theirInitial,
    };
    this.nextId += 2;
    this.streams.set(stream.id, stream);
    const block = blockOf(fields);
    const frames: Buffer[] = [];
    for (let at = 0; at < block.length; at += most) {
      const last = at + most >= block.length ? END_HEADERS : 0;
      const flags = at === 0 ? last | (ends ? END_STREAM : 0) : last;
      const type = at === 0 ? Type.HEADERS : Type.CONTINUATION;
      frames.push(frame(type, flags, stream.id, block.subarray(at, at + most)));
    }
    return { stream, bytes: Buffer.concat(frames) };
  }

  /** How much content may be sent now. */
  room(stream: ClientStream): number {
    return Math.max(0, Math.min(stream.outward, this.outward));
  }

  /** @param content within `room` */
  data(stream: ClientStream, content: Buffer, ends: boolean): Buffer {
    stream.outward -= content.length;
    this.outward -= content.length;
    return frame(Type.DATA, ends ? END_STREAM : 0, stream.id, content);
  }

  /** Lets the server send more: on a stream, or on all of them. */
  grant(stream: ClientStream | null, size: number): Buffer {
    if (stream === null) this.inward += size;
    else stream.inward += size;
    return frame(Type.WINDOW_UPDATE, 0, stream?.id ?? 0, number(size));
  }

  /** What the server may send on all streams together. */
  get granted(): number {
    return this.inward;
  }

  giveUp(stream: ClientStream, code: number): Buffer {
    stream.given = true;
    return frame(Type.RST_STREAM, 0, stream.id, number(code));
  }

  private frame(next: Frame): void {
    if (this.seen++ === 0 && next.type !== Type.SETTINGS) broken('the first frame is not SETTINGS');
    if (next.payload.length > MAX_FRAME) broken('a frame that is too long');
    if (this.block !== null && next.type !== Type.CONTINUATION) broken('a block that is interrupted');
    switch (next.type) {
      case Type.SETTINGS:
        this.settings(next);
        break;
      case Type.PING:
        if ((next.flags & ACK) === 0) this.replies.push(frame(Type.PING, ACK, 0, next.payload));
        return;
      case Type.GOAWAY: {
        const last = next.payload.readUInt32BE(0);
        if (last > (this.goAway?.last ?? MAX_WINDOW)) broken('a GOAWAY that takes one back');
        this.goAway = { last, code: next.payload.readUInt32BE(4) };
        return;
      }
      case Type.WINDOW_UPDATE:
        this.opened(next);
        break;
      case Type.RST_STREAM:
        this.known(next).reset = next.payload.readUInt32BE(0);
        return;
      case Type.HEADERS:
        this.block = { stream: next.stream, flags: next.flags, bytes: Buffer.from(next.payload) };
        this.blockEnds(next.flags);
        break;
      case Type.CONTINUATION: {
        const { block } = this;
        if (block === null || block.stream !== next.stream) broken('a CONTINUATION of nothing');
        else block.bytes = Buffer.concat([block.bytes, next.payload]);
        this.blockEnds(next.flags);
        break;
      }
      case Type.DATA:
        this.content(next);
        break;
      default:
        broken('a frame that a server does not send');
    }
  }

  private settings({ flags, payload }: Frame): void {
    if ((flags & ACK) !== 0) return;
    for (let at = 0; at < payload.length; at += 6) {
      if (payload.readUInt16BE(at) !== 4) continue;
      const value = payload.readUInt32BE(at + 2);
      for (const stream of this.streams.values()) stream.outward += value - this.theirInitial;
      this.theirInitial = value;
    }
    this.replies.push(frame(Type.SETTINGS, ACK, 0));
  }

  private opened(next: Frame): void {
    const size = next.payload.readUInt32BE(0);
    if (size === 0) broken('an update by 0');
    if (next.stream === 0) this.outward += size;
    else this.known(next).outward += size;
    if (this.outward > MAX_WINDOW) broken('a window that is too large');
  }

  private known({ stream }: Frame): ClientStream {
    return this.streams.get(stream) ?? broken('a stream that nobody has opened');
  }

  private blockEnds(flags: number): void {
    const { block } = this;
    if (block === null || (flags & END_HEADERS) === 0) return;
    this.block = null;
    const stream = this.streams.get(block.stream) ?? broken('an answer that nobody has asked for');
    if (!this.decoder.decode(block.bytes, 0, block.bytes.length))
      broken(`a bad block: ${this.decoder.error}`);
    const fields = new Map(
      this.decoder.fields.slice(0, this.decoder.count).map(({ name, value }) => [name, value]),
    );
    if (stream.given) return;
    if (stream.ended || stream.reset >= 0) broken('a head behind the end');
    const ends = (block.flags & END_STREAM) !== 0;
    const status = Number(fields.get(':status') ?? 0);
    if (stream.status !== 0) {
      if (!ends || status !== 0) broken('trailers that are none');
    } else if (status < 100 || status > 599) broken(`status ${status}`);
    else if (status < 200) {
      if (ends) broken('an interim answer that ends its stream');
      stream.continued = true;
      return;
    } else {
      stream.status = status;
      stream.fields = fields;
    }
    if (ends) this.end(stream);
  }

  private content(next: Frame): void {
    const stream = this.known(next);
    const { length } = next.payload;
    this.inward -= length;
    stream.inward -= length;
    if (this.inward < 0) broken('more than the window of the connection');
    if (stream.given) return;
    if (stream.inward < 0 && length > 0) broken('more than the window of the stream');
    if (stream.status === 0) broken('content without a head');
    if (stream.ended || stream.reset >= 0) broken('content behind the end');
    if (length > 0) stream.parts.push(Buffer.from(next.payload));
    if ((next.flags & END_STREAM) !== 0) this.end(stream);
  }

  private end(stream: ClientStream): void {
    stream.ended = true;
    const length = stream.fields.get('content-length');
    const size = stream.parts.reduce((sum, part) => sum + part.length, 0);
    const bare = stream.method === 'HEAD' || stream.status === 304;
    if (bare && size > 0) broken('content where there is none');
    if (!bare && length !== undefined && Number(length) !== size) broken(`${size} bytes of ${length}`);
  }
}

function broken(rule: string): never {
  throw new Broken(rule);
}
