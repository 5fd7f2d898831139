import { Closing } from './disk/closing.ts';
import { type Choice, chooseDriver } from './driver/choose.ts';
import { type Driver, Interest } from './driver/driver.ts';
import { returnFreedMemory } from './ffi/allocator.ts';
import { ERRNO, errnoMessage } from './ffi/errno.ts';
import * as libc from './ffi/libc.ts';
import { Host, Lag } from './host.ts';
import type { LoopOptions } from './loop-options.ts';
import type { Memory } from './memory.ts';
import { type Op, OpKind, type Slice } from './op.ts';
import { type Timer, Timers } from './timers.ts';
import type { Udata } from './udata.ts';
import { WakeUdata, wake } from './wake-udata.ts';

/** The kernel's waits and Node's timers take 31 bits of milliseconds. A day is as good as no end. */
const LONGEST_WAIT_MS = 86_400_000;

/**
 * The event loop: operations of udatas in, completions out, one tick at a time, hosted by Node's own loop.
 *
 * An operation's result is `>= 0` or a negative errno (`errnoName` gives its name). A tick reports it by
 * `owner.complete(op)`; the call that submits an operation never does.
 */
export class Loop {
  /** What drives the loop, and why a better driver does not. */
  readonly choice: Choice;
  readonly driver: Driver;
  readonly timers = new Timers();
  /** Closes files of which no udata has the descriptor: within a tick when it ends, otherwise at once. */
  readonly closing = new Closing();
  /** How long one tick has kept the others waiting, if Node hosts the loop. */
  readonly lag = new Lag();
  /** Milliseconds of a clock that only goes forward, read once after each wait. */
  now = 0;
  /** Reads the clock of `now`, for work that looks at its time within a round. */
  readonly clock: () => number;
  /** Called when another thread has woken the loop. */
  onWake: () => void = () => {};
  /** Ticks so far, and completions delivered: for counters and benchmarks. */
  ticks = 0;
  completions = 0;
  /** Called with what a udata threw, which is then closed. Null: the loop throws the error itself. */
  onFault: ((udata: Udata, error: unknown) => void) | null;
  private readonly host: Host | null;
  private readonly waker: WakeUdata | null;
  private ticking = false;
  private closed = false;
  /** What was thrown in this round, if `onFault` is null. */
  private thrown: { readonly error: unknown } | null = null;

  private constructor(choice: Choice, options: LoopOptions) {
    const { driver } = choice;
    this.choice = choice;
    this.driver = driver;
    this.onFault = options.onFault ?? null;
    this.clock = driver.now === undefined ? () => performance.now() : () => driver.now?.() ?? 0;
    this.now = this.clock();
    driver.notify = () => this.nudge();
    driver.fault = (udata, error) => this.fault(udata, error);
    if (driver.now === undefined) returnFreedMemory();
    this.waker = driver.now === undefined ? this.openWaker() : null;
    this.host = (options.hosted ?? true) ? new Host(this) : null;
  }

  /**
   * A loop that Node's loop hosts until `dispose`, or one that the caller ticks.
   * @throws Error if the driver that was asked for is not available; it says why
   */
  static open(options: LoopOptions = {}): Loop {
    const choice =
      options.driver === undefined
        ? chooseDriver(options.use ?? { name: 'auto' })
        : { driver: options.driver, passedOver: [], lacks: [] };
    return new Loop(choice, options);
  }

  private openWaker(): WakeUdata {
    const pipe = libc.openPipe();
    if (typeof pipe === 'number') {
      this.driver.dispose();
      throw new Error(`the loop cannot open the pipe that wakes it: ${errnoMessage(pipe)}`);
    }
    const waker = new WakeUdata(this, pipe[0], pipe[1]);
    const error = this.driver.register(waker, Interest.READ);
    if (error < 0) {
      libc.close(pipe[0]);
      libc.close(pipe[1]);
      this.driver.dispose();
      throw new Error(
        `${this.driver.name} cannot watch the pipe that wakes the loop: ${errnoMessage(error)}`,
      );
    }
    waker.listen();
    return waker;
  }

  /** What other threads pass to `wake`: a plain number. It is not valid once the loop is disposed of. */
  get wakeToken(): number {
    return this.waker?.writeEnd ?? -1;
  }

  // ---- udatas ------------------------------------------------------------------------------------------------

  /**
   * Takes a udata and its descriptor.
   * @returns 0 or -errno: then nothing was taken, and `close` or `discard` closes the descriptor
   */
  register(udata: Udata, interest: Interest): number {
    if (this.closed) return -ERRNO.ECANCELED;
    this.nudge();
    return this.driver.register(udata, interest);
  }

