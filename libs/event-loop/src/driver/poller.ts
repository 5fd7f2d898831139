import type { DriverName, Interest } from './driver.ts';

/** What an event says about its descriptor. */
export const Ready = {
  READ: 1,
  WRITE: 2,
  /** The peer has finished or the socket has failed: reading will not block again, so the flag stays up. */
  HANGUP: 4,
  /** A watched path has changed; `detail` holds the Change bits. */
  CHANGE: 8,
  /** What waits to be read comes in pieces, and a read ends with a piece: an urgent byte lies in it (tcp(7)). */
  PIECES: 16,
} as const;

/** Events of one wait, field by field, so that no object is made for an event. */
export class EventList {
  count = 0;
  /** How many of them may be CHANGE: those are told before all others. */
  changes = 0;
  slots: Uint32Array;
  generations: Uint32Array;
  /** Bits of Ready. */
  ready: Uint8Array;
  /**
   * CHANGE: bits of Change. HANGUP: the errno of a failed socket, where the system tells it here and only here; else 0.
   * READ alone: bytes that wait to be read, where the system tells it; else 0.
   */
  detail: Uint32Array;
  /** CHANGE in a watched folder: the entry's name, else ''. */
  readonly names: string[];

  constructor(capacity: number) {
    this.slots = new Uint32Array(capacity);
    this.generations = new Uint32Array(capacity);
    this.ready = new Uint8Array(capacity);
    this.detail = new Uint32Array(capacity);
    this.names = new Array<string>(capacity).fill('');
  }

  get capacity(): number {
    return this.slots.length;
  }

  push(slot: number, generation: number, ready: number): void {
    if (this.count === this.slots.length) this.grow(2 * this.count);
    const at = this.count++;
    this.slots[at] = slot;
    this.generations[at] = generation;
    this.ready[at] = ready;
    this.detail[at] = 0;
  }

  /** A socket that has failed, and whose error the next call on it may not tell any more. */
  pushFailed(slot: number, generation: number, ready: number, errno: number): void {
    this.push(slot, generation, ready);
    this.detail[this.count - 1] = errno;
  }

  /** @param available bytes that wait to be read */
  pushReadable(slot: number, generation: number, available: number): void {
    this.push(slot, generation, Ready.READ);
    this.detail[this.count - 1] = available;
  }

  pushChange(slot: number, generation: number, detail: number, name: string): void {
    const at = this.count;
    this.push(slot, generation, Ready.CHANGE);
    this.changes++;
    this.detail[at] = detail;
    this.names[at] = name;
  }

  /** Makes room for `capacity` events. */
  grow(capacity: number): void {
    this.slots = copied(this.slots, new Uint32Array(capacity));
    this.generations = copied(this.generations, new Uint32Array(capacity));
    this.ready = copied(this.ready, new Uint8Array(capacity));
    this.detail = copied(this.detail, new Uint32Array(capacity));
    while (this.names.length < capacity) this.names.push('');
  }
}

function copied<T extends Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/**
 * A readiness multiplexer, kevent-shaped: registrations in, a list of events out. What an implementer owes:
 *
 * - **edge** pollers (epoll, kqueue) take a descriptor once, for both directions, and tell each change once; `want` is
 *   then free. **Level** pollers (poll, select) tell only what was asked for by `want`, and each `want` is answered
 *   once: the direction is dropped as its event is told.
 * - `remove` is called before the descriptor is closed, and leaves nothing of it behind, queued changes included: the
 *   number may come back as another connection within the same tick.
 * - A hang-up or error is told as READ | WRITE | HANGUP: the system call that follows finds out what it is.
 * - `wait` returns 0 for a time-out and for EINTR (a signal of Node's): the caller goes round again.
 */
export interface Poller {
  readonly name: DriverName;
  /** A descriptor that is itself pollable, or -1. */
  readonly fd: number;
  readonly events: EventList;
  /** Registrations wait to be handed over by the next `wait`, so the loop may not go to sleep elsewhere. */
  readonly pending: boolean;
  /**
   * A receive that brings less than was asked for has drained a socket whose bytes are one stream: more data, or an end
   * that has come already, will be told. False where an end may have been passed over, so that only EAGAIN says it.
   */
  readonly shortReadDrains: boolean;

  /** @returns 0, or -errno (-EPERM: a regular file, which is always ready) */
  add(fd: number, interest: Interest, slot: number, generation: number): number;
  want(fd: number, interest: Interest, slot: number, generation: number): void;
  remove(fd: number, interest: Interest): void;

  /**
   * Tells READ under this token when the child has ended.
   * @returns a descriptor to `remove` and close afterwards, 0 where there is none, or -errno
   */
  addChild(pid: number, slot: number, generation: number): number;
  /** Tells CHANGE under this token. @returns 0 or -errno (-ENOSYS: no such facility here) */
  addPath(path: string, slot: number, generation: number): number;
  removePath(slot: number): void;

  /** @returns the number of events, or -errno */
  wait(timeoutMs: number): number;
  waitInThread?(timeoutMs: number, woken: () => void): void;
  dispose(): void;
}
