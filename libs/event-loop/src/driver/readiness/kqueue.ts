import { EINTR, ERRNO } from '../../ffi/errno.ts';
import { F } from '../../ffi/file-layout.ts';
import { C, EV, KQUEUE, type KqueueFlavour, NOTE, SYSTEM } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import { openAt } from '../../ffi/paths.ts';
import { waitInThread } from '../../ffi/threads.ts';
import { Memory } from '../../memory.ts';
import { Change } from '../../op.ts';
import { Interest } from '../driver.ts';
import { EventList, Ready } from '../system/event-list.ts';
import type { Poller } from './poller.ts';

const BATCH = 1024;
const CHANGES = 1024;

/** A change or an event of kqueue(2), for a caller of the queue itself (the poller below reads the fields in place). */
export interface Kevent {
  readonly ident: number;
  readonly filter: number;
  readonly flags: number;
  readonly fflags: number;
  readonly data: number;
  /** The 64 bits that the kernel carries, as two words. */
  readonly slot: number;
  readonly generation: number;
}

/**
 * kqueue(2) itself: a change list and an event list in memory, both passed in one kevent() call. Every filter and flag
 * goes through `set`; `at` reads what came back.
 */
export class Kqueue {
  readonly fd: number;
  readonly filters: KqueueFlavour['filters'];
  private readonly flavour: KqueueFlavour;
  private readonly calls: libc.KqueueCalls;
  private readonly changes: Memory;
  private list: Memory;
  /** The event list of a wait on another thread. */
  private spare: Memory;
  private parked = -1;
  private readonly timeout = Memory.allocate(16);
  /** Changes that have not been submitted. */
  pending = 0;

  private constructor(fd: number, flavour: KqueueFlavour, calls: libc.KqueueCalls) {
    this.fd = fd;
    this.flavour = flavour;
    this.filters = flavour.filters;
    this.calls = calls;
    this.changes = Memory.allocate(CHANGES * flavour.kevent.size);
    this.list = Memory.allocate(BATCH * flavour.kevent.size);
    this.spare = Memory.allocate(BATCH * flavour.kevent.size);
    // The `ext` words of FreeBSD and NetBSD are never used and must be zero.
    this.changes.bytes.fill(0);
  }

  /**
   * @param library a shared library that has kqueue (libkqueue, on Linux); null for the system's own
   * @returns the queue, or -errno; -ENOSYS if there is no kqueue
   */
  static open(library: string | null): Kqueue | number {
    const flavour = KQUEUE[SYSTEM];
    if (library === null && SYSTEM === 'linux') return -ERRNO.ENOSYS;
    let calls: libc.KqueueCalls;
    try {
      calls = libc.loadKqueue(library, flavour.symbols);
    } catch {
      return -ERRNO.ENOSYS;
    }
    const fd = calls.kqueue();
    return fd >= 0 ? new Kqueue(fd, flavour, calls) : libc.lastError();
  }

  /** EV_SET, into the change list. A full list is submitted first. */
  set(
    ident: number,
    filter: number,
    flags: number,
    fflags: number,
    data: number,
    slot: number,
    generation: number,
  ): void {
    if (this.pending === CHANGES) this.flush();
    const { bytes } = this.changes;
    const { kevent } = this.flavour;
    const at = this.pending++ * kevent.size;
    bytes.writeUInt32LE(ident >>> 0, at + kevent.ident);
    bytes.writeUInt32LE(Math.floor(ident / 0x100000000), at + kevent.ident + 4);
    if (kevent.wide) {
      bytes.writeUInt32LE(filter, at + kevent.filter);
      bytes.writeUInt32LE(flags, at + kevent.flags);
    } else {
      bytes.writeInt16LE(filter, at + kevent.filter);
      bytes.writeUInt16LE(flags, at + kevent.flags);
    }
    bytes.writeUInt32LE(fflags >>> 0, at + kevent.fflags);
    bytes.writeBigInt64LE(BigInt(data), at + kevent.data);
    bytes.writeUInt32LE(slot, at + kevent.udata);
    bytes.writeUInt32LE(generation, at + kevent.udata + 4);
  }

