import { Memory } from '../memory.ts';
import type { Slice } from '../op.ts';
import type { Ring } from './ring.ts';

/** At most this many pieces leave in one gathered send; the rest follow when it has completed. */
const IOVEC_MAX = 64;
const IOVEC_SIZE = 16;
/** struct msghdr is 56 bytes; its msg_iov lies at 16 and msg_iovlen at 24. */
const MSGHDR_SIZE = 64;
const ROOM = 64 << 10;

/**
 * The struct msghdr and iovecs of gathered sends. The kernel copies them as it takes the submission
 * (IORING_FEAT_SUBMIT_STABLE), so they need to hold only until the next enter: one slab serves everybody, from its start
 * again whenever nothing is prepared.
 */
export class MessageHeaders {
  private readonly ring: Ring;
  private readonly slab = Memory.allocate(ROOM);
  private readonly words: Uint32Array;
  private used = 0;

  constructor(ring: Ring) {
    this.ring = ring;
    this.words = new Uint32Array(this.slab.bytes.buffer, this.slab.bytes.byteOffset, ROOM >> 2);
  }

  /**
   * @param skip bytes of the vector that have left already
   * @returns the address of a struct msghdr for the rest, or 0 where there is no room until the ring takes something
   */
  gather(vector: readonly Slice[], skip: number): number {
    if (this.ring.prepared === 0) this.used = 0;
    const need = MSGHDR_SIZE + IOVEC_SIZE * Math.min(vector.length, IOVEC_MAX);
    if (this.used + need > ROOM) {
      this.ring.enter(0, 0);
      if (this.ring.prepared > 0) return 0;
      this.used = 0;
    }
    const { words } = this;
    const at = this.used;
    this.used += need;
    words.fill(0, at >> 2, (at + MSGHDR_SIZE) >> 2);
    let word = (at + MSGHDR_SIZE) >> 2;
    let count = 0;
    let left = skip;
    for (let index = 0; index < vector.length && count < IOVEC_MAX; index++) {
      const slice = vector[index] as Slice;
      if (left >= slice.length) {
        left -= slice.length;
        continue;
      }
      const address = slice.memory.address + slice.offset + left;
      const length = slice.length - left;
      words[word] = address;
      words[word + 1] = address / 0x100000000;
      words[word + 2] = length;
      words[word + 3] = length / 0x100000000;
      word += IOVEC_SIZE >> 2;
      count++;
      left = 0;
    }
    const iovec = this.slab.address + at + MSGHDR_SIZE;
    words[(at + 16) >> 2] = iovec;
    words[(at + 20) >> 2] = iovec / 0x100000000;
    words[(at + 24) >> 2] = count;
    return this.slab.address + at;
  }
}
