import { type Op, OpKind } from '../../op.ts';
import type { Random } from '../../random.ts';
import type { Udata } from '../../udata.ts';
import { Interest } from '../driver.ts';
import type { FakeThing, FakeWatch } from './things.ts';

/** A reader of poisoned memory sees this. */
const POISON = 0xdb;
/** The kernel gives everything back in fewer rounds than this. */
const ROUNDS = 4;

/** The fields of a write as they were when its owner closed: the owner may use its op for something else. */
export type FakeWrite = Pick<
  Op,
  'kind' | 'file' | 'memory' | 'offset' | 'length' | 'position' | 'vector' | 'done'
>;

/** A closed udata of which a kernel, or a thread, still holds something. */
interface FakeJoin {
  readonly udata: Udata;
  readonly fd: number;
  readonly thing: FakeThing | null;
  /** The read takes what comes into its owner's memory. */
  readonly read: Pick<Op, 'memory' | 'offset' | 'length'> | null;
  readonly write: FakeWrite | null;
  rounds: number;
}

/**
 * Closed udatas that "the kernel" still holds. Their descriptors stay open, memory that was being read into is written
 * to, and memory that was being written from is read. An owner that uses it for something else before `dispose` sends
 * those bytes to the peer or into the file.
 */
export class FakeJoins {
  private readonly random: Random;
  private readonly write: (write: FakeWrite, thing: FakeThing) => void;
  private list: FakeJoin[] = [];

  /** @param write moves the remainder of a write, or a part of it */
  constructor(random: Random, write: (write: FakeWrite, thing: FakeThing) => void) {
    this.random = random;
    this.write = write;
  }

  get count(): number {
    return this.list.length;
  }

  /** @returns false if nothing of this udata, which is being closed, is held */
  add(watch: FakeWatch, udata: Udata, fd: number): boolean {
    const { reading, writing, thing, interest } = watch;
    const read =
      reading !== null && (interest === Interest.FILE || reading.memory !== null) ? copyOf(reading) : null;
    // A SENDFILE refers to no memory.
    const write = writing !== null && writing.kind !== OpKind.SENDFILE ? copyOf(writing) : null;
    if (read === null && write === null) return false;
    this.list.push({ udata, fd, thing, read, write, rounds: this.random.below(ROUNDS) });
    return true;
  }

  /** A round has passed: `release` gets what was held long enough. */
  advance(release: (udata: Udata, fd: number) => void): void {
    if (this.list.length === 0) return;
    const joins = this.list;
    this.list = [];
    for (const join of joins) {
      if (join.rounds-- > 0) this.list.push(join);
      else {
        const { read, write, thing } = join;
        read?.memory?.bytes.fill(POISON, read.offset, read.offset + read.length);
        if (write !== null && thing !== null && this.random.chance(0.5)) this.write(write, thing);
        release(join.udata, join.fd);
      }
    }
  }
}

function copyOf({ kind, file, memory, offset, length, position, vector, done }: Op): FakeWrite {
  // A kernel was given addresses: what becomes of the pieces themselves does not matter to it.
  const pieces = vector === null ? null : vector.map((slice) => ({ ...slice }));
  return { kind, file, memory, offset, length, position, vector: pieces, done };
}
