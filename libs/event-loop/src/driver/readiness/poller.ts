import type { DriverName, Interest } from '../driver.ts';
import type { EventList } from '../system/event-list.ts';

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
