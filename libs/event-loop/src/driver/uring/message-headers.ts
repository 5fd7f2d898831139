import { Memory } from '../../memory.ts';
import type { Slice } from '../../op.ts';
import { gather, IOVEC_MAX, IOVEC_SIZE } from '../system/iovec.ts';
import type { Ring } from './ring.ts';

/** struct msghdr is 56 bytes; its msg_iov lies at 16 and msg_iovlen at 24. */
const MSGHDR_SIZE = 64;
const ROOM = 64 << 10;

/**
 * The struct msghdr and iovecs of gathered sends. The kernel copies them as it takes the submission
 * (IORING_FEAT_SUBMIT_STABLE), so they must hold only until the next enter: one slab serves all sends, from its start
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
   * @param skip bytes of the vector that were sent already
   * @returns the address of a struct msghdr for the remainder, or 0 if there is no room until the ring takes something
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
    const count = gather(words, (at + MSGHDR_SIZE) >> 2, vector, skip);
    const iovec = this.slab.address + at + MSGHDR_SIZE;
    words[(at + 16) >> 2] = iovec;
    words[(at + 20) >> 2] = iovec / 0x100000000;
    words[(at + 24) >> 2] = count;
    return this.slab.address + at;
  }
}
