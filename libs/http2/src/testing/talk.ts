import type { HeadValues } from '@webserv/request';
import { type Bounds, DEFAULT_BOUNDS } from '../connection/bounds.ts';
import type { ConnectionOwner } from '../connection/owner.ts';
import { ServerConnection } from '../connection/server-connection.ts';
import type { Http2Stream } from '../connection/stream.ts';
import { type ErrorCode, errorName } from '../frames/error-code.ts';
import { FrameReader, ReadStatus } from '../frames/frame-reader.ts';
import { Flag, FrameType, PREFACE } from '../frames/frame-type.ts';
import { readUint31, readUint32, writeUint32 } from '../frames/numbers.ts';
import { HpackDecoder } from '../hpack/hpack-decoder.ts';
import { HpackEncoder } from '../hpack/hpack-encoder.ts';
import { bytesOf, joined, latin1Of } from './bytes.ts';
import { frame } from './frames.ts';

type Line = readonly [name: string, value: string];

export const GET: readonly Line[] = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':authority', 'example.org'],
  [':path', '/'],
];
export const POST: readonly Line[] = [[':method', 'POST'], ...GET.slice(1)];

export const uint32 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  writeUint32(bytes, 0, value);
  return bytes;
};

const setting = (id: number, value: number): Uint8Array => joined(Uint8Array.of(0, id), uint32(value));
export const settings = (...list: readonly (readonly [number, number])[]): Uint8Array =>
  frame(FrameType.SETTINGS, 0, 0, joined(...list.map(([id, value]) => setting(id, value))));
export const ack: Uint8Array = frame(FrameType.SETTINGS, Flag.ACK, 0);
export const data = (stream: number, content: string, end = false): Uint8Array =>
  frame(FrameType.DATA, end ? Flag.END_STREAM : 0, stream, bytesOf(content));
export const windowUpdate = (stream: number, increment: number): Uint8Array =>
  frame(FrameType.WINDOW_UPDATE, 0, stream, uint32(increment));
export const rst = (stream: number, code: number = 8): Uint8Array =>
  frame(FrameType.RST_STREAM, 0, stream, uint32(code));
export const ping = (content = '12345678'): Uint8Array => frame(FrameType.PING, 0, 0, bytesOf(content));
export const priorityUpdate = (stream: number, value: string): Uint8Array =>
  frame(FrameType.PRIORITY_UPDATE, 0, 0, joined(uint32(stream), bytesOf(value)));

/**
 * A client in plain words, a server's connection, and all that the connection calls back and has to say, as text. What
 * happens lands in `events`: first what the owner hears, then what the client gets.
 */
export class Talk implements ConnectionOwner<string> {
  readonly connection: ServerConnection<string>;
  readonly streams = new Map<number, Http2Stream<string>>();
  events: string[] = [];
  /** Called at the end of each callback, so that a test can answer from within. */
  react: (event: string, stream: Http2Stream<string>) => void = () => {};
  private readonly encoder = new HpackEncoder();
  private readonly decoder = new HpackDecoder(1 << 20);
  private readonly reader = new FrameReader({ maxBlock: 1 << 20, maxContinuations: 1 << 10 }, 1 << 24);
  private readonly memory = new Uint8Array(1 << 20);

  constructor(bounds: Partial<Bounds> = {}) {
    this.connection = new ServerConnection<string>(this, { ...DEFAULT_BOUNDS, ...bounds });
  }

  /** A connection whose preface and SETTINGS have been exchanged. */
  static begun(bounds: Partial<Bounds> = {}): Talk {
    const talk = new Talk(bounds);
    talk.say(PREFACE, settings(), ack);
    talk.events = [];
    return talk;
  }

  /** The bytes of a request, or of a trailer section. */
  head(stream: number, lines: readonly Line[], end = true): Uint8Array {
    const block = new Uint8Array(1 << 17);
    let at = this.encoder.begin(block, 0);
    for (const [name, value] of lines) at = this.encoder.field(block, at, name, value);
    return frame(
      FrameType.HEADERS,
      Flag.END_HEADERS | (end ? Flag.END_STREAM : 0),
      stream,
      block.subarray(0, at),
    );
  }

  /** The client says it. Returns what has happened. */
  say(...parts: readonly Uint8Array[]): string[] {
    for (const bytes of parts) this.connection.receive(bytes, 0, bytes.length);
    return this.happened();
  }

  /** The server's head. Returns what has happened. */
  answer(id: number, endStream: boolean, ...lines: readonly Line[]): string[] {
    const block = new Uint8Array(1000);
    let at = this.connection.encoder.begin(block, 0);
    for (const [name, value] of [[':status', '200'] as const, ...lines]) {
      at = this.connection.encoder.field(block, at, name, value);
    }
    const end = this.connection.writeHeaders(this.stream(id), this.memory, 0, block, 0, at, endStream);
    return this.hears(this.memory.slice(0, end));
  }

