/** `bytes[start, end)` as text. */
type Slicer = (bytes: Uint8Array, start: number, end: number) => string;

/** Methods of Node's Buffer that its types do not show. They work on any Uint8Array. */
interface Slicing {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  utf8Slice(this: Uint8Array, start: number, end: number): string;
}

/** Arguments of one call: engines put them on the stack. */
const PIECE = 8_192;

// ignoreBOM: a byte order mark is a part of a name like any other character.
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
 * Buffer.toString looks its encoding up and checks its bounds at every call, which costs as much as the copy of a small
 * head. Node's own HTTP and stream code calls these two methods of Buffer instead. Where they are missing, as in a
 * browser, the portable functions do the same.
 */
const { Buffer: node } = globalThis as { Buffer?: { prototype: Partial<Slicing> } };
const { latin1Slice, utf8Slice } = node?.prototype ?? {};

/** One character for each byte. */
export const latin1: Slicer =
  latin1Slice === undefined ? portableLatin1 : (bytes, start, end) => latin1Slice.call(bytes, start, end);

/** UTF-8. A byte that is part of none becomes U+FFFD. */
export const utf8: Slicer =
  utf8Slice === undefined ? portableUtf8 : (bytes, start, end) => utf8Slice.call(bytes, start, end);
