import type { Address } from '../address.ts';
import type { Op } from '../op.ts';
import type { Udata } from '../udata.ts';
import type { UdataTable } from '../udata-table.ts';

/** What a descriptor can do, told at `register`: a driver arms nothing else for it. */
export const Interest = { READ: 1, WRITE: 2, BOTH: 3, FILE: 4 } as const;
export type Interest = (typeof Interest)[keyof typeof Interest];

export type DriverName = 'epoll' | 'kqueue' | 'poll' | 'select' | 'io_uring' | 'fake';

/**
 * What the loop asks of the system: operations in, completions out. What an implementer owes:
 *
 * 1. **Only completions.** `submit` never calls back: the result arrives by `owner.complete(op)` out of `deliver`,
 *    `>= 0` or `-errno`. EAGAIN and EINTR never escape, partial sends and writes are resumed to their end, and end of
 *    stream is a RECV or READ of 0. Half-close, reset and failure are results like any other.
 * 2. **One op a direction.** A udata has at most one op pending that reads (ACCEPT, RECV, READ, CHILD, CHANGE) and one
 *    that writes (SEND, WRITE, SENDFILE). ACCEPT and CHANGE stay pending after each success and end with a failure or
 *    `cancel`; all others end with their completion. An op may be submitted again from within its own `complete`.
 *    CHILD fails only while its child runs: one that has ended is collected, whatever the system cannot do to watch it.
 * 3. **Memory is the driver's while an op is pending.** Memory that it lends for a receive (`op.bytes`) is good until
 *    `complete` returns, and not a moment longer.
 * 4. **Tokens.** Events are dispatched through `table` by slot and generation; a stale token is dropped and counted.
 * 5. **Close in three steps**: terminate (nothing more is started, the token is stale at once), join (what the kernel
 *    or a thread still holds comes back), dispose (the descriptor is closed and `udata.dispose()` runs, once, out of
 *    `deliver` or a later one). After `close` no `complete` is called, `udata.fd` is -1, and a second `close` does
 *    nothing.
 * 6. **Fairness.** `deliver` serves each ready descriptor a bounded amount, then the next; what is left over is served
 *    by the next tick, for which `wait` must not sleep. So is what a completion submits and what ends at once: nobody
 *    keeps the loop by submitting from within `complete`.
 * 7. **Faults.** What a udata throws goes to `fault`; the other completions of the same round are told all the same.
 */
export interface Driver {
  readonly name: DriverName;
  /** Called when work came up outside of a tick (a thread has ended, an op was submitted by a promise). Set by the loop. */
  notify: () => void;
  /** Called with what a udata threw; the driver goes on with the next one. Set by the loop. */
  fault: (udata: Udata, error: unknown) => void;
  readonly table: UdataTable;
  /** A descriptor that turns readable when `wait` would not sleep, for a host loop to watch; -1 where there is none. */
  readonly fd: number;

  /**
   * Takes in `udata` and its `fd`, which may be -1 (child process, watched path). Where it fails nothing was taken in,
   * and the descriptor is still the caller's: `close` lets it go all the same.
   * @returns 0 or -errno
   */
  register(udata: Udata, interest: Interest): number;
  /**
   * Starts an op of a registered udata; for one that is not (any more) nothing happens.
   * @throws Error where an op of this direction is pending already: a mistake of the caller's, never of a peer's
   */
  submit(op: Op): void;
  /** Ends a pending op: it completes with -ECANCELED, unless its true result was already on its way. */
  cancel(op: Op): void;
  /**
   * Waits on this thread for a write that was cancelled and is still pending: for a process that is about to end. It is
   * then done, and told later. Only where the kernel itself holds the memory of a pending write.
   */
  join?(op: Op, timeoutMs: number): void;
  close(udata: Udata): void;
  /** Closes a descriptor that no udata has taken: one that was accepted and is not wanted. */
  discard(fd: number): void;
  /** Closes as a failure: the peer is told by a reset (SO_LINGER of zero seconds), and takes nothing for whole. */
  abort(udata: Udata): void;
  /** Half-close (shutdown(2), SHUT_WR): the peer reads the end of the stream, and may go on sending. */
  finish(udata: Udata): void;

  /**
   * Sleeps until something is ready, `timeoutMs` has passed (-1: no limit) or a signal came.
   * @returns 0, or -errno where the multiplexer itself failed
   */
  wait(timeoutMs: number): number;
  /** The same sleep on another thread, where `fd` is -1: `woken` runs on this one. `wakeUp` ends it early. */
  waitInThread?(timeoutMs: number, woken: () => void): void;
  /**
   * Asked before the host sleeps on `fd`, by a driver that is told nothing while it is awake: from now on `fd` turns
   * readable with the next completion. The host of such a driver waits a little in `wait` first, as its way through
   * `fd` is the longer one. @returns false where there is something to do at once
   */
  rest?(): boolean;
  /** Dispatches what `wait` found. @returns the number of completions told */
  deliver(): number;
  /** True while a next round is due without an event: results wait to be told, or registrations to be handed over. */
  readonly busy: boolean;
  /**
   * The clock of a driver that lives in a world of its own (the scripted one), in milliseconds. The loop then makes no
   * system call of its own either: no other thread can wake it.
   */
  now?(): number;

  /** A listening socket: non-blocking, close-on-exec. @returns fd or -errno */
  listen(address: Address, backlog: number): number;
  /**
   * The address a socket is bound to: a listening one's (its port, where port 0 was asked for), or the near end of a
   * connection. A unix socket without a path where nobody knows.
   */
  addressOf(fd: number): Address;
  /** The address at the far end of a connection; null where it has gone. The callers of a scripted driver have none. */
  callerOf?(fd: number): Address | null;

  /** Frees the multiplexer. Every udata has been closed before. */
  dispose(): void;
}
