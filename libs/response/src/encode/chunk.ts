import { sameName, writeAscii, writeText, writeToken } from '../fields/field.ts';
import type { HeaderList } from '../fields/header-list.ts';
import { isOwned } from './encode.ts';

/** Room to leave in front of a piece for its chunk head: 14 hexadecimal digits (2^53) and CRLF. */
export const CHUNK_HEAD_ROOM = 16;
/** Room to leave behind a piece. */
export const CHUNK_TAIL_ROOM = 2;

/** The line end behind the data of every chunk. */
export const CHUNK_TAIL: Uint8Array = Buffer.from('\r\n', 'latin1');
/** The end of a chunked body without trailers. */
export const LAST_CHUNK: Uint8Array = Buffer.from('0\r\n\r\n', 'latin1');

const HEX = Buffer.from('0123456789abcdef', 'latin1');

/**
 * Writes the head of a chunk of `size` bytes so that it ends just before `end`, and returns where it begins.
 * `size` is at least 1: a chunk of size 0 ends the body (RFC 9112 section 7.1).
 */
export function writeChunkHeadBefore(into: Uint8Array, end: number, size: number): number {
  let at = end - 2;
  into[at] = 0x0d;
  into[at + 1] = 0x0a;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 16)) {
    at--;
    into[at] = HEX[rest % 16]!;
  }
  return at;
}

/**
 * Makes a chunk in place of the data in `into` from `start` to `end` (not empty): the head goes into the
 * CHUNK_HEAD_ROOM before it, the line end behind it. Returns where the chunk begins; it ends at
 * `end + CHUNK_TAIL_ROOM`, so that it leaves in one write and nothing is copied.
 */
export function frameChunk(into: Uint8Array, start: number, end: number): number {
  into[end] = 0x0d;
  into[end + 1] = 0x0a;
  return writeChunkHeadBefore(into, start, end - start);
}

/** The head of a chunk of `size` bytes (at least 1), for data that lies elsewhere. */
export function chunkHead(size: number): Uint8Array {
  const buffer = Buffer.allocUnsafe(CHUNK_HEAD_ROOM);
  return buffer.subarray(writeChunkHeadBefore(buffer, CHUNK_HEAD_ROOM, size));
}

/**
 * The last chunk with trailer fields, or null if one of them may not be sent as it is. Fields that frame,
 * route or describe the message are left out: a receiver must not learn them from a trailer (RFC 9110
 * section 6.5.1).
 */
export function lastChunk(trailers: HeaderList | null): Uint8Array | null {
  if (trailers === null || trailers.count === 0) return LAST_CHUNK;
  let room = 5;
  for (let i = 0; i < trailers.count; i++) room += trailers.nameAt(i).length + trailers.valueAt(i).length + 4;
  const buffer = Buffer.allocUnsafe(room);
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
