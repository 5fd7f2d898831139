import fc from 'fast-check';
import { Arena, type Block } from './arena.ts';
import { SLAB } from './slab.ts';

const LIMIT = 64 << 20;

function arenaOf(limit = LIMIT): Arena {
  const arena = new Arena();
  arena.limit = limit;
  return arena;
}

function taken(arena: Arena, size: number): Block {
  const block = arena.take(size);
  if (block === null) throw new Error('no room');
  return block;
}

describe('an arena', () => {
  it('gives blocks that never overlap, whatever comes and goes, and joins what is free', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 3000 }) },
      { weight: 1, arbitrary: fc.integer({ min: 3000, max: 1_500_000 }) },
      { weight: 3, arbitrary: fc.integer({ min: -1000, max: -1 }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const arena = arenaOf();
        const live: { block: Block; size: number; mark: number }[] = [];
        const check = ({ block, size, mark }: (typeof live)[number]): void => {
          const { bytes } = block.memory;
          for (const at of [0, size >> 1, size - 1])
            if (bytes[block.at + at] !== mark) throw new Error('overwritten');
        };
        steps.forEach((size, index) => {
          if (size > 0) {
            const block = arena.take(size);
            if (block === null) return;
            block.memory.bytes.fill(index & 255, block.at, block.at + size);
            live.push({ block, size, mark: index & 255 });
          } else if (live.length > 0) {
            const [one] = live.splice(-size % live.length, 1);
            check(one!);
            arena.give(one!.block);
          }
        });
        for (const one of live) {
          check(one);
          arena.give(one.block);
        }
        if (arena.blocks !== 0 || arena.bytes > SLAB) throw new Error('not given back');
      }),
    );
  });

  it('reuses what was given back, and gives empty slabs back but one', () => {
    const arena = arenaOf();
    const first = taken(arena, 5000);
    arena.give(first);
    expect(taken(arena, 5000)).toEqual(first);
    arena.give(first);
    const many = Array.from({ length: 3000 }, () => taken(arena, 5000));
    expect(arena.bytes).toBe(4 * SLAB);
    for (const block of many) arena.give(block);
    expect([arena.bytes, arena.blocks]).toEqual([SLAB, 0]);
  });

  it('stays within its limit and one slab, bookkeeping included', () => {
    const arena = arenaOf(2 * SLAB);
    let blocks = 0;
    while (arena.take(100) !== null) blocks++;
    expect(arena.bytes).toBe(SLAB);
    expect(blocks * 128).toBeGreaterThan(0.98 * SLAB);
    expect(arenaOf(0).take(2 * SLAB)).toBeNull();
  });

  it('a large block is memory of its own', () => {
    const arena = arenaOf();
    const block = taken(arena, 2 * SLAB);
    expect([block.at, block.memory.size, arena.bytes]).toEqual([0, 2 * SLAB, 2 * SLAB]);
    arena.give(block);
    expect(arena.bytes).toBe(0);
  });

  it('wastes little when pages of mixed sizes come and go', () => {
    const arena = arenaOf(8 * SLAB);
    let state = 1;
    const random = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    const live: { block: Block; size: number }[] = [];
    let bytes = 0;
    let least = 1;
    for (let turn = 0; turn < 60_000; turn++) {
      const size = 2048 + Math.floor(random() * 6144);
      let block = arena.take(size);
      while (block === null) {
        const at = Math.floor(random() * live.length);
        const gone = live[at]!;
        live[at] = live[live.length - 1]!;
        live.pop();
        bytes -= gone.size;
        arena.give(gone.block);
        block = arena.take(size);
      }
      live.push({ block, size });
      bytes += size;
      if (turn > 20_000) least = Math.min(least, bytes / arena.bytes);
    }
    expect(least).toBeGreaterThan(0.85);
  });
});