  /** The server's content. */
  content(id: number, size: number, endStream: boolean): string[] {
    const end = this.connection.dataHeader(this.stream(id), this.memory, 0, size, endStream);
    return this.hears(this.memory.slice(0, end + size));
  }

  stream(id: number): Http2Stream<string> {
    const stream = this.streams.get(id);
    if (stream === undefined) throw new Error(`stream ${id} has not begun`);
    return stream;
  }

  /** Returns the events since the last call, and the control frames that wait. */
  happened(): string[] {
    const into = new Uint8Array(this.connection.controlSize);
    this.connection.takeControl(into, 0);
    return this.hears(into);
  }

  private hears(bytes: Uint8Array): string[] {
    const { reader } = this;
    for (let at = 0; at < bytes.length; at = reader.consumed) {
      const status = reader.read(bytes, at, bytes.length);
      if (status === ReadStatus.ERROR) throw new Error(reader.fault.why);
      if (status !== ReadStatus.PARTIAL) this.events.push(`<- ${this.print(status === ReadStatus.DATA)}`);
    }
    const { events } = this;
    this.events = [];
    return events;
  }

  private print(isData: boolean): string {
    const { type, flags, stream, bytes, start, end } = this.reader;
    const last = (flags & Flag.END_STREAM) !== 0 ? ' end' : '';
    if (isData) return `DATA ${stream} ${end - start}${last}`;
    switch (type) {
      case FrameType.HEADERS: {
        if (!this.decoder.decode(bytes, start, end)) throw new Error(String(this.decoder.error));
        const lines = this.decoder.fields.slice(0, this.decoder.count).map((field) => field.line.join(': '));
        return `HEADERS ${stream} ${lines.join(', ')}${last}`;
      }
      case FrameType.SETTINGS:
        return (flags & Flag.ACK) !== 0 ? 'SETTINGS ack' : `SETTINGS of ${(end - start) / 6}`;
      case FrameType.PING:
        return `PING ${(flags & Flag.ACK) !== 0 ? 'ack ' : ''}${latin1Of(bytes.subarray(start, end))}`;
      case FrameType.RST_STREAM:
        return `RST_STREAM ${stream} ${errorName(readUint32(bytes, start))}`;
      case FrameType.WINDOW_UPDATE:
        return `WINDOW_UPDATE ${stream} ${readUint31(bytes, start)}`;
      case FrameType.GOAWAY: {
        const code = errorName(readUint32(bytes, start + 4));
        return `GOAWAY ${readUint31(bytes, start)} ${code} ${latin1Of(bytes.subarray(start + 8, end))}`;
      }
      default:
        return `frame ${type}`;
    }
  }

  private note(event: string, stream: Http2Stream<string>): void {
    this.events.push(event);
    this.react(event.split(' ')[0] ?? '', stream);
  }

  request(stream: Http2Stream<string>, values: HeadValues, endStream: boolean): void {
    this.streams.set(stream.id, stream);
    const { method, target, authority, fields = [] } = values;
    const lines = fields.map((line) => ` ${line.join(': ')}`).join(',');
    this.note(
      `request ${stream.id} ${method} ${target} ${authority}${lines}${endStream ? ' end' : ''}`,
      stream,
    );
  }

  oversized(stream: Http2Stream<string>, { method, target }: HeadValues, endStream: boolean): void {
    this.streams.set(stream.id, stream);
    this.note(`oversized ${stream.id} ${method} ${target}${endStream ? ' end' : ''}`, stream);
  }

  data(stream: Http2Stream<string>, bytes: Uint8Array, start: number, end: number): void {
    const content = end - start > 20 ? `of ${end - start}` : latin1Of(bytes.subarray(start, end));
    this.note(`data ${stream.id} ${content}`, stream);
  }

  dataEnd(stream: Http2Stream<string>): void {
    this.note(`dataEnd ${stream.id}`, stream);
  }

  reset(stream: Http2Stream<string>, code: ErrorCode, byPeer: boolean): void {
    this.note(`reset ${stream.id} ${errorName(code)}${byPeer ? ' by peer' : ''}`, stream);
  }

  closed(stream: Http2Stream<string>): void {
    this.note(`closed ${stream.id}`, stream);
  }

  malformed(id: number, why: string, { method, target }: HeadValues): void {
    this.events.push(`malformed ${id} ${why} ${method} ${target}`);
  }

  windowOpened(): void {
    this.events.push('windowOpened');
  }

  goneAway(code: ErrorCode): void {
    this.events.push(`goneAway ${errorName(code)}`);
  }

  failed(code: ErrorCode, why: string): void {
    this.events.push(`failed ${errorName(code)} ${why}`);
  }
}
