import {
  allocate,
  latin1,
  sameName,
  writeAscii,
  writeDecimal,
  writeText,
  writeToken,
} from '../fields/field.ts';
import type { Reply } from '../reply/reply.ts';
import { isStatus, neverHasContent, reasonPhrase } from '../status.ts';
import { contentFraming, contentLength, type Framing, framing, type Version } from './framing.ts';

/** Why a reply cannot be encoded. Nothing was written then. The connection answers 500 (502 for a script's reply). */
export type EncodeError = 'bad-status' | 'bad-reason' | 'bad-field-name' | 'bad-field-value' | 'no-room';

/** What the encoder needs of the request and the connection. An outlet has one and reuses it for each reply. */
export interface EncodeContext {
  /** Method of the request. HEAD and CONNECT change what follows the head. */
  method: string;
  /** Version of the request, 10 or 11. The status line always says HTTP/1.1 (RFC 9110, section 6.2). */
  version: Version;
  /** True if the connection may be used again: the client wants it, and the server has no reason against it. */
  keepAlive: boolean;
  /** The current IMF-fixdate, 29 characters (`DateClock.text`). */
  date: string;
  /** Value of the Server field; `''` omits the field. */
  server: string;
}

/** The result of encoding, for the sender. It is reused for the next reply. */
export class Encoded {
  /** How the content behind the head is framed; `none` if no content follows. */
  framing: Framing = 'none';
  /** Bytes of content that follow: 0 if none, -1 if not known before. */
  contentLength = 0;
  /** True if the connection may be used again after this reply. */
  keepAlive = false;
  /** Offset in the buffer of the 29 bytes of the Date value, or -1 (1xx). See `patchDate`. */
  dateOffset = -1;
  error: EncodeError | null = null;
  /** Name of the field with the `error`, as it was given. Escape it before logging. */
  errorField = '';
}

/** The interim reply that asks for the content of a request (RFC 9110, section 15.2.1). */
export const CONTINUE: Uint8Array = latin1('HTTP/1.1 100 Continue\r\n\r\n');

/** Bytes for the parts that are not the reply's: status line, Date, Connection, framing field, blank line. */
const FIXED_ROOM = 160;

/** Returns an upper bound of the head's size in bytes, exact to within 160. `encodeInto` never needs more room. */
export function headBound(reply: Reply, context: EncodeContext): number {
  const { headers } = reply;
  let bytes = FIXED_ROOM + context.server.length + reply.reason.length;
  for (let i = 0; i < headers.count; i++) bytes += headers.nameAt(i).length + headers.valueAt(i).length + 4;
  return bytes;
}

/**
 * Writes the head of `reply` into `into` at `offset` and returns the offset behind it, or -1 with `out.error`.
 *
 * The encoder alone writes the fields that decide where a message ends and whether the connection persists
 * (Content-Length, Transfer-Encoding, Connection, Keep-Alive), and Date and Server. It skips fields of these names in
 * the reply, so a script's own Content-Length can never contradict the framing. A name, value or reason with a
 * character that may not be sent (CR, LF, NUL, other controls, anything beyond Latin-1) fails the whole reply: a
 * repaired value would be a different value.
 */
export function encodeInto(
  into: Uint8Array,
  offset: number,
  reply: Reply,
  context: EncodeContext,
  out: Encoded,
): number {
  decide(reply, context, out);
  if (!isStatus(reply.status)) return failed(out, 'bad-status', '');
  if (into.length - offset < headBound(reply, context)) return failed(out, 'no-room', '');
  let at = writeStatusLine(into, offset, reply);
  if (at < 0) return failed(out, 'bad-reason', '');
  if (reply.status >= 200) {
    at = writeOwnFields(into, at, reply, context, out);
    if (at < 0) return failed(out, 'bad-field-value', 'Server');
  }
  at = writeFields(into, at, reply, out);
  if (at < 0) return -1;
  into[at] = 0x0d;
  into[at + 1] = 0x0a;
  return at + 2;
}

/** Returns the head in a buffer of its own, or null with `out.error`. */
export function encodeHead(reply: Reply, context: EncodeContext, out: Encoded): Uint8Array | null {
  const buffer = allocate(headBound(reply, context));
  const end = encodeInto(buffer, 0, reply, context, out);
  return end < 0 ? null : buffer.subarray(0, end);
}

/**
 * Returns head and content in one buffer of exactly their size, for a cache, or null with `out.error`. `out.dateOffset`
 * is the place for `patchDate`. The body must be `bytes`, `empty` or one that is not sent.
 */
