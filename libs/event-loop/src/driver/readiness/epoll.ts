import { present } from '../../assert.ts';
import { EINTR, ERRNO } from '../../ffi/errno.ts';
import { EPOLL, EPOLL_EVENT } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import { Memory } from '../../memory.ts';
import { Interest } from '../driver.ts';
import { EventList, Ready } from '../system/event-list.ts';
import { LinuxNotices, openChild } from '../system/linux-notices.ts';
import type { Poller } from './poller.ts';

/** Events taken by one epoll_wait(2). */
const BATCH = 1024;
/** A slot that no udata has: the token of the inotify descriptor. */
const INOTIFY_SLOT = 0xffffffff;

/**
 * epoll(7). A descriptor is registered once, edge-triggered and for both directions, and never touched again until it
 * is closed: a request on a kept connection costs no epoll_ctl.
 */
export class EpollPoller implements Poller {
  readonly name = 'epoll';
  readonly fd: number;
  readonly pending = false;
  readonly shortReadDrains = true;
  readonly events = new EventList(BATCH);
  private readonly list = Memory.allocate(BATCH * EPOLL_EVENT.size);
  private readonly words = new Uint32Array(this.list.bytes.buffer, this.list.bytes.byteOffset);
  private readonly change = Memory.allocate(EPOLL_EVENT.size);
  /** Level-triggered: the next wait reports what one drain does not read. */
  private readonly notices = new LinuxNotices((fd) => this.control(fd, EPOLL.IN, INOTIFY_SLOT, 0));
  private readonly wait_ = present(libc.epoll_wait, 'epoll_wait(2)');

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** @returns the poller, or -errno (-ENOSYS: not Linux) */
  static open(): EpollPoller | number {
    if (libc.epoll_create1 === null) return -ERRNO.ENOSYS;
    const fd = libc.epoll_create1(EPOLL.CLOEXEC);
    return fd >= 0 ? new EpollPoller(fd) : libc.lastError();
  }

  add(fd: number, interest: Interest, slot: number, generation: number): number {
    let mask: number = EPOLL.ET;
    if ((interest & Interest.READ) !== 0) mask |= EPOLL.IN | EPOLL.PRI | EPOLL.RDHUP;
    if ((interest & Interest.WRITE) !== 0) mask |= EPOLL.OUT;
    return this.control(fd, mask, slot, generation);
  }

  private control(fd: number, mask: number, slot: number, generation: number): number {
    const { bytes, address } = this.change;
    bytes.writeUInt32LE(mask >>> 0, EPOLL_EVENT.events);
    bytes.writeUInt32LE(slot, EPOLL_EVENT.data);
    bytes.writeUInt32LE(generation, EPOLL_EVENT.data + 4);
    return (libc.epoll_ctl?.(this.fd, EPOLL.CTL_ADD, fd, address) ?? -1) < 0 ? libc.lastError() : 0;
  }

  /** Nothing to do: `add` has registered both directions. */
  want(): void {}

  /**
   * Nothing to do: closing the descriptor removes it. If a child holds a copy for the moment between fork and exec, an
   * event may still come; its token is stale by then.
   */
  remove(): void {}

  addChild(pid: number, slot: number, generation: number): number {
    const fd = openChild(pid);
    if (fd < 0) return fd;
    const error = this.add(fd, Interest.READ, slot, generation);
    if (error === 0) return fd;
    libc.close(fd);
    return error;
  }

  addPath(path: string, slot: number, generation: number): number {
    return this.notices.add(path, slot, generation);
  }

  removePath(slot: number): void {
    this.notices.remove(slot);
  }

  wait(timeoutMs: number): number {
    const n = this.wait_(this.fd, this.list.address, BATCH, timeoutMs);
    this.events.count = 0;
    if (n < 0) {
      const error = libc.lastError();
      return error === -EINTR ? 0 : error;
    }
    const { words, events } = this;
    const stride = EPOLL_EVENT.size >> 2;
    const data = EPOLL_EVENT.data >> 2;
    let notices = false;
    for (let index = 0, at = 0; index < n; index++, at += stride) {
      const slot = words[at + data];
      if (slot === INOTIFY_SLOT) notices = true;
      else events.push(slot, words[at + data + 1], readyOf(words[at]));
    }
    if (notices) this.notices.drain(events);
    return events.count;
  }

  dispose(): void {
    this.notices.dispose();
    libc.close(this.fd);
  }
}

function readyOf(mask: number): number {
  let ready = 0;
  if ((mask & EPOLL.IN) !== 0) ready |= Ready.READ;
  if ((mask & EPOLL.PRI) !== 0) ready |= Ready.READ | Ready.PIECES;
  if ((mask & EPOLL.OUT) !== 0) ready |= Ready.WRITE;
  if ((mask & EPOLL.RDHUP) !== 0) ready |= Ready.READ | Ready.HANGUP;
  if ((mask & (EPOLL.ERR | EPOLL.HUP)) !== 0) ready |= Ready.READ | Ready.WRITE | Ready.HANGUP;
  return ready;
}