  /**
   * Takes back the changes of a descriptor that have not been submitted: its number may belong to another connection
   * soon.
   */
  unset(ident: number, filter: number): void {
    const { kevent } = this.flavour;
    const { bytes } = this.changes;
    for (let index = this.pending - 1; index >= 0; index--) {
      const at = index * kevent.size;
      if (bytes.readUInt32LE(at + kevent.ident) !== ident || this.filterAt(bytes, at) !== filter) continue;
      const last = --this.pending * kevent.size;
      bytes.copyWithin(at, last, last + kevent.size);
    }
  }

  /**
   * Submits the change list and takes events, in one call.
   * @returns the number of events, or -errno
   */
  wait(timeoutMs: number): number {
    const timeout = this.setTimeout(this.timeout, timeoutMs);
    const changes = this.pending;
    this.pending = 0;
    const n = this.calls.kevent(this.fd, this.changes.address, changes, this.list.address, BATCH, timeout);
    return n >= 0 ? n : libc.lastError();
  }

  /** The same wait on another thread. `woken` runs on this thread; `takeParked` then has the events. */
  waitInThread(timeoutMs: number, woken: () => void): void {
    this.flush();
    const timeout = Memory.allocate(16);
    const list = this.spare.address;
    waitInThread(
      this.calls.kevent,
      [this.fd, 0, 0, list, BATCH, this.setTimeout(timeout, timeoutMs)],
      (n) => {
        this.parked = timeout.size > 0 ? n : -1;
        woken();
      },
    );
  }

  /** Makes the events of a wait on another thread the current ones. @returns how many */
  takeParked(): number {
    const n = this.parked;
    this.parked = -1;
    if (n <= 0) return 0;
    const list = this.spare;
    this.spare = this.list;
    this.list = list;
    return n;
  }

  private setTimeout(memory: Memory, timeoutMs: number): number {
    if (timeoutMs < 0) return 0;
    memory.bytes.writeBigInt64LE(BigInt(Math.floor(timeoutMs / 1000)), 0);
    memory.bytes.writeBigInt64LE(BigInt(Math.floor((timeoutMs % 1000) * 1e6)), 8);
    return memory.address;
  }

  /**
   * Submits the changes at once and takes no event. Each travels alone: a failed one would hide those behind it.
   * @returns 0, or the -errno of the last that failed
   */
  flush(): number {
    let error = 0;
    const { size } = this.flavour.kevent;
    const count = this.pending;
    this.pending = 0;
    for (let index = 0; index < count; index++) {
      if (this.calls.kevent(this.fd, this.changes.address + index * size, 1, 0, 0, 0) < 0)
        error = libc.lastError();
    }
    return error;
  }

  /** The event at `index` of the last wait. */
  at(index: number): Kevent {
    const { kevent } = this.flavour;
    const { bytes } = this.list;
    const at = index * kevent.size;
    return {
      ident: bytes.readUInt32LE(at + kevent.ident),
      filter: this.filterAt(bytes, at),
      flags: this.flags(index),
      fflags: this.fflags(index),
      data: this.data(index),
      slot: this.slot(index),
      generation: this.generation(index),
    };
  }

  filter(index: number): number {
    return this.filterAt(this.list.bytes, index * this.flavour.kevent.size);
  }

  flags(index: number): number {
    const { kevent } = this.flavour;
    const at = index * kevent.size + kevent.flags;
    return kevent.wide ? this.list.bytes.readUInt32LE(at) : this.list.bytes.readUInt16LE(at);
  }

  fflags(index: number): number {
    return this.list.bytes.readUInt32LE(index * this.flavour.kevent.size + this.flavour.kevent.fflags);
  }

