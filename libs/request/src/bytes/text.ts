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
export const utf8: Slicer =
  utf8Slice === undefined ? portableUtf8 : (bytes, start, end) => utf8Slice.call(bytes, start, end);
