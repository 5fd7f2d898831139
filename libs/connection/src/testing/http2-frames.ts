import { HpackDecoder, writeField } from '@webserv/http2';

/** Frames by hand (RFC 9113 section 4.1), for a far end that may break every rule. */

/** One frame as it came. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export const Type = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
  PRIORITY_UPDATE: 16,
} as const;

export const END_STREAM = 1;
export const END_HEADERS = 4;
export const PREFACE: Buffer = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const bytes = Buffer.alloc(9 + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, 9);
  return bytes;
}

/** A SETTINGS frame with identifiers and values. */
export function settings(...pairs: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(pairs.length * 6);
  pairs.forEach(([id, value], index) => {
    payload.writeUInt16BE(id, index * 6);
    payload.writeUInt32BE(value, index * 6 + 2);
  });
  return frame(Type.SETTINGS, 0, 0, payload);
}

export function number(value: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(value);
  return payload;
}

export function windowUpdate(stream: number, size: number): Buffer {
  return frame(Type.WINDOW_UPDATE, 0, stream, number(size));
}

export function blockOf(fields: readonly (readonly [string, string])[]): Buffer {
  const into = Buffer.alloc(fields.reduce((sum, [name, value]) => sum + name.length + value.length + 16, 0));
  let at = 0;
  for (const [name, value] of fields) at = writeField(into, at, name, value);
  return into.subarray(0, at);
}

/** A whole request head. */
export function headers(
  stream: number,
  path: string,
  more: readonly (readonly [string, string])[] = [],
): Buffer {
  return requestOf(stream, 'GET', path, END_STREAM, more);
}

export function requestOf(
  stream: number,
  method: string,
  path: string,
  flags: number,
  more: readonly (readonly [string, string])[] = [],
): Buffer {
  const block = blockOf([
    [':method', method],
    [':scheme', 'http'],
    [':authority', 'a'],
    [':path', path],
    ...more,
  ]);
  return frame(Type.HEADERS, END_HEADERS | flags, stream, block);
}

/** The whole frames of what has come. */
export function framesOf(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + 9 <= bytes.length; ) {
    const length = bytes.readUIntBE(at, 3);
    if (at + 9 + length > bytes.length) break;
    frames.push({
      type: bytes[at + 3] as number,
      flags: bytes[at + 4] as number,
      stream: bytes.readUInt32BE(at + 5),
      payload: bytes.subarray(at + 9, at + 9 + length),
    });
    at += 9 + length;
  }
  return frames;
}

/** One message of a stream, as far as it has come. */
export interface Message {
  readonly fields: Map<string, string>;
  body: Buffer;
  readonly trailers: Map<string, string>;
  whole: boolean;
  /** The code of RST_STREAM, or -1. */
  reset: number;
}

/** The block that begins in a frame of HEADERS and goes on in those of CONTINUATION behind it. */
function blockFrom(frames: readonly Frame[], index: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = index; ; at++) {
    const { type, flags, payload } = frames[at]!;
    if (at > index && type !== Type.CONTINUATION) throw new Error('a block that goes on is interrupted');
    parts.push(payload);
    if ((flags & END_HEADERS) !== 0) return Buffer.concat(parts);
  }
}

/** The responses among frames, by their stream. Interim ones are left out. */
export function messagesOf(frames: readonly Frame[]): Map<number, Message> {
  const decoder = new HpackDecoder(1 << 20);
  const messages = new Map<number, Message>();
  for (const [index, { type, flags, stream, payload: first }] of frames.entries()) {
    let message = messages.get(stream);
    const payload = type === Type.HEADERS ? blockFrom(frames, index) : first;
    if (type === Type.HEADERS) {
      if (!decoder.decode(payload, 0, payload.length)) throw new Error(`bad block: ${decoder.error}`);
      const fields = new Map(decoder.fields.slice(0, decoder.count).map(({ name, value }) => [name, value]));
      if (fields.get(':status')?.startsWith('1') === true) continue;
      if (message === undefined) {
        message = { fields, body: Buffer.alloc(0), trailers: new Map(), whole: false, reset: -1 };
        messages.set(stream, message);
      } else for (const [name, value] of fields) message.trailers.set(name, value);
    } else if (type === Type.DATA && message !== undefined) {
      message.body = Buffer.concat([message.body, payload]);
    } else if (type === Type.RST_STREAM) {
      message ??= { fields: new Map(), body: Buffer.alloc(0), trailers: new Map(), whole: false, reset: -1 };
      messages.set(stream, message);
      message.reset = payload.readUInt32BE(0);
      continue;
    } else continue;
    if ((flags & END_STREAM) !== 0) message.whole = true;
  }
  return messages;
}
