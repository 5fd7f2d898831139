/** Each doubling of the size has this many classes, as a power of two. A fit is at most an eighth too large. */
const STEPS = 3;
/** The smallest block is 2 ** 5 bytes. */
const FIRST = 5;

/** The number of classes: of blocks up to 4 MiB. */
export const CLASSES = (23 - FIRST) << STEPS;

/** Returns the class of a free block. */
export function classOf(size: number): number {
  const power = 31 - Math.clz32(size);
  return ((power - FIRST) << STEPS) + ((size >> (power - STEPS)) & ((1 << STEPS) - 1));
}

/** Returns the first class whose every block has room for `size` bytes. */
export function classFor(size: number): number {
  const power = 31 - Math.clz32(size);
  return classOf(size + (1 << (power - STEPS)) - 1);
}
