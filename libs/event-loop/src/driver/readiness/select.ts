import { EINTR, ERRNO } from '../../ffi/errno.ts';
import { FD_SETSIZE } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import { waitInThread } from '../../ffi/threads.ts';
import { Memory } from '../../memory.ts';
import { Interest } from '../driver.ts';
import { LevelPoller } from './level-poller.ts';

/** Three fd_sets of 128 bytes, then a struct timeval of 16. */
const SET_SIZE = FD_SETSIZE / 8;
const WRITE_SET = SET_SIZE;
const ERROR_SET = 2 * SET_SIZE;
const TIMEVAL = 3 * SET_SIZE;
const SIZE = TIMEVAL + 16;

/** select(2): the oldest multiplexer, available everywhere; it takes descriptors 0 to 1023 only. */
export class SelectPoller extends LevelPoller {
  readonly name = 'select';
  private readonly sets = Memory.allocate(SIZE);

  static open(): SelectPoller {
    return new SelectPoller();
  }

  override add(fd: number, interest: Interest, slot: number, generation: number): number {
    // FD_SET beyond the set would write into foreign memory. For the caller it is a full table (EMFILE).
    if (fd >= FD_SETSIZE) return -ERRNO.EMFILE;
    return super.add(fd, interest, slot, generation);
  }

  wait(timeoutMs: number): number {
    const { bytes, address } = this.sets;
    const count = this.fill(bytes, timeoutMs);
    const n = libc.select(
      count,
      address,
      address + WRITE_SET,
      address + ERROR_SET,
      timeoutMs < 0 ? 0 : address + TIMEVAL,
    );
    this.events.count = 0;
    if (n < 0) {
      const error = libc.lastError();
      if (error === -ERRNO.EBADF) return this.reportForeign();
      return error === -EINTR ? 0 : error;
    }
    if (n === 0) return 0;
    for (let index = 0; index < this.set.members.length; index++) {
      const { fd } = this.set.members[index];
      const readable = has(bytes, 0, fd);
      const writable = has(bytes, WRITE_SET, fd);
      // select does not report a hang-up: it shows as readable, and the call that follows finds it.
      if (readable || writable) this.report(index, readable, writable, false);
    }
    return this.events.count;
  }

  waitInThread(timeoutMs: number, woken: () => void): void {
    const snapshot = Memory.allocate(SIZE);
    const count = this.fill(snapshot.bytes, timeoutMs);
    const { address } = snapshot;
    const timeout = timeoutMs < 0 ? 0 : address + TIMEVAL;
    waitInThread(libc.select, [count, address, address + WRITE_SET, address + ERROR_SET, timeout], () => {
      if (snapshot.size > 0) woken();
    });
  }

  /**
   * One descriptor that somebody else has closed fails the whole call. Such descriptors are reported, and their own
   * calls fail.
   */
  private reportForeign(): number {
    const { members } = this.set;
    for (let index = 0; index < members.length; index++) {
      if (!libc.isOpen(members[index].fd)) this.report(index, false, false, true);
    }
    return this.events.count;
  }

  /** @returns the highest descriptor and one more */
  private fill(bytes: Buffer, timeoutMs: number): number {
    bytes.fill(0);
    let count = 0;
    const { members } = this.set;
    for (let index = 0; index < members.length; index++) {
      const { fd, wanted } = members[index];
      if ((wanted & Interest.READ) !== 0) put(bytes, 0, fd);
      if ((wanted & Interest.WRITE) !== 0) put(bytes, WRITE_SET, fd);
      if (wanted !== 0 && fd >= count) count = fd + 1;
    }
    bytes.writeBigInt64LE(BigInt(Math.max(0, Math.floor(timeoutMs / 1000))), TIMEVAL);
    // tv_usec has 32 bits on macOS and 64 elsewhere; it is little-endian, and below a million.
    bytes.writeUInt32LE(Math.max(0, timeoutMs % 1000) * 1000, TIMEVAL + 8);
    return count;
  }
}

/** fd_set is an array of words, little-endian: bit n lies in byte n / 8 whatever their width. */
function put(bytes: Buffer, set: number, fd: number): void {
  const at = set + (fd >> 3);
  bytes[at] = bytes[at] | (1 << (fd & 7));
}

function has(bytes: Buffer, set: number, fd: number): boolean {
  return (bytes[set + (fd >> 3)] & (1 << (fd & 7))) !== 0;
}