  data(index: number): number {
    return Number(
      this.list.bytes.readBigInt64LE(index * this.flavour.kevent.size + this.flavour.kevent.data),
    );
  }

  slot(index: number): number {
    return this.list.bytes.readUInt32LE(index * this.flavour.kevent.size + this.flavour.kevent.udata);
  }

  generation(index: number): number {
    return this.list.bytes.readUInt32LE(index * this.flavour.kevent.size + this.flavour.kevent.udata + 4);
  }

  dispose(): void {
    libc.close(this.fd);
  }

  private filterAt(bytes: Buffer, at: number): number {
    const { kevent } = this.flavour;
    return kevent.wide ? bytes.readUInt32LE(at + kevent.filter) : bytes.readInt16LE(at + kevent.filter);
  }
}

/**
 * The poller over kqueue(2). Both directions of a descriptor are added once with EV_CLEAR (each change is reported
 * once). Additions travel with the next wait, so a request on a kept connection costs no change.
 */
export class KqueuePoller implements Poller {
  readonly name = 'kqueue';
  readonly fd: number;
  readonly events = new EventList(2 * BATCH);
  private readonly queue: Kqueue;
  /**
   * It is libkqueue, which emulates kqueue and has quirks of its own. It keeps a closed descriptor's knotes unless they
   * are deleted first, and that number never works again. It does not report EV_EOF while data waits before the end. It
   * takes a failed socket's error (SO_ERROR) and reports it in `fflags`, so that the next call finds none. It forgets
   * the EV_ERROR of a change if no event comes with it.
   */
  private readonly foreign: boolean;
  readonly shortReadDrains: boolean;
  /** Descriptors of watched paths, by slot. */
  private readonly paths = new Map<number, number>();

  private constructor(queue: Kqueue, library: string | null) {
    this.queue = queue;
    this.foreign = library !== null;
    this.shortReadDrains = library === null;
    // No other multiplexer can watch the descriptor of libkqueue: it waits on a thread.
    this.fd = library === null ? queue.fd : -1;
    if (library !== null) this.waitInThread = (timeoutMs, woken) => queue.waitInThread(timeoutMs, woken);
  }

  waitInThread?: (timeoutMs: number, woken: () => void) => void;

  get pending(): boolean {
    return this.queue.pending > 0;
  }

  /** @param library see Kqueue.open. @returns the poller, or -errno */
  static open(library: string | null): KqueuePoller | number {
    const queue = Kqueue.open(library);
    return typeof queue === 'number' ? queue : new KqueuePoller(queue, library);
  }

  add(fd: number, interest: Interest, slot: number, generation: number): number {
    const { filters } = this.queue;
    const flags = EV.ADD | EV.CLEAR;
    if ((interest & Interest.READ) !== 0) this.queue.set(fd, filters.READ, flags, 0, 0, slot, generation);
    if ((interest & Interest.WRITE) !== 0 && !this.foreign)
      this.queue.set(fd, filters.WRITE, flags, 0, 0, slot, generation);
    return this.foreign ? this.queue.flush() : 0;
  }

  /**
   * Nothing to do: `add` has added both directions. Only libkqueue is asked for WRITE when it is wanted: it takes as
   * many descriptors from the kernel as there is room for events, and one descriptor that makes two events would lose
   * one.
   */
  want(fd: number, interest: Interest, slot: number, generation: number): void {
    if (!this.foreign || interest !== Interest.WRITE) return;
    this.queue.set(fd, this.queue.filters.WRITE, EV.ADD | EV.ONESHOT, 0, 0, slot, generation);
  }

  remove(fd: number, interest: Interest): void {
    const { filters } = this.queue;
    if ((interest & Interest.READ) !== 0) this.queue.unset(fd, filters.READ);
    if ((interest & Interest.WRITE) !== 0) this.queue.unset(fd, filters.WRITE);
    if (!this.foreign) return;
    if ((interest & Interest.READ) !== 0) this.queue.set(fd, filters.READ, EV.DELETE, 0, 0, 0, 0);
    if ((interest & Interest.WRITE) !== 0) this.queue.set(fd, filters.WRITE, EV.DELETE, 0, 0, 0, 0);
    this.queue.flush();
  }

