import { DOT, HEX, PATH, PERCENT, QUESTION, SLASH } from '../bytes/chars.ts';
import { latin1, textOfBytes } from '../bytes/octets.ts';
import type { Scanner } from '../bytes/scan.ts';
import { ErrorKind, type Fault } from '../request-error.ts';

const SCRATCH = 4_096;

/** Decoded bytes of a path. All callers may share it: one call fills and reads it. */
const scratch = new Uint8Array(SCRATCH);

/** Returns the index of the `?` in `bytes[start, end)`, or `end`. */
export function pathEnd(bytes: Uint8Array, start: number, end: number): number {
  let pos = start;
  while (pos < end && bytes[pos] !== QUESTION) pos++;
  return pos;
}

/**
 * Returns where a path that decodes to itself ends: at its `?` or at `end`. Such a path has no percent sign, no empty
 * segment, and no segment that begins with a dot. Returns -1 for every other path. `decodePath` finds the malformed ones.
 */
export const plainPathEnd: Scanner = makePlainPathEnd();

/**
 * A function with the table as a constant, as in scan.ts. The bits of an entry mean: ends the search (4), is a slash (2),
 * must not follow a slash (1).
 */
function makePlainPathEnd(): Scanner {
  const table = PATH.map((allowed) => (allowed === 0 ? 4 : 0));
  table[PERCENT] = 4;
  table[SLASH] = 3;
  table[DOT] = 1;
  return function plainPathEnd(bytes, start, end) {
    if (bytes[start] !== SLASH) return -1;
    let previous = 0;
    for (let pos = start; pos < end; pos++) {
      const kind = table[bytes[pos]];
      if (((kind & 4) | ((previous >> 1) & kind)) !== 0) return bytes[pos] === QUESTION ? pos : -1;
      previous = kind;
    }
    return end;
  };
}

/**
 * Returns the path in `bytes[start, end)` as the server understands it, or `''` if it is refused. The path is
 * percent-decoded once, checked for NUL, empty segments are merged, and dot segments are resolved. This order makes an
 * encoded dot or slash count as one. The result begins with `/` and has no `..` segment, no `//` and no NUL. Bytes that
 * are not UTF-8 are part of a name like all others (octets.ts). A reader of bytes takes none of them for a slash or dot.
 *
 * Other encoded control characters stay, because a file whose name has one must have a URL too. Code that writes the
 * path into a field, a log or an environment encodes or refuses them there.
 */
export function decodePath(bytes: Uint8Array, start: number, end: number, fault: Fault): string {
  const out = end - start > SCRATCH ? new Uint8Array(end - start) : scratch;
  const length = decode(bytes, start, end, out, fault);
  if (length < 0) return '';
  const resolved = shape.resolved ? length : resolveDots(out, length);
  if (resolved < 0) {
    fault.note(ErrorKind.PATH_ABOVE_ROOT, start);
    return '';
  }
  return shape.ascii ? latin1(out, 0, resolved) : textOfBytes(out, 0, resolved);
}

/** What `decode` noticed on its way. All callers may share it: one call of `decodePath` fills and reads it. */
const shape = { ascii: true, resolved: true };

/** Percent-decodes into `out`. Returns the number of bytes, or -1. */
function decode(bytes: Uint8Array, start: number, end: number, out: Uint8Array, fault: Fault): number {
  let length = 0;
  let all = 0;
  let previous = 0;
  // True as long as no segment is empty or begins with a dot.
  let resolved = bytes[start] === SLASH;
  let pos = start;
  while (pos < end) {
    let c = bytes[pos];
    if (c === PERCENT) {
      const high = pos + 2 < end ? HEX[bytes[pos + 1]] : 255;
      const low = pos + 2 < end ? HEX[bytes[pos + 2]] : 255;
      if (high === 255 || low === 255) return refuse(fault, ErrorKind.BAD_PERCENT, pos);
      c = high * 16 + low;
      if (c === 0) return refuse(fault, ErrorKind.BAD_PATH_BYTE, pos);
      pos += 3;
    } else {
      if (PATH[c] === 0) return refuse(fault, ErrorKind.BAD_TARGET, pos);
      pos++;
    }
    out[length++] = c;
    all |= c;
    if (previous === SLASH && (c === SLASH || c === DOT)) resolved = false;
    previous = c;
  }
  shape.ascii = all < 0x80;
  shape.resolved = resolved;
  return length;
}

function refuse(fault: Fault, kind: ErrorKind, at: number): number {
  fault.note(kind, at);
  return -1;
}

/** Resolves `.` and `..` and merges slashes, in place (RFC 3986 section 5.2.4). Returns the new length, or -1. */
function resolveDots(path: Uint8Array, length: number): number {
  let written = 0;
  let pos = 0;
  let folder = true;
  while (pos < length) {
    while (pos < length && path[pos] === SLASH) pos++;
    const first = pos;
    while (pos < length && path[pos] !== SLASH) pos++;
    const size = pos - first;
    folder = true;
    if (size === 0 || (size === 1 && path[first] === DOT)) continue;
    if (size === 2 && path[first] === DOT && path[first + 1] === DOT) {
      if (written === 0) return -1;
      do written--;
      while (path[written] !== SLASH);
      continue;
    }
    folder = false;
    path[written++] = SLASH;
    // Until something is removed, every segment is already in its place.
    if (written !== first) path.copyWithin(written, first, pos);
    written += size;
  }
  if (folder) path[written++] = SLASH;
  return written;
}
