import {
  Flag,
  FRAME_HEADER,
  FrameType,
  fieldBound,
  HpackDecoder,
  isConnectionField,
  MAX_WINDOW,
  MIN_MAX_FRAME,
  PREFACE,
  writeField,
} from '@webserv/http2';

const WINDOW = 65_535;
const INITIAL_WINDOW_SIZE = 4;
/** Bytes of the largest field that is read of an answer, and of all of them. */
const MAX_LIST = 1 << 20;

/** What a client may send before the server gives it more room (RFC 9113, section 6.9.2). */
export const HTTP2_BODY_MAX = WINDOW;

/** Whether a request of HTTP/2 may have the field (RFC 9113, section 8.2.2). */
export function fitsHttp2(name: string): boolean {
  return !isConnectionField(name.toLowerCase());
}

/**
 * Returns a connection of HTTP/2 with one request, as a client writes it that takes all that comes.
 * @param zeros bytes of the body, at most HTTP2_BODY_MAX
 */
export function http2Request(
  fields: readonly (readonly [name: string, value: string])[],
  zeros: number,
): Buffer {
  const window = Buffer.concat([Buffer.of(0, INITIAL_WINDOW_SIZE), uint32(MAX_WINDOW)]);
  const parts = [
    PREFACE,
    frame(FrameType.SETTINGS, 0, 0, window),
    frame(FrameType.WINDOW_UPDATE, 0, 0, uint32(MAX_WINDOW - WINDOW)),
  ];
  const block = blockOf(fields);
  for (let at = 0; at < block.length; at += MIN_MAX_FRAME) {
    const last = at + MIN_MAX_FRAME >= block.length;
    const flags = (last ? Flag.END_HEADERS : 0) | (at === 0 && zeros === 0 ? Flag.END_STREAM : 0);
    const type = at === 0 ? FrameType.HEADERS : FrameType.CONTINUATION;
    parts.push(frame(type, flags, 1, block.subarray(at, at + MIN_MAX_FRAME)));
  }
  for (let left = zeros; left > 0; left -= MIN_MAX_FRAME) {
    const content = Buffer.alloc(Math.min(left, MIN_MAX_FRAME));
    parts.push(frame(FrameType.DATA, left <= MIN_MAX_FRAME ? Flag.END_STREAM : 0, 1, content));
  }
  return Buffer.concat(parts);
}

/**
 * Reads the head of the answer, behind those that only said that it is to come.
 * @returns the status and the fields, or null if none has come
 */
export function http2Head(
  received: Buffer,
): { readonly status: number; readonly fields: readonly (readonly [name: string, value: string])[] } | null {
  const decoder = new HpackDecoder(MAX_LIST);
  let block = Buffer.alloc(0);
  for (const { type, flags, payload } of framesOf(received)) {
    if (type !== FrameType.HEADERS && type !== FrameType.CONTINUATION) continue;
    block = Buffer.concat([block, payload]);
    if ((flags & Flag.END_HEADERS) === 0) continue;
    if (!decoder.decode(block, 0, block.length)) return null;
    block = Buffer.alloc(0);
    const [first, ...fields] = decoder.fields.slice(0, decoder.count);
    const status = Number(first?.value);
    if (status >= 200) return { status, fields: fields.map(({ name, value }) => [name, value]) };
  }
  return null;
}

/** Whether the server has given the request up. */
export function isReset(received: Buffer): boolean {
  return framesOf(received).some(({ type }) => type === FrameType.RST_STREAM);
}

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly payload: Buffer;
}

/** The frames before the content, which is not kept. */
function framesOf(received: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + FRAME_HEADER <= received.length; ) {
    const [type = 0, flags = 0] = received.subarray(at + 3);
    const end = at + FRAME_HEADER + received.readUIntBE(at, 3);
    if (type === FrameType.DATA || end > received.length) break;
    frames.push({ type, flags, payload: received.subarray(at + FRAME_HEADER, end) });
    at = end;
  }
  return frames;
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(FRAME_HEADER);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** @param fields values of text, which leave as UTF-8, as in a head of HTTP/1.1 */
function blockOf(fields: readonly (readonly [string, string])[]): Buffer {
  const written = fields.map(([name, value]) => [name, Buffer.from(value).toString('latin1')] as const);
  const into = Buffer.alloc(written.reduce((sum, [name, value]) => sum + fieldBound(name, value), 0));
  let at = 0;
  for (const [name, value] of written) at = writeField(into, at, name, value);
  return into.subarray(0, at);
}
