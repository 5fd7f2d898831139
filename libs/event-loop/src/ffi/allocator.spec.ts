import { returnFreedMemory } from './allocator.ts';
import { declare } from './libc.ts';

const holds = returnFreedMemory();

// Only glibc learns, and only glibc can be set not to.
(holds ? it : it.skip)('large blocks are mapped apart, whatever was freed before', () => {
  const malloc = declare('uintptr_t malloc(size_t size)');
  const free = declare('void free(uintptr_t block)');
  // Else this would teach it to keep blocks of up to 20 MiB.
  free(malloc(20 << 20));
  // The first may find room in what this process has freed before, up to 64 MiB at the end of the heap. The last does not.
  const blocks = Array.from({ length: 8 }, (): number => malloc((20 << 20) - 65_536));
  // A block of its own begins behind the two words of its head, at the beginning of a page.
  expect((blocks.at(-1) as number) % 4096).toBe(16);
  for (const block of blocks) free(block);
});

it('can be told again', () => {
  expect(returnFreedMemory()).toBe(holds);
});