  /** `to` takes over the descriptor and the slot of `from`. Nothing of `from` may be pending, and no `dispose` follows. */
  handOver(from: Udata, to: Udata): void {
    this.driver.handOver(from, to);
  }

  /**
   * Closes a udata: its descriptor is closed, no `complete` follows, `dispose` comes last. A second call does nothing.
   * Timers stay armed.
   */
  close(udata: Udata): void {
    this.nudge();
    this.driver.close(udata);
  }

  /** Closes a descriptor that no udata has taken: one that was accepted and is not wanted. */
  discard(fd: number): void {
    this.driver.discard(fd);
  }

  /** As `close`, but the peer gets a reset: it cannot take what it has received for the whole. */
  abort(udata: Udata): void {
    this.nudge();
    this.driver.abort(udata);
  }

  /** Says that nothing more will be sent, and leaves the other direction open. */
  finish(udata: Udata): void {
    this.driver.finish(udata);
  }

  // ---- operations --------------------------------------------------------------------------------------------

  /**
   * Accepts connections until cancelled: `result` is a descriptor, `text` the peer's address. It ends with a failure,
   * or as `last` says.
   */
  accept(op: Op): void {
    op.kind = OpKind.ACCEPT;
    this.submit(op);
  }

  /** Receives what is there: `result` bytes lie in `bytes` from `offset` on. 0: the peer has finished sending. */
  recv(op: Op): void {
    op.kind = OpKind.RECV;
    op.memory = null;
    this.submit(op);
  }

  /** As `recv`, into memory of the caller's, for what is large and is kept: at most `length` bytes, from `offset` on. */
  recvInto(op: Op, memory: Memory, offset: number, length: number): void {
    op.kind = OpKind.RECV;
    op.memory = memory;
    op.offset = offset;
    op.length = length;
    this.submit(op);
  }

  /** Sends all of `length` bytes: `result` is `length`, or a failure, and `done` says how many were sent. */
  send(op: Op, memory: Memory, offset: number, length: number): void {
    op.kind = OpKind.SEND;
    op.memory = memory;
    op.offset = offset;
    op.length = length;
    op.vector = null;
    this.submit(op);
  }

  /** Sends all pieces, in as few calls as the system allows; `result` as for `send`. */
  sendAll(op: Op, vector: readonly Slice[]): void {
    op.kind = OpKind.SEND;
    op.memory = null;
    op.vector = vector;
    this.submit(op);
  }

  /** Sends from a file within the kernel: `result` is `length`, or less if the file has become shorter. */
  sendFile(op: Op, file: number, position: number, length: number): void {
    op.kind = OpKind.SENDFILE;
    // It is of the head that was sent before.
    op.vector = null;
    op.file = file;
    op.position = position;
    op.length = length;
    this.submit(op);
  }

  /**
   * Reads from a pipe (`position` -1; `memory` null for memory of the driver's) or a file (own memory, registered with
   * `Interest.FILE`). `result` is the number of bytes: fewer than asked for if no more are there now, 0 at the end.
   */
  read(op: Op, memory: Memory | null, offset: number, length: number, position: number): void {
    op.kind = OpKind.READ;
    op.memory = memory;
    op.offset = offset;
    op.length = length;
    op.position = position;
    this.submit(op);
  }

  /**
   * Reads of a regular file what the system has at hand, within this call: the one read that needs no udata.
   * @returns bytes read, fewer than asked for at the end of the file; -EAGAIN where that would wait for the disk, or where
   *   nobody can say: `read` is the way then
   */
  readNow(fd: number, memory: Memory, offset: number, length: number, position: number): number {
    return this.driver.readNow(fd, memory, offset, length, position);
  }

  /** Writes all of `length` bytes to a pipe (`position` -1) or a file; `result` as for `send`. */
  write(op: Op, memory: Memory, offset: number, length: number, position: number): void {
    op.kind = OpKind.WRITE;
    op.memory = memory;
    op.offset = offset;
    op.length = length;
    op.vector = null;
    op.position = position;
    this.submit(op);
  }

  /**
   * Waits for a child to end, and collects it: `result` is its exit code (0 to 255), or 256 + the signal that ended it.
   */
  awaitChild(op: Op, pid: number): void {
    op.kind = OpKind.CHILD;
    op.file = pid;
    this.submit(op);
  }

  /**
   * Watches a file or folder until cancelled: `result` holds bits of `Change`, `text` the entry's name if a folder is
   * watched and the system names it. Fails with -ENOSYS if the driver cannot watch paths.
   */
  watchPath(op: Op, path: string): void {
    op.kind = OpKind.CHANGE;
    op.text = path;
    this.submit(op);
  }

  cancel(op: Op): void {
    this.driver.cancel(op);
    this.nudge();
  }

