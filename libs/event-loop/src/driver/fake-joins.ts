import type { Memory } from '../memory.ts';
import type { Udata } from '../udata.ts';

/** What a reader of poisoned memory sees. */
const POISON = 0xdb;

interface FakeJoin {
  readonly udata: Udata;
  readonly fd: number;
  readonly memory: Memory | null;
  readonly offset: number;
  readonly length: number;
  rounds: number;
}

/** Closed udatas that "a thread" still holds: their descriptors stay open, and their memory is written to. */
export class FakeJoins {
  private list: FakeJoin[] = [];

  get count(): number {
    return this.list.length;
  }

  add(join: FakeJoin): void {
    this.list.push(join);
  }

  /** A round has passed: those who held out long enough come back, and are given to `release`. */
  advance(release: (udata: Udata, fd: number) => void): void {
    if (this.list.length === 0) return;
    const joins = this.list;
    this.list = [];
    for (const join of joins) {
      if (join.rounds-- > 0) this.list.push(join);
      else {
        join.memory?.bytes.fill(POISON, join.offset, join.offset + join.length);
        release(join.udata, join.fd);
      }
    }
  }
}
