import { allocate, latin1, sameName, writeAscii, writeText, writeToken } from '../fields/field.ts';
import type { HeaderList } from '../fields/header-list.ts';
import { isOwned } from './encode.ts';

/** The line end behind the data of every chunk. */
export const CHUNK_TAIL: Uint8Array = latin1('\r\n');
/** The end of a chunked body without trailers. */
const LAST_CHUNK: Uint8Array = latin1('0\r\n\r\n');

/** 14 hexadecimal digits (2^53) and CRLF. */
const HEAD_ROOM = 16;
const HEX = latin1('0123456789abcdef');

/** Returns the head of a chunk of `size` bytes, at least 1: a chunk of size 0 ends the body (RFC 9112, section 7.1). */
export function chunkHead(size: number): Uint8Array {
  const head = allocate(HEAD_ROOM);
  let at = HEAD_ROOM - 2;
  head[at] = 0x0d;
  head[at + 1] = 0x0a;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 16)) {
    at--;
    head[at] = HEX[rest % 16]!;
  }
  return head.subarray(at);
}

/**
 * Returns the last chunk with trailer fields, or null if one of them may not be sent as it is. It leaves out fields
 * that frame, route or describe the message: a receiver must not take them from a trailer (RFC 9110, section 6.5.1).
 */
export function lastChunk(trailers: HeaderList | null): Uint8Array | null {
  if (trailers === null || trailers.count === 0) return LAST_CHUNK;
  let room = 5;
  for (let i = 0; i < trailers.count; i++) room += trailers.nameAt(i).length + trailers.valueAt(i).length + 4;
  const buffer = allocate(room);
  let at = writeAscii(buffer, 0, '0\r\n');
  for (let i = 0; i < trailers.count; i++) {
    const name = trailers.nameAt(i);
    if (isForbiddenTrailer(name)) continue;
    at = writeToken(buffer, at, name);
    if (at < 0) return null;
    at = writeText(buffer, writeAscii(buffer, at, ': '), trailers.valueAt(i));
    if (at < 0) return null;
    at = writeAscii(buffer, at, '\r\n');
  }
  at = writeAscii(buffer, at, '\r\n');
  return buffer.subarray(0, at);
}

const FORBIDDEN_TRAILERS = [
  'age',
  'authorization',
  'cache-control',
  'content-encoding',
  'content-range',
  'content-type',
  'expires',
  'host',
  'location',
  'proxy-authenticate',
  'retry-after',
  'set-cookie',
  'te',
  'trailer',
  'upgrade',
  'vary',
  'warning',
  'www-authenticate',
];

function isForbiddenTrailer(name: string): boolean {
  return isOwned(name) || FORBIDDEN_TRAILERS.some((forbidden) => sameName(name, forbidden));
}
