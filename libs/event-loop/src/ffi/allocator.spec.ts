import { returnFreedMemory } from './allocator.ts';
import { declare } from './libc.ts';

const holds = returnFreedMemory();

// Only glibc learns, and only glibc can be set not to.
(holds ? it : it.skip)('large blocks are mapped apart, whatever was freed before', () => {
  const malloc = declare('uintptr_t malloc(size_t size)');
  const free = declare('void free(uintptr_t block)');
  // Else this would teach it to keep blocks of up to 20 MiB.
  free(malloc(20 << 20));
  // Nearly as large: a smaller one could find room among what this process has freed before.
  const block = malloc((20 << 20) - 65_536);
  // A block of its own begins behind the two words of its head, at the beginning of a page.
  expect(block % 4096).toBe(16);
  free(block);
});

it('can be told again', () => {
  expect(returnFreedMemory()).toBe(holds);
});
