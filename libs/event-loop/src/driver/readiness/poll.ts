import { EINTR } from '../../ffi/errno.ts';
import { POLL, POLLFD } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import { waitInThread } from '../../ffi/threads.ts';
import { Memory } from '../../memory.ts';
import { Interest } from '../driver.ts';
import { LevelPoller } from './level-poller.ts';

const FIRST_CAPACITY = 256;

/** poll(2): portable, for any number of descriptors, each of which is walked at each wait. */
export class PollPoller extends LevelPoller {
  readonly name = 'poll';
  private list = Memory.allocate(FIRST_CAPACITY * POLLFD.size);

  static open(): PollPoller {
    return new PollPoller();
  }

  wait(timeoutMs: number): number {
    const count = this.set.members.length;
    this.list = this.fill(this.list);
    const n = libc.poll(this.list.address, count, timeoutMs);
    this.events.count = 0;
    if (n < 0) {
      const error = libc.lastError();
      return error === -EINTR ? 0 : error;
    }
    const { bytes } = this.list;
    for (let index = 0, left = n; index < count && left > 0; index++) {
      const got = bytes.readInt16LE(index * POLLFD.size + POLLFD.revents);
      if (got === 0) continue;
      left--;
      const failed = (got & (POLL.ERR | POLL.HUP | POLL.NVAL)) !== 0;
      this.report(index, (got & POLL.IN) !== 0, (got & POLL.OUT) !== 0, failed);
    }
    return this.events.count;
  }

  waitInThread(timeoutMs: number, woken: () => void): void {
    // The thread has a list of its own, because this one goes on changing the other. The next `wait` finds what is
    // ready.
    const snapshot = this.fill(Memory.allocate(Math.max(1, this.set.members.length) * POLLFD.size));
    waitInThread(libc.poll, [snapshot.address, this.set.members.length, timeoutMs], () => {
      if (snapshot.size > 0) woken();
    });
  }

  private fill(memory: Memory): Memory {
    const { members } = this.set;
    const list =
      memory.size < members.length * POLLFD.size ? Memory.allocate(2 * members.length * POLLFD.size) : memory;
    const { bytes } = list;
    for (let index = 0; index < members.length; index++) {
      const member = members[index];
      const at = index * POLLFD.size;
      let mask = 0;
      if ((member.wanted & Interest.READ) !== 0) mask |= POLL.IN;
      if ((member.wanted & Interest.WRITE) !== 0) mask |= POLL.OUT;
      // poll(2) skips a negative descriptor. With an empty mask it would still report a hang-up, for ever.
      bytes.writeInt32LE(mask === 0 ? -1 : member.fd, at + POLLFD.fd);
      bytes.writeInt16LE(mask, at + POLLFD.events);
      bytes.writeInt16LE(0, at + POLLFD.revents);
    }
    return list;
  }
}
