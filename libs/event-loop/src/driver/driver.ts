import type { Address } from '../address.ts';
import type { Memory } from '../memory.ts';
import type { Op } from '../op.ts';
import type { Udata } from '../udata.ts';
import type { UdataTable } from '../udata-table.ts';

/** What a descriptor can do, given at `register`: a driver arms nothing else for it. */
export const Interest = { READ: 1, WRITE: 2, BOTH: 3, FILE: 4 } as const;
export type Interest = (typeof Interest)[keyof typeof Interest];

export type DriverName = 'epoll' | 'kqueue' | 'poll' | 'select' | 'io_uring' | 'fake';

/**
 * What the loop asks of the system: operations in, completions out. What an implementer owes:
 *
 * 1. **Only completions.** `submit` never calls back: the result arrives by `owner.complete(op)` out of `deliver`, as
 *    `>= 0` or `-errno`. EAGAIN and EINTR never escape. Partial sends and writes are resumed to their end. The end of a
 *    stream is a RECV or READ of 0. Half-close, reset and failure are results like any other.
 * 2. **One op a direction.** A udata has at most one op pending that reads (ACCEPT, RECV, READ, CHILD, CHANGE) and one
 *    that writes (SEND, WRITE, SENDFILE). ACCEPT and CHANGE stay pending after each success and end with a failure or
 *    `cancel`; all others end with their completion. An op may be submitted again from within its own `complete`. CHILD
 *    fails only while its child runs: a child that has ended is collected, whatever the system cannot do to watch it.
 * 3. **Memory is the driver's while an op is pending.** Memory that it lends for a receive (`op.bytes`) is valid until
 *    `complete` returns, and no longer.
 * 4. **Tokens.** Events are dispatched through `table` by slot and generation. A stale token is dropped and counted.
 * 5. **Close in three steps**: terminate (nothing more is started, the token is stale at once), join (what the kernel
 *    or a thread still holds comes back), dispose (the descriptor is closed and `udata.dispose()` runs, once, out of
 *    this `deliver` or a later one). After `close` no `complete` is called, `udata.fd` is -1, and a second `close` does
 *    nothing.
 * 6. **Fairness.** `deliver` serves each ready descriptor a bounded amount, then the next. The next tick serves the
 *    remainder, and `wait` must not sleep before it. The same holds for what a completion submits and what ends at
 *    once: nobody keeps the loop by submitting from within `complete`.
 * 7. **Faults.** What a udata throws goes to `fault`. The other completions of the same round are delivered all the
 *    same.
 */
export interface Driver {
  readonly name: DriverName;
  /**
   * Called when work comes up outside of a tick (a thread has ended, a promise has submitted an op). The loop sets it.
   */
  notify: () => void;
  /** Called with what a udata threw; the driver goes on with the next one. The loop sets it. */
  fault: (udata: Udata, error: unknown) => void;
  /** What results have come to, by the kind of their operation: bytes, for those that move some. A fake has none. */
  readonly moved?: Float64Array;
  readonly table: UdataTable;
  /** A descriptor that turns readable when `wait` would not sleep, for a host loop to watch; -1 if there is none. */
  readonly fd: number;

  /**
   * Takes `udata` and its `fd`, which may be -1 (child process, watched path). If it fails, nothing was taken, and the
   * descriptor is still the caller's: `close` closes it all the same.
   * @returns 0 or -errno
   */
  register(udata: Udata, interest: Interest): number;
  /**
   * Starts an op of a registered udata. For a udata that is not registered (any more) nothing happens.
   * @throws Error if an op of this direction is pending already: a mistake of the caller's, never of a peer's
   */
  submit(op: Op): void;
  /** Ends a pending op: it completes with -ECANCELED, unless its true result was already on its way. */
  cancel(op: Op): void;
  /**
   * Reads of a regular file what the system has at hand, within the call: for a small file that no udata owns.
   * @returns bytes read, fewer than asked for at the end of the file; -EAGAIN where that would wait for the disk, or where
   *   nobody can say; or another -errno
   */
  readNow(fd: number, memory: Memory, offset: number, length: number, position: number): number;
  /** Another descriptor of an open file, for a udata that reads what somebody else has opened. @returns fd or -errno */
  duplicate(fd: number): number;
  /**
   * Sends what the socket takes at once, within the call: a last word before `close`. No op that writes may be pending.
   * @returns bytes sent, or -errno
   */
  sendNow(udata: Udata, memory: Memory, offset: number, length: number): number;
  /**
   * Waits on this thread for a write that was cancelled and is still pending: for a process that is about to end. The
   * write is then done, and its completion is delivered later. Only a driver whose kernel holds the memory of a pending
   * write has this.
   */
  join?(op: Op, timeoutMs: number): void;
  /** As `Loop.handOver` has it. */
  handOver(from: Udata, to: Udata): void;
  close(udata: Udata): void;
  /** Closes a descriptor that no udata has taken: one that was accepted and is not wanted. */
  discard(fd: number): void;
  /**
   * Closes as a failure: the peer gets a reset (SO_LINGER of zero seconds), and cannot take what it has for the whole.
   */
  abort(udata: Udata): void;
  /** Half-close (shutdown(2), SHUT_WR): the peer reads the end of the stream, and may go on sending. */
  finish(udata: Udata): void;

  /**
   * Sleeps until something is ready, `timeoutMs` has passed (-1: no limit) or a signal came.
   * @returns 0, or -errno if the multiplexer itself failed
   */
  wait(timeoutMs: number): number;
  /** The same sleep on another thread, if `fd` is -1. `woken` runs on this thread. `wakeUp` ends the sleep early. */
  waitInThread?(timeoutMs: number, woken: () => void): void;
  /**
   * Only a driver whose descriptor is silent while the loop is awake has this. The host calls it before it sleeps on
   * `fd`: from now on `fd` turns readable with the next completion. The host of such a driver first waits a little in
   * `wait`, because the way through `fd` is the longer one. @returns false if there is something to do at once
   */
  armDescriptor?(): boolean;
  /** Dispatches what `wait` found. @returns the number of completions delivered */
  deliver(): number;
  /**
   * True while a next round is due without an event: results wait to be delivered, or registrations to be submitted.
   */
  readonly busy: boolean;
  /**
   * The clock of a driver that lives in a world of its own (the scripted one), in milliseconds. The loop then makes no
   * system call of its own either: no other thread can wake it.
   */
  now?(): number;

  /** A listening socket: non-blocking, close-on-exec. @returns fd or -errno */
  listen(address: Address, backlog: number, shared?: boolean): number;
  /**
   * Begins a connection to another server, without waiting: a send on it waits until it stands, and reports that it could
   * not be made. A scripted driver has none.
   * @returns fd (non-blocking, close-on-exec); -EAGAIN if the backlog of a unix socket is full; or another -errno
   */
  connectTo?(address: Address): number;
  /**
   * The address that a socket is bound to: a listening one's (with its port if port 0 was asked for), or the near end
   * of a connection. A unix socket without a path if the address is not known.
   */
  addressOf(fd: number): Address;
  /** The address at the far end of a connection; null if the peer has gone. A scripted driver has no such addresses. */
  callerOf?(fd: number): Address | null;

  /** Frees the multiplexer. The caller has closed every udata before. */
  dispose(): void;
}
