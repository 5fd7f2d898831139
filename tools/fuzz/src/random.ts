import { Random as Seeded } from '@webserv/event-loop/testing/random';

/** Chance that is the same on every machine, as the corpus has it. */
export class Random extends Seeded {
  /** A remainder, unlike what it extends: what the corpus was found with, its inputs are replayed with. 0 of 0. */
  override below(bound: number): number {
    return bound <= 0 ? 0 : this.next() % bound;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }
}

/** A seed out of bytes (FNV-1a), so that what is done by chance to an input is done again when it is replayed. */
export function seedOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
