import type { Slice } from '../../op.ts';

/** At most this many pieces are in one gathered send; the others follow when it has completed. */
export const IOVEC_MAX = 64;
/** Bytes of one struct iovec. */
export const IOVEC_SIZE = 16;

/**
 * Writes one struct iovec. @param word where it begins, in 32-bit words; the array keeps the low word of what it gets
 */
export function writeIovec(words: Uint32Array, word: number, address: number, length: number): void {
  words[word] = address;
  words[word + 1] = address / 0x100000000;
  words[word + 2] = length;
  words[word + 3] = length / 0x100000000;
}

/**
 * Writes the iovecs of the remainder of a vector.
 * @param skip bytes of it that were sent already
 * @returns how many, at most `IOVEC_MAX`
 */
export function gather(words: Uint32Array, word: number, vector: readonly Slice[], skip: number): number {
  let count = 0;
  let toSkip = skip;
  for (let index = 0; index < vector.length && count < IOVEC_MAX; index++) {
    const slice = vector[index];
    if (toSkip >= slice.length) {
      toSkip -= slice.length;
      continue;
    }
    const address = slice.memory.address + slice.offset + toSkip;
    writeIovec(words, word + (count++ * IOVEC_SIZE) / 4, address, slice.length - toSkip);
    toSkip = 0;
  }
  return count;
}
