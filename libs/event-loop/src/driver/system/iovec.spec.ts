import { Memory } from '../../memory.ts';
import type { Slice } from '../../op.ts';
import { gather, IOVEC_MAX, writeIovec } from './iovec.ts';

const HIGH = 0x100000000;

function slicesOf(...lengths: readonly number[]): Slice[] {
  const memory = Memory.allocate(Math.max(1, ...lengths) + 8);
  return lengths.map((length) => ({ memory, offset: 8, length }));
}

/** What was written, from word 2 on: [bytes behind the slice's memory, length] each. */
function read(words: Uint32Array, vector: readonly Slice[], count: number): number[][] {
  const base = (vector[0] as Slice).memory.address;
  return Array.from({ length: count }, (_, index) => {
    const [low, high, length, rest] = words.subarray(2 + index * 4) as unknown as number[];
    expect(rest).toBe(0);
    return [(high as number) * HIGH + (low as number) - base, length as number];
  });
}

describe('iovecs', () => {
  it('hold addresses and lengths above 32 bits', () => {
    const words = new Uint32Array(4);
    writeIovec(words, 0, 0x7f12_89ab_cdef, 5 * HIGH + 7);
    expect([...words]).toEqual([0x89ab_cdef, 0x7f12, 7, 5]);
  });

  it.each([
    [
      'all of it',
      0,
      [
        [8, 3],
        [8, 5],
      ],
    ],
    [
      'from within the first piece',
      2,
      [
        [10, 1],
        [8, 5],
      ],
    ],
    ['from the end of a piece', 3, [[8, 5]]],
    ['from within the last piece', 7, [[12, 1]]],
    ['nothing', 8, []],
  ])('name what is left of a vector, empty pieces left out: %s', (_name, skip, expected) => {
    const vector = slicesOf(3, 0, 5);
    const words = new Uint32Array(16);
    expect(read(words, vector, gather(words, 2, vector, skip))).toEqual(expected);
  });

  it('are so many and no more', () => {
    const vector = slicesOf(...new Array<number>(IOVEC_MAX + 10).fill(1));
    const words = new Uint32Array(2 + 4 * IOVEC_MAX);
    expect(gather(words, 2, vector, 0)).toBe(IOVEC_MAX);
    expect(gather(words, 2, vector, 20)).toBe(IOVEC_MAX - 10);
  });
});
