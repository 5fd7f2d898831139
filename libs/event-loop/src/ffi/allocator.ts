import { setFlagsFromString } from 'node:v8';
import { optional } from './libc.ts';

/** malloc.h of glibc. */
const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;
/** Both begin with it, and leave it as soon as a larger block is freed. */
const THRESHOLD = 128 << 10;

/** mallopt(3): only glibc has it. */
const mallopt = optional('int mallopt(int name, int value)');

/**
 * Flags of V8 that take effect while it runs. By default the two halves of the young generation grow to 16 MiB each as
 * soon as objects stay, and the old one to several times of what lives in it: with a full cache of 64 MiB both together
 * took 60 MiB more than the objects. Now a half stays at 1 MiB, and the old generation is collected when it has grown by
 * 30 %. Other runtimes ignore what they do not know.
 */
const V8_FLAGS = ['--semi-space-growth-factor=1', '--heap-growing-percent=30'];

/**
 * Lets freed memory go back to the system, that of V8 and that of the C library: blocks of 128 KiB and more at once, smaller ones when as much lies free at
 * the end of the heap. By default glibc learns from each large block that is freed to keep more, up to 32 MiB and twice
 * that. Under mixed load the memory of a server that held the same all the while grew for ten minutes, to 140 MiB. With
 * this setting it is at 120 from the second minute on (tools/soak).
 * @returns false if the C library has no such choice (musl, macOS, the BSDs)
 */
export function returnFreedMemory(): boolean {
  for (const flag of V8_FLAGS) setFlagsFromString(flag);
  if (mallopt === null) return false;
  return mallopt(M_MMAP_THRESHOLD, THRESHOLD) === 1 && mallopt(M_TRIM_THRESHOLD, THRESHOLD) === 1;
}
