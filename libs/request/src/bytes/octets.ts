/** Returns `bytes[start, end)` as text. */
type Slicer = (bytes: Uint8Array, start: number, end: number) => string;

/** Methods of Node's Buffer that are missing in its types. They work on any Uint8Array. */
interface Slicing {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  utf8Slice(this: Uint8Array, start: number, end: number): string;
}

/** Arguments of one call, at most. Engines put them on the stack. */
const PIECE = 8_192;

// All calls share it: without `stream` it keeps nothing between them. ignoreBOM: a byte order mark is part of a name.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** As `latin1`, without Node. */
const portableLatin1: Slicer = (bytes, start, end) => {
  let text = '';
  for (let pos = start; pos < end; pos += PIECE) {
    text += String.fromCharCode(...bytes.subarray(pos, Math.min(pos + PIECE, end)));
  }
  return text;
};

/** As `utf8`, without Node. */
const portableUtf8: Slicer = (bytes, start, end) => decoder.decode(bytes.subarray(start, end));

/*
 * Buffer.toString looks up its encoding and checks its bounds at every call. This costs as much as the copy of a small
 * head. So this library calls the two methods of Buffer that Node's own HTTP and stream code calls. If they are missing,
 * as in a browser, the portable functions do the same.
 */
const { Buffer: node } = globalThis as { Buffer?: { prototype: Partial<Slicing> } };
const { latin1Slice, utf8Slice } = node?.prototype ?? {};

/** Reads one character from each byte. */
export const latin1: Slicer =
  latin1Slice === undefined ? portableLatin1 : (bytes, start, end) => latin1Slice.call(bytes, start, end);

/** Reads UTF-8. A byte that is part of no character becomes U+FFFD. */
const utf8: Slicer =
  utf8Slice === undefined ? portableUtf8 : (bytes, start, end) => utf8Slice.call(bytes, start, end);

/*
 * The name of a file is bytes, and in most cases UTF-8. Its text is what the UTF-8 says. Each byte that is not UTF-8
 * becomes the lone surrogate U+DC00 + byte, which no UTF-8 contains. So two names never become the same text, and
 * `bytesOfText` restores the bytes. Python's file systems do the same (PEP 383).
 */

/** All calls share it: it keeps nothing between them. */
const encoder = new TextEncoder();

const RAW = 0xdc00;
/** `matchAll` copies it and `replace` resets it. So its `lastIndex` carries nothing from one call to another. */
const EACH_RAW = /[\udc80-\udcff]/gu;
const ANY_RAW = /[\udc80-\udcff]/u;

/** Whether a text contains bytes that are not UTF-8. */
export function holdsRawBytes(text: string): boolean {
  return ANY_RAW.test(text);
}

/** Returns the text of the bytes `[start, end)`. */
export function textOfBytes(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const whole = utf8(bytes, start, end);
  // The decoder replaces what it cannot read with U+FFFD. Few names have this character of their own.
  if (!whole.includes('\ufffd')) return whole;
  let text = '';
  let from = start;
  for (let pos = start; pos < end; ) {
    const length = sequenceAt(bytes, pos, end);
    if (length > 0) {
      pos += length;
      continue;
    }
    text += utf8(bytes, from, pos) + String.fromCharCode(RAW + bytes[pos]);
    pos++;
    from = pos;
  }
  return text + utf8(bytes, from, end);
}

/** Returns the bytes of a text. */
export function bytesOfText(text: string): Uint8Array {
  const bytes = encoder.encode(text);
  if (!holdsRawBytes(text)) return bytes;
  // The encoder wrote each raw byte as the three bytes of U+FFFD. So what follows it moves to the left.
  let length = 0;
  let from = 0;
  for (const { index } of text.matchAll(EACH_RAW)) {
    length += encoder.encodeInto(text.slice(from, index), bytes.subarray(length)).written;
    bytes[length++] = text.charCodeAt(index) - RAW;
    from = index + 1;
  }
  length += encoder.encodeInto(text.slice(from), bytes.subarray(length)).written;
  return bytes.slice(0, length);
}

/** Returns the same text in memory of its own. The given text may be a slice that keeps a longer one alive. */
export function copyOfText(text: string): string {
  return textOfBytes(bytesOfText(text));
}

/**
 * Returns the text with each byte that is not UTF-8 replaced.
 * @param write gets the byte and returns what to write for it
 */
export function replaceRawBytes(text: string, write: (byte: number) => string): string {
  return text.replace(EACH_RAW, (raw) => write(raw.charCodeAt(0) - RAW));
}

/**
 * Returns the bytes of the UTF-8 sequence at `pos`, or 0 if there is none. RFC 3629 section 4 forbids overlong forms,
 * surrogates, values above U+10FFFF and sequences that are cut short.
 */
function sequenceAt(bytes: Uint8Array, pos: number, end: number): number {
  const c = bytes[pos];
  if (c < 0x80) return 1;
  if (c < 0xc2 || c > 0xf4) return 0;
  const length = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
  if (pos + length > end) return 0;
  const second = bytes[pos + 1];
  const least = c === 0xe0 ? 0xa0 : c === 0xf0 ? 0x90 : 0x80;
  const most = c === 0xed ? 0x9f : c === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let index = 2; index < length; index++) {
    const next = bytes[pos + index];
    if (next < 0x80 || next > 0xbf) return 0;
  }
  return length;
}
