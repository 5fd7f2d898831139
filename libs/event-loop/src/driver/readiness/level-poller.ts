import { ERRNO } from '../../ffi/errno.ts';
import { SYSTEM } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import { type DriverName, Interest } from '../driver.ts';
import { EventList, Ready } from '../system/event-list.ts';
import { LinuxNotices, openChild } from '../system/linux-notices.ts';
import { DescriptorSet } from './descriptor-set.ts';
import type { Poller } from './poller.ts';

/** A slot that no udata has: the token of the inotify descriptor. */
const INOTIFY_SLOT = 0xffffffff;
const FIRST_CAPACITY = 4096;

/**
 * What poll(2) and select(2) share: each wait passes all descriptors again, both report what is the case and not what
 * has changed, and neither has a descriptor of its own.
 *
 * Children and file changes come from pidfd and inotify, which are descriptors too. On a system without them (the BSDs,
 * where kqueue is the driver to use) both operations fail with ENOSYS.
 */
export abstract class LevelPoller implements Poller {
  abstract readonly name: DriverName;
  readonly fd = -1;
  readonly pending = false;
  readonly shortReadDrains = true;
  readonly events = new EventList(FIRST_CAPACITY);
  protected readonly set = new DescriptorSet();
  private readonly notices = new LinuxNotices((fd) => this.watchNotices(fd));

  abstract wait(timeoutMs: number): number;
  abstract waitInThread(timeoutMs: number, woken: () => void): void;

  add(fd: number, interest: Interest, slot: number, generation: number): number {
    this.set.add(fd, slot, generation);
    // A peer that goes away is reported with the next READ or WRITE that is wanted: nobody can act on it before.
    void interest;
    return 0;
  }

  want(fd: number, interest: Interest): void {
    this.set.want(fd, interest);
  }

  remove(fd: number): void {
    this.set.remove(fd);
  }

  addChild(pid: number, slot: number, generation: number): number {
    if (SYSTEM !== 'linux') return -ERRNO.ENOSYS;
    const fd = openChild(pid);
    if (fd < 0) return fd;
    const error = this.add(fd, Interest.READ, slot, generation);
    if (error < 0) {
      libc.close(fd);
      return error;
    }
    this.want(fd, Interest.READ);
    return fd;
  }

  addPath(path: string, slot: number, generation: number): number {
    if (SYSTEM !== 'linux') return -ERRNO.ENOSYS;
    return this.notices.add(path, slot, generation);
  }

  private watchNotices(fd: number): number {
    const error = this.add(fd, Interest.READ, INOTIFY_SLOT, 0);
    if (error === 0) this.want(fd, Interest.READ);
    return error;
  }

  removePath(slot: number): void {
    this.notices.remove(slot);
  }

  dispose(): void {
    this.notices.dispose();
  }

  /**
   * Reports what is the case of one member, as far as it was wanted. `failed`: the descriptor has an error or hang-up.
   */
  protected report(index: number, readable: boolean, writable: boolean, failed: boolean): void {
    const member = this.set.members[index];
    // It stays wanted: nobody asks for it again.
    if (member.slot === INOTIFY_SLOT) {
      this.notices.drain(this.events);
      return;
    }
    let ready = 0;
    if (readable || failed) ready |= member.wanted & Interest.READ;
    if (writable || failed) ready |= member.wanted & Interest.WRITE;
    if (ready === 0) return;
    member.wanted &= ~ready;
    // Ready.READ and Ready.WRITE are the same bits as Interest.READ and Interest.WRITE.
    this.events.push(member.slot, member.generation, ready | (failed ? Ready.HANGUP : 0));
  }
}