  addChild(pid: number, slot: number, generation: number): number {
    this.queue.flush();
    this.queue.set(pid, this.queue.filters.PROC, EV.ADD | EV.ONESHOT, NOTE.EXIT, 0, slot, generation);
    return this.queue.flush();
  }

  addPath(path: string, slot: number, generation: number): number {
    const fd = openAt(F.AT_FDCWD, path, C.O_EVTONLY | C.O_NONBLOCK);
    if (fd < 0) return fd;
    const notes = NOTE.DELETE | NOTE.WRITE | NOTE.EXTEND | NOTE.ATTRIB | NOTE.RENAME;
    this.queue.flush();
    this.queue.set(fd, this.queue.filters.VNODE, EV.ADD | EV.CLEAR, notes, 0, slot, generation);
    const error = this.queue.flush();
    if (error < 0) libc.close(fd);
    else this.paths.set(slot, fd);
    return error;
  }

  removePath(slot: number): void {
    const fd = this.paths.get(slot);
    if (fd === undefined) return;
    this.paths.delete(slot);
    this.queue.set(fd, this.queue.filters.VNODE, EV.DELETE, 0, 0, 0, 0);
    this.queue.flush();
    libc.close(fd);
  }

  wait(timeoutMs: number): number {
    this.events.count = 0;
    this.take(this.queue.takeParked());
    const n = this.queue.wait(this.events.count > 0 ? 0 : timeoutMs);
    if (n < 0) return n === -EINTR ? this.events.count : n;
    this.take(n);
    return this.events.count;
  }

  private take(n: number): void {
    const { queue, events } = this;
    for (let index = 0; index < n; index++) {
      const slot = queue.slot(index);
      const generation = queue.generation(index);
      const flags = queue.flags(index);
      const filter = queue.filter(index);
      if ((flags & EV.ERROR) !== 0) {
        // A change has failed. The operation's own call finds the cause. A filter that the descriptor cannot have
        // (EINVAL: writing to the read end of a pipe) is no failure of the other direction.
        if (queue.data(index) !== ERRNO.EINVAL)
          events.push(slot, generation, Ready.READ | Ready.WRITE | Ready.HANGUP);
      } else if (filter === queue.filters.VNODE) {
        events.pushChange(slot, generation, changeBits(queue.fflags(index)), '');
      } else if (filter === queue.filters.WRITE) {
        // EV_EOF on a write filter: the peer reads no more. The read filter reports the reading direction.
        events.push(slot, generation, Ready.WRITE);
      } else if ((flags & EV.EOF) !== 0) {
        // EVFILT_PROC has its exit status in `data`, and its note in `fflags`: no socket's error is above 255.
        events.pushFailed(slot, generation, Ready.READ | Ready.HANGUP, queue.fflags(index) & 0xff);
      } else {
        // `data` is the number of bytes of a pipe or a socket, and the number of callers of a listening socket.
        events.pushReadable(slot, generation, Math.min(Math.max(0, queue.data(index)), 0xffffffff));
      }
    }
  }

  dispose(): void {
    for (const fd of this.paths.values()) libc.close(fd);
    this.queue.dispose();
  }
}

function changeBits(notes: number): number {
  let bits = 0;
  if ((notes & (NOTE.WRITE | NOTE.EXTEND)) !== 0) bits |= Change.WRITTEN;
  if ((notes & NOTE.DELETE) !== 0) bits |= Change.REMOVED;
  if ((notes & NOTE.RENAME) !== 0) bits |= Change.RENAMED;
  if ((notes & NOTE.ATTRIB) !== 0) bits |= Change.ATTRIBUTES;
  return bits;
}
