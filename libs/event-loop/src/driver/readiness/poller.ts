import type { DriverName, Interest } from '../driver.ts';
import type { EventList } from '../system/event-list.ts';

/**
 * A readiness multiplexer, shaped as kevent: registrations in, a list of events out. What an implementer owes:
 *
 * - **Edge** pollers (epoll, kqueue) take a descriptor once, for both directions, and report each change once; `want`
 *   is then free. **Level** pollers (poll, select) report only what `want` asked for, and each `want` once: the
 *   direction is dropped with its event.
 * - `remove` is called before the descriptor is closed, and leaves nothing of it behind, queued changes included: the
 *   number may come back as another connection within the same tick.
 * - A hang-up or error is reported as READ | WRITE | HANGUP: the system call that follows finds out what it is.
 * - `wait` returns 0 for a time-out and for EINTR (a signal of Node's): the caller goes round again.
 */
export interface Poller {
  readonly name: DriverName;
  /** A descriptor that can be polled itself, or -1. */
  readonly fd: number;
  readonly events: EventList;
  /** Registrations wait for the next `wait` to submit them, so the loop may not sleep elsewhere. */
  readonly pending: boolean;
  /**
   * A receive that brings less than was asked for has drained a socket whose bytes are one stream: more data, or an end
   * that has come already, will be reported. False if an end may have been missed, so that only EAGAIN says it.
   */
  readonly shortReadDrains: boolean;

  /** @returns 0, or -errno (-EPERM: a regular file, which is always ready) */
  add(fd: number, interest: Interest, slot: number, generation: number): number;
  want(fd: number, interest: Interest, slot: number, generation: number): void;
  remove(fd: number, interest: Interest): void;

  /**
   * Reports READ under this token when the child has ended.
   * @returns a descriptor to `remove` and close afterwards, 0 if there is none, or -errno
   */
  addChild(pid: number, slot: number, generation: number): number;
  /** Reports CHANGE under this token. @returns 0 or -errno (-ENOSYS: no such facility here) */
  addPath(path: string, slot: number, generation: number): number;
  removePath(slot: number): void;

  /** @returns the number of events, or -errno */
  wait(timeoutMs: number): number;
  waitInThread?(timeoutMs: number, woken: () => void): void;
  dispose(): void;
}
