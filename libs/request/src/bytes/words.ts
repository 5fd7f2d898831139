/** Bytes of a word. The readers below take four bytes at a time, at any offset. */
export const WORD = 4;

/** The last bytes and their view. All readers may share them: a view depends on its bytes alone, and only reads. */
let seen: Uint8Array = new Uint8Array(0);
let words: DataView = new DataView(seen.buffer);

/**
 * Returns a view of `bytes` that reads four of them at once, at the offsets of `bytes`. It is valid until the next call.
 * Making a view costs as much as half a small head. So the last one is kept: a server receives into the same memory again
 * and again.
 */
export function wordsOf(bytes: Uint8Array): DataView {
  if (bytes !== seen) {
    words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    seen = bytes;
  }
  return words;
}

/** Whether the `count` words from `at` on equal those of `kept` from `first` on. */
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

/** Copies `count` words from `at` on into `kept` from `first` on. */
export function keepWords(from: DataView, at: number, kept: Int32Array, first: number, count: number): void {
  for (let index = 0; index < count; index++) kept[first + index] = from.getInt32(at + index * WORD, true);
}

/** Mixes one more word into `hash`. The multiplier is the 32-bit golden ratio. The shift brings high bits down again. */
export function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1);
  return product ^ (product >>> 15);
}
