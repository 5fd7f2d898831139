import type { ErrorCode } from './error-code.ts';
import { Flag, FRAME_HEADER, FrameType } from './frame-type.ts';
import { writeUint32 } from './numbers.ts';

/** Bytes up to which a loop copies faster than `set` over a view that is made for it. */
const SHORT = 64;

/* Each function writes one frame at `at` and returns the offset behind it. The caller has room for it. */

/** Writes the header of a frame whose payload of `length` bytes follows (RFC 9113, section 4.1). */
export function writeFrameHeader(
  into: Uint8Array,
  at: number,
  length: number,
  type: number,
  flags: number,
  stream: number,
): number {
  into[at] = length >>> 16;
  into[at + 1] = length >>> 8;
  into[at + 2] = length;
  into[at + 3] = type;
  into[at + 4] = flags;
  return writeUint32(into, at + 5, stream);
}

/** Writes SETTINGS with `settings` as pairs of an identifier and a value. */
export function writeSettings(
  into: Uint8Array,
  at: number,
  settings: readonly (readonly [id: number, value: number])[],
): number {
  let out = writeFrameHeader(into, at, settings.length * 6, FrameType.SETTINGS, 0, 0);
  for (const [id, value] of settings) {
    into[out] = id >>> 8;
    into[out + 1] = id;
    out = writeUint32(into, out + 2, value);
  }
  return out;
}

export function writeSettingsAck(into: Uint8Array, at: number): number {
  return writeFrameHeader(into, at, 0, FrameType.SETTINGS, Flag.ACK, 0);
}

/** Writes PING with the eight bytes of `data` at `from`. */
export function writePing(
  into: Uint8Array,
  at: number,
  ack: boolean,
  data: Uint8Array,
  from: number,
): number {
  const out = writeFrameHeader(into, at, 8, FrameType.PING, ack ? Flag.ACK : 0, 0);
  for (let index = 0; index < 8; index++) into[out + index] = data[from + index];
  return out + 8;
}

/** Writes GOAWAY. `debug` is ASCII. */
export function writeGoAway(
  into: Uint8Array,
  at: number,
  lastStream: number,
  code: ErrorCode,
  debug: string,
): number {
  let out = writeFrameHeader(into, at, 8 + debug.length, FrameType.GOAWAY, 0, 0);
  out = writeUint32(into, out, lastStream);
  out = writeUint32(into, out, code);
  for (let index = 0; index < debug.length; index++) into[out + index] = debug.charCodeAt(index);
  return out + debug.length;
}

export function writeWindowUpdate(into: Uint8Array, at: number, stream: number, increment: number): number {
  return writeUint32(into, writeFrameHeader(into, at, 4, FrameType.WINDOW_UPDATE, 0, stream), increment);
}

export function writeRstStream(into: Uint8Array, at: number, stream: number, code: ErrorCode): number {
  return writeUint32(into, writeFrameHeader(into, at, 4, FrameType.RST_STREAM, 0, stream), code);
}

/** Writes the header of a DATA frame whose `length` bytes follow. */
export function writeDataHeader(
  into: Uint8Array,
  at: number,
  length: number,
  stream: number,
  endStream: boolean,
): number {
  return writeFrameHeader(into, at, length, FrameType.DATA, endStream ? Flag.END_STREAM : 0, stream);
}

/** Returns the bytes that `writeFieldBlock` writes for a block of `size` bytes. */
export function fieldBlockSize(size: number, maxFrame: number): number {
  return size + FRAME_HEADER * Math.max(1, Math.ceil(size / maxFrame));
}

/**
 * Writes the field block `block[start, end)` as HEADERS, and as CONTINUATION what is beyond the peer's `maxFrame` (RFC 9113,
 * sections 6.2 and 6.10).
 */
export function writeFieldBlock(
  into: Uint8Array,
  at: number,
  stream: number,
  block: Uint8Array,
  start: number,
  end: number,
  endStream: boolean,
  maxFrame: number,
): number {
  let type: number = FrameType.HEADERS;
  let flags: number = endStream ? Flag.END_STREAM : 0;
  let from = start;
  let out = at;
  do {
    const stop = Math.min(end, from + maxFrame);
    if (stop === end) flags |= Flag.END_HEADERS;
    out = writeFrameHeader(into, out, stop - from, type, flags, stream);
    out = copy(block, from, stop, into, out);
    from = stop;
    type = FrameType.CONTINUATION;
    flags = 0;
  } while (from < end);
  return out;
}

/** Copies `from[start, end)`. Returns the offset behind the copy. */
function copy(from: Uint8Array, start: number, end: number, into: Uint8Array, at: number): number {
  // A block that was kept is copied as it is. A view of a part costs more than the bytes of a short one.
  if (start === 0 && end === from.length) into.set(from, at);
  else if (end - start > SHORT) into.set(from.subarray(start, end), at);
  else for (let index = start; index < end; index++) into[at + index - start] = from[index];
  return at + end - start;
}
