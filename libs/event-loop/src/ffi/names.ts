/*
 * The names of files as text: the UTF-8 that they hold, and each byte that is part of none as the lone surrogate
 * U+DC00 + byte. What comes from the kernel goes back to it as the bytes that it was, and two names are never one text.
 */

const RAW = 0xdc00;
const ANY_RAW = /[\udc80-\udcff]/u;
const EACH = /([\udc80-\udcff])|[^\udc80-\udcff]+/gu;
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Writes a name into `bytes` from `at` on. It takes three bytes at most for each unit of the text.
 * @returns how many bytes it took
 */
export function writeName(bytes: Buffer, name: string, at: number): number {
  if (!ANY_RAW.test(name)) return bytes.write(name, at);
  let end = at;
  for (const [part, raw] of name.matchAll(EACH)) {
    if (raw === undefined) end += bytes.write(part, end);
    else bytes[end++] = raw.charCodeAt(0) - RAW;
  }
  return end - at;
}

/** The bytes of a name. */
export function bytesOfName(name: string): Buffer {
  const bytes = Buffer.allocUnsafe(nameLength(name));
  writeName(bytes, name, 0);
  return bytes;
}

/** How many bytes a name takes. */
export function nameLength(name: string): number {
  if (!ANY_RAW.test(name)) return Buffer.byteLength(name);
  let length = 0;
  for (const [part, raw] of name.matchAll(EACH)) length += raw === undefined ? Buffer.byteLength(part) : 1;
  return length;
}

/** The text of the name in `bytes[start, end)`. */
export function readName(bytes: Buffer, start: number, end: number): string {
  const name = bytes.toString('utf8', start, end);
  // The decoder has replaced what it could not read. Few names hold such a character of their own.
  return name.includes('\ufffd') ? readSlowly(bytes.subarray(start, end)) : name;
}

/** Reads byte by byte: the longest valid sequence at each place, which has four bytes at most. */
function readSlowly(bytes: Buffer): string {
  let name = '';
  for (let at = 0; at < bytes.length; ) {
    const [character, length] = characterAt(bytes, at);
    name += character;
    at += length;
  }
  return name;
}

function characterAt(bytes: Buffer, at: number): [character: string, length: number] {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    try {
      return [strict.decode(bytes.subarray(at, at + length)), length];
    } catch {
      // It is not a character, or only the beginning of one.
    }
  }
  return [String.fromCharCode(RAW + bytes[at]), 1];
}
