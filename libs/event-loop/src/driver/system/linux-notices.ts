import { INOTIFY, SYS_PIDFD_OPEN } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import { readName } from '../../ffi/names.ts';
import { addWatch } from '../../ffi/paths.ts';
import { Memory } from '../../memory.ts';
import { Change } from '../../op.ts';
import type { EventList } from './event-list.ts';

const ALL =
  INOTIFY.MODIFY |
  INOTIFY.ATTRIB |
  INOTIFY.CLOSE_WRITE |
  INOTIFY.MOVED_FROM |
  INOTIFY.MOVED_TO |
  INOTIFY.CREATE |
  INOTIFY.DELETE |
  INOTIFY.DELETE_SELF |
  INOTIFY.MOVE_SELF;
const WRITTEN =
  INOTIFY.MODIFY |
  INOTIFY.CLOSE_WRITE |
  INOTIFY.MOVED_FROM |
  INOTIFY.MOVED_TO |
  INOTIFY.CREATE |
  INOTIFY.DELETE;

/** Reads of one drain at most. A name takes up to 272 bytes, so a buffer that has more room than that was not full. */
const READS_A_DRAIN = 64;
const LONGEST_NOTICE = 272;

/** A descriptor that turns readable when the child has ended. @returns pidfd or -errno */
export function openChild(pid: number): number {
  const fd = libc.syscall?.(SYS_PIDFD_OPEN, pid, 0) ?? -1;
  return fd >= 0 ? fd : libc.lastError();
}

/** Which token watches which path. Several may watch the same path, for which inotify has a single descriptor. */
interface PathWatch {
  readonly slot: number;
  readonly generation: number;
  readonly wd: number;
}

/**
 * File-change notices for the Linux pollers: one inotify descriptor, which the poller watches like any other. The first
 * watch opens it: a server without watches has none. From that moment on the poller owns it, whatever becomes of that
 * first watch.
 */
export class LinuxNotices {
  fd = -1;
  private readonly opened: (fd: number) => number;
  private readonly memory = Memory.allocate(16 << 10);
  private readonly bySlot = new Map<number, PathWatch>();
  private readonly byWd = new Map<number, PathWatch[]>();

  /** @param opened makes the poller watch the descriptor; it returns 0, or -errno if the poller cannot */
  constructor(opened: (fd: number) => number) {
    this.opened = opened;
  }

  /** @returns 0 or -errno */
  add(path: string, slot: number, generation: number): number {
    const error = this.fd < 0 ? this.open() : 0;
    if (error < 0) return error;
    const wd = addWatch(this.fd, path, ALL);
    if (wd < 0) return wd;
    const watch = { slot, generation, wd };
    this.bySlot.set(slot, watch);
    const others = this.byWd.get(wd);
    if (others === undefined) this.byWd.set(wd, [watch]);
    else others.push(watch);
    return 0;
  }

  private open(): number {
    const fd = libc.inotify_init1?.(INOTIFY.CLOEXEC | INOTIFY.NONBLOCK) ?? -1;
    if (fd < 0) return libc.lastError();
    const error = this.opened(fd);
    if (error < 0) libc.close(fd);
    else this.fd = fd;
    return error;
  }

  remove(slot: number): void {
    const watch = this.bySlot.get(slot);
    if (watch === undefined) return;
    this.bySlot.delete(slot);
    const others = (this.byWd.get(watch.wd) ?? []).filter((other) => other !== watch);
    if (others.length > 0) this.byWd.set(watch.wd, others);
    else {
      this.byWd.delete(watch.wd);
      libc.inotify_rm_watch?.(this.fd, watch.wd);
    }
  }

  /**
   * Reads all waiting notices into `events`: one that stayed behind would be delivered after requests that came later.
   * If somebody writes as fast as this reads, the next wait reports the remainder.
   */
  drain(events: EventList): void {
    for (let reads = 0; reads < READS_A_DRAIN; reads++) {
      if (this.readOnce(events) <= this.memory.size - LONGEST_NOTICE) return;
    }
  }

  /** @returns bytes read, or what read(2) said: EAGAIN and EINTR mean another time */
  private readOnce(events: EventList): number {
    const { bytes, address } = this.memory;
    const n = libc.read(this.fd, address, bytes.length);
    for (let at = 0; at + 16 <= n; ) {
      const wd = bytes.readInt32LE(at);
      const mask = bytes.readUInt32LE(at + 4);
      const length = bytes.readUInt32LE(at + 12);
      this.report(events, wd, mask, nameAt(bytes, at + 16, length));
      at += 16 + length;
    }
    return n;
  }

  dispose(): void {
    if (this.fd >= 0) libc.close(this.fd);
    this.fd = -1;
    this.bySlot.clear();
    this.byWd.clear();
  }

  private report(events: EventList, wd: number, mask: number, name: string): void {
    if ((mask & INOTIFY.Q_OVERFLOW) !== 0) {
      for (const watch of this.bySlot.values()) {
        events.pushChange(watch.slot, watch.generation, Change.OVERFLOW, '');
      }
      return;
    }
    const bits = changeBits(mask);
    if (bits === 0) return;
    for (const watch of this.byWd.get(wd) ?? []) {
      events.pushChange(watch.slot, watch.generation, bits, name);
    }
  }
}

function nameAt(bytes: Buffer, start: number, length: number): string {
  if (length === 0) return '';
  const end = bytes.indexOf(0, start);
  return readName(bytes, start, end < 0 || end > start + length ? start + length : end);
}

function changeBits(mask: number): number {
  let bits = 0;
  if ((mask & WRITTEN) !== 0) bits |= Change.WRITTEN;
  // UNMOUNT: the kernel has ended the watch, and the path leads elsewhere.
  if ((mask & (INOTIFY.DELETE_SELF | INOTIFY.UNMOUNT)) !== 0) bits |= Change.REMOVED;
  if ((mask & INOTIFY.MOVE_SELF) !== 0) bits |= Change.RENAMED;
  if ((mask & INOTIFY.ATTRIB) !== 0) bits |= Change.ATTRIBUTES;
  return bits;
}
