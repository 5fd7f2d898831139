import { Random as Seeded } from '@webserv/event-loop/testing/random';

/** Chance that is the same on every machine. */
export class Random extends Seeded {
  /** Takes a remainder, unlike its base class: a replay needs the chance that found the corpus. 0 for 0. */
  override below(bound: number): number {
    return bound <= 0 ? 0 : this.next() % bound;
  }

  /** True once in `times` calls, on average. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }
}

/** Makes a seed from bytes (FNV-1a), so that a replay repeats what chance did to an input. */
export function seedOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
