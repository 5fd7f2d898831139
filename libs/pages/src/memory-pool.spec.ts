import { Memory } from '@webserv/event-loop';
import { MemoryPool } from './memory-pool.ts';

describe('a pool of memory', () => {
  it.each([
    [1, 4096],
    [4096, 4096],
    [4097, 8192],
    [65_536, 65_536],
    [65_537, 131_072],
  ])('gives a piece for %d bytes that has %d', (size, capacity) => {
    expect([MemoryPool.capacityOf(size), new MemoryPool().take(size).size]).toEqual([capacity, capacity]);
  });

  it('gives a piece again that was given back, and only once', () => {
    const pool = new MemoryPool();
    const first = pool.take(5000);
    expect(pool.take(5000)).not.toBe(first);
    pool.give(first);
    expect(pool.take(9000)).not.toBe(first);
    expect(pool.take(8000)).toBe(first);
    expect(pool.take(8000)).not.toBe(first);
  });

  it('leaves memory of another size alone', () => {
    const pool = new MemoryPool();
    const other = Memory.allocate(5000);
    pool.give(other);
    expect(pool.take(5000)).not.toBe(other);
  });

  it('keeps a megabyte at most', () => {
    const pool = new MemoryPool();
    const pieces = Array.from({ length: 20 }, () => pool.take(64 << 10));
    for (const piece of pieces) pool.give(piece);
    const again = Array.from({ length: 20 }, () => pool.take(64 << 10));
    expect(again.filter((piece) => pieces.includes(piece))).toHaveLength(16);
  });
});