export function encodeWhole(reply: Reply, context: EncodeContext, out: Encoded): Uint8Array | null {
  const head = encodeHead(reply, context, out);
  if (head === null) return null;
  const body = reply.body.kind === 'bytes' && out.framing === 'length' ? reply.body.bytes : null;
  const whole = new Uint8Array(head.length + (body === null ? 0 : out.contentLength));
  whole.set(head, 0);
  if (body !== null && out.contentLength > 0) whole.set(body, head.length);
  return whole;
}

/** Writes another date, 29 characters, at `Encoded.dateOffset`. */
export function patchDate(response: Uint8Array, dateOffset: number, date: string): void {
  writeAscii(response, dateOffset, date);
}

function decide(reply: Reply, context: EncodeContext, out: Encoded): void {
  const { status, body } = reply;
  out.framing = framing(context.method, context.version, status, body);
  out.contentLength = out.framing === 'none' ? 0 : contentLength(status, body);
  // Not out.framing: HEAD gets what GET would get, including the end of the connection.
  const untilClose =
    !neverHasContent(status) && contentFraming(context.version, status, body) === 'until-close';
  out.keepAlive = context.keepAlive && !reply.closes && !untilClose;
  out.dateOffset = -1;
  out.error = null;
  out.errorField = '';
}

/** By status, made on first use. Of all servers of the process: a line depends on nothing but its status. */
const statusLines: string[] = [];

function writeStatusLine(into: Uint8Array, offset: number, reply: Reply): number {
  const { status, reason } = reply;
  if (reason !== '') {
    const at = writeText(into, writeAscii(into, offset, `HTTP/1.1 ${status} `), reason);
    return at < 0 ? -1 : writeAscii(into, at, '\r\n');
  }
  let line = statusLines[status];
  if (line === undefined) {
    line = `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`;
    statusLines[status] = line;
  }
  return writeAscii(into, offset, line);
}

function writeOwnFields(
  into: Uint8Array,
  offset: number,
  reply: Reply,
  context: EncodeContext,
  out: Encoded,
): number {
  let at = offset;
  if (context.server !== '') {
    at = writeText(into, writeAscii(into, at, 'Server: '), context.server);
    if (at < 0) return -1;
    at = writeAscii(into, at, '\r\n');
  }
  at = writeAscii(into, at, 'Date: ');
  out.dateOffset = at;
  at = writeAscii(into, at, context.date);
  at = writeAscii(into, at, '\r\n');
  if (!out.keepAlive) at = writeAscii(into, at, 'Connection: close\r\n');
  else if (context.version === 10) at = writeAscii(into, at, 'Connection: keep-alive\r\n');
  return writeFraming(into, at, reply, context);
}

/** Writes Content-Length or Transfer-Encoding where RFC 9110, section 8.6 and RFC 9112, section 6.1 allow them. */
function writeFraming(into: Uint8Array, offset: number, reply: Reply, context: EncodeContext): number {
  const { status, body } = reply;
  if (status === 204 || (context.method === 'CONNECT' && status < 300)) return offset;
  const length = contentLength(status, body);
  if (status === 304 && (body.kind !== 'unsent' || length < 0)) return offset;
  if (length >= 0) {
    const at = writeDecimal(into, writeAscii(into, offset, 'Content-Length: '), length);
    return writeAscii(into, at, '\r\n');
  }
  return context.version === 11 ? writeAscii(into, offset, 'Transfer-Encoding: chunked\r\n') : offset;
}

function writeFields(into: Uint8Array, offset: number, reply: Reply, out: Encoded): number {
  const { headers } = reply;
  const count = headers.count;
  let at = offset;
  for (let i = 0; i < count; i++) {
    const name = headers.nameAt(i);
    if (isOwned(name)) continue;
    at = writeToken(into, at, name);
    if (at < 0) return failed(out, 'bad-field-name', name);
    into[at] = 0x3a;
    into[at + 1] = 0x20;
    at = writeText(into, at + 2, headers.valueAt(i));
    if (at < 0) return failed(out, 'bad-field-value', name);
    into[at] = 0x0d;
    into[at + 1] = 0x0a;
    at += 2;
  }
  return at;
}

/** Returns true if only the encoder may write the field `name`. */
export function isOwned(name: string): boolean {
  switch (name.length) {
    case 4:
      return sameName(name, 'date');
    case 6:
      return sameName(name, 'server');
    case 10:
      return sameName(name, 'connection') || sameName(name, 'keep-alive');
    case 14:
      return sameName(name, 'content-length');
    case 17:
      return sameName(name, 'transfer-encoding');
    default:
      return false;
  }
}

function failed(out: Encoded, error: EncodeError, field: string): -1 {
  out.error = error;
  out.errorField = field;
  return -1;
}
