/** Bytes of a word, as the readers below take them: four at a time, wherever they lie. */
export const WORD = 4;

let seen: Uint8Array = new Uint8Array(0);
let words: DataView = new DataView(seen.buffer);

/**
 * A view of `bytes` that gives four of them at once, in the offsets of `bytes`; valid until the next call. A view costs
 * as much as half a small head, so the last one is kept: a server receives into the same memory again and again.
 */
export function wordsOf(bytes: Uint8Array): DataView {
  if (bytes !== seen) {
    words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    seen = bytes;
  }
  return words;
}

/** True where the words from `at` on are those of `kept` from `first` on; `count` words. */
export function sameWords(
  from: DataView,
  at: number,
  kept: Int32Array,
  first: number,
  count: number,
): boolean {
  let pos = at;
  const last = first + count;
  for (let index = first; index < last; index++) {
    if (from.getInt32(pos, true) !== kept[index]) return false;
    pos += WORD;
  }
  return true;
}

/** Copies `count` words from `at` on to `kept` from `first` on. */
export function keepWords(from: DataView, at: number, kept: Int32Array, first: number, count: number): void {
  for (let index = 0; index < count; index++) kept[first + index] = from.getInt32(at + index * WORD, true);
}

/** `hash` with one more word in it. The multiplier is the 32-bit golden ratio; the shift brings high bits down again. */
export function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1);
  return product ^ (product >>> 15);
}