  /** Waits on this thread, for at most `timeoutMs`, for a write that was cancelled and is still pending. */
  join(op: Op, timeoutMs: number): void {
    this.driver.join?.(op, timeoutMs);
  }

  /** Runs `owner.expire(timer)` in `ms` from now, in place of any earlier deadline of this timer. */
  arm(timer: Timer, ms: number): void {
    // Outside of a tick `now` may be long past.
    if (!this.ticking) this.now = this.clock();
    this.timers.arm(timer, this.now + ms);
    this.nudge();
  }

  disarm(timer: Timer): void {
    this.timers.cancel(timer);
  }

  // ---- running -----------------------------------------------------------------------------------------------

  /** Milliseconds until a timer may run out: 0 if one has, -1 if there is none. */
  get idleFor(): number {
    const next = this.timers.next();
    if (next === Number.POSITIVE_INFINITY) return -1;
    return Math.min(Math.max(0, Math.ceil(next - this.clock())), LONGEST_WAIT_MS);
  }

  /**
   * One round: wait, timers, completions. The host calls it; tests and other hosts may.
   * @param timeoutMs how long to wait at most, -1 without end; a due timer or waiting work ends the wait earlier
   * @returns completions delivered and timers run out in this round
   * @throws Error if the multiplexer itself is broken; what a udata threw, if there is no `onFault`
   */
  tick(timeoutMs: number): number {
    if (this.ticking)
      throw new Error('tick() was called within a tick: call it outside of complete, expire and dispose');
    if (this.closed) return 0;
    const idle = timeoutMs === 0 ? 0 : this.idleFor;
    const error = this.driver.wait(idle >= 0 && (timeoutMs < 0 || idle < timeoutMs) ? idle : timeoutMs);
    // The kernel is short of memory at times. What is ready now is still ready in the next round.
    if (error < 0 && error !== -ERRNO.ENOMEM && error !== -ERRNO.EAGAIN) {
      throw new Error(`${this.driver.name}: ${errnoMessage(error)}`);
    }
    this.ticks++;
    this.now = this.clock();
    let fired = 0;
    let delivered = 0;
    this.ticking = true;
    this.closing.gather();
    try {
      fired = this.timers.fire(this.now, this.driver.fault);
      delivered = this.driver.deliver();
    } finally {
      // A driver that throws ends this round alone: the next tick is no tick within a tick.
      this.ticking = false;
      this.closing.flush();
    }
    this.completions += delivered;
    if (this.thrown !== null) this.throwOn();
    return fired + delivered;
  }

  /** Ends a wait on another thread: what it waits for has changed. */
  wakeThread(): void {
    wake(this.wakeToken);
  }

  /**
   * What the present tick has begun goes on in Node, such as in a promise, a next tick or an event of a stream: Node has its
   * turn when the tick is over, before the loop waits or goes on.
   */
  giveWay(): void {
    this.host?.giveWay();
  }

  /** Lets Node end when only waits of this loop are left. */
  unref(): void {
    this.host?.unref();
  }

  /**
   * Closes every udata, the multiplexer, and the ties to Node's loop. Every `dispose` has run when this returns, except
   * for a descriptor that a thread still reads from: its `dispose` follows when the thread is back.
   */
  dispose(): void {
    if (this.closed) return;
    this.closed = true;
    for (const udata of this.driver.table) if (udata !== this.waker) this.driver.close(udata);
    if (!this.ticking) this.driver.deliver();
    // A multiplexer that a thread waits in is freed when the thread is back. The waker wakes the thread, so it is
    // closed last.
    const end = (): void => {
      if (this.waker !== null) this.driver.close(this.waker);
      this.driver.dispose();
    };
    if (this.host === null) end();
    else this.host.stop(end);
    if (!this.ticking && this.thrown !== null) this.throwOn();
  }

  /** @internal The waker does not cause what is thrown, and stays open. */
  woken(waker: Udata): void {
    try {
      this.onWake();
    } catch (error) {
      this.report(waker, error);
    }
  }

  private submit(op: Op): void {
    this.driver.submit(op);
    if (!this.ticking) this.nudge();
  }

  /** Work that comes up outside of a tick (from a promise, a timer of Node's, a thread) asks for one. */
  private nudge(): void {
    if (!this.ticking && !this.closed) this.host?.nudge();
  }

  private fault(udata: Udata, error: unknown): void {
    this.report(udata, error);
    this.driver.close(udata);
  }

  private report(udata: Udata, error: unknown): void {
    try {
      if (this.onFault === null) this.thrown ??= { error };
      else this.onFault(udata, error);
    } catch (second) {
      this.thrown ??= { error: second };
    }
  }

  private throwOn(): void {
    const thrown = this.thrown;
    this.thrown = null;
    throw thrown?.error;
  }
}
