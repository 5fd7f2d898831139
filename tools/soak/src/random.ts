/** A seeded generator (mulberry32): which request comes next is the same in every run with the same seed. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** From 0 to 1, without 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** Bytes that nobody could guess and the same seed makes again. */
  bytes(size: number): Buffer {
    const out = Buffer.allocUnsafe(size);
    for (let at = 0; at < size; at += 4) {
      const word = Math.floor(this.next() * 2 ** 32);
      for (let i = at; i < Math.min(at + 4, size); i++) out[i] = (word >>> ((i - at) * 8)) & 0xff;
    }
    return out;
  }
}
