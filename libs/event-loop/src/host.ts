import { type DescriptorWatch, mayWaitInThread, threadsAtWork, watchReadable } from './ffi/libc.ts';
import type { Loop } from './loop.ts';

/** How long ticks may follow each other before Node's own work has its turn. */
const SLICE_MS = 5;
/** How long a slice waits for more in the kernel, where the driver says that this is cheaper than to come back. */
const LINGER_MS = 1;
const LONGEST_ABSTINENCE = 63;
/** How often a loop without a descriptor looks round that may not wait in a thread, or not keep Node alive. */
const LOOK_MS = 5;

/**
 * Runs the loop inside Node's: Node watches the multiplexer's descriptor, and when it turns readable the loop ticks
 * until nothing is left, or its slice is over. Promises, timers, signals and other sockets of the process so have
 * their turn between slices, and while the server idles there is nothing but Node's own sleep.
 *
 * A driver that is told nothing while it is awake (`rest`), and one that has no thread to wait in, waits in the kernel for
 * a moment before the loop gives way, as long as that pays.
 *
 * A multiplexer without a descriptor of its own waits on another thread instead, or looks round every 5 ms where no
 * thread can be spared. `docs/adr` has the measurements that decided against a wait that blocks this thread.
 *
 * Life of a host: turning (a slice of ticks) -> nudged (another slice is due) or resting (on the descriptor, on a
 * thread, and on an alarm for the earliest timer) -> turning; from each of them stopped.
 */
export class Host {
  private readonly loop: Loop;
  private watch: DescriptorWatch | null = null;
  private immediate: NodeJS.Immediate | null = null;
  private alarm: NodeJS.Timeout | null = null;
  private alarmAt = Number.POSITIVE_INFINITY;
  private inThread = false;
  private stopped = false;
  private referenced = true;
  /** The loop's time in the last tick, or -1 where it has rested since. */
  private tickedAt = -1;
  /** Ticks without lingering so far, and how many there shall be. */
  private abstained = 0;
  private abstinence = 0;
  /** What is left to do when the thread is back. */
  private afterThread: (() => void) | null = null;
  private readonly turnSoon = (): void => this.nudge();
  /** Node joins its threads before it exits, for ever where one sleeps. */
  private readonly onExit = (): void => this.loop.wakeThread();
  private readonly turnNow = (): void => {
    this.immediate = null;
    this.turn();
  };

  constructor(loop: Loop) {
    this.loop = loop;
    const { fd } = loop.driver;
    // The watch's callback runs outside of what Node wraps a callback in (an exception would be lost), and the phase of
    // the immediates follows at once: the turn is taken there.
    if (fd >= 0) this.watch = watchReadable(fd, this.turnSoon);
    else process.on('exit', this.onExit);
    this.nudge();
  }

  /** Asks for a turn: something came up outside of a tick. */
  nudge(): void {
    if (this.immediate === null && !this.stopped) this.immediate = setImmediate(this.turnNow);
  }

  /** Node may end while nothing but this loop is left. */
  unref(): void {
    this.referenced = false;
    this.watch?.unref();
    this.alarm?.unref();
    // A thread that waits would keep Node alive: it is called back, and a timer takes its place.
    if (this.inThread) this.loop.wakeThread();
  }

  /** Ends it; `then` runs when no thread waits in the multiplexer any more, which is at once where none did. */
  stop(then: () => void): void {
    this.stopped = true;
    process.off('exit', this.onExit);
    this.watch?.close();
    if (this.immediate !== null) clearImmediate(this.immediate);
    if (this.alarm !== null) clearTimeout(this.alarm);
    if (this.inThread) {
      this.afterThread = then;
      this.loop.wakeThread();
    } else then();
  }

  private turn(): void {
    if (this.stopped) return;
    let more = true;
    try {
      more = this.slice();
    } finally {
      // Whatever was thrown through it, the loop goes on.
      if (!this.stopped) {
        if (more) this.nudge();
        else this.rest();
      }
    }
  }

  /** @returns true where there is more to do than the slice has room for */
  private slice(): boolean {
    const { loop } = this;
    // The loop reads the clock in each tick, and once is enough.
    let end = 0;
    let told = 0;
    do {
      const lingers = told > 0 && this.mayLinger;
      told = loop.tick(lingers ? LINGER_MS : 0);
      this.noteLag(lingers);
      if (end === 0) end = loop.now + SLICE_MS;
      if (lingers) this.lingered(told > 0);
      if (told === 0 && !loop.driver.busy) return this.stopped ? false : loop.driver.rest?.() === false;
    } while (!this.stopped && loop.now < end);
    return true;
  }

  /** What lies between two ticks is what the first one's completions, and Node's own work, have taken. */
  private noteLag(lingered: boolean): void {
    const { loop, tickedAt } = this;
    this.tickedAt = loop.now;
    // How long the kernel was waited in is not known.
    if (tickedAt >= 0) loop.lag.note(loop.now - tickedAt - (lingered ? LINGER_MS : 0));
  }

  /**
   * Whether the next tick may wait in the kernel. What a thread brings back is told by Node alone, so it must not wait
   * for us.
   */
  private get mayLinger(): boolean {
    if ((this.loop.driver.rest === undefined && !this.looksRound) || threadsAtWork()) return false;
    return this.abstained++ >= this.abstinence;
  }

  /** No thread can be spared to wait in. */
  private get looksRound(): boolean {
    return this.watch === null && !this.inThread && !mayWaitInThread();
  }

  /** Where nothing came of it (the peers are in this very process, or think for long) it is tried ever more rarely. */
  private lingered(paid: boolean): void {
    this.abstained = 0;
    this.abstinence = paid ? 0 : Math.min(2 * this.abstinence + 1, LONGEST_ABSTINENCE);
  }

  /** Nothing is left to do: arranges to be called when there is. */
  private rest(): void {
    this.tickedAt = -1;
    const idle = this.loop.idleFor;
    if (this.watch === null && this.referenced && !this.looksRound) this.restInThread(idle);
    else if (this.watch === null) this.setAlarm(idle >= 0 ? Math.min(idle, LOOK_MS) : LOOK_MS);
    else if (idle >= 0) this.setAlarm(idle);
  }

  /** One timer of Node's stands for the earliest of ours; it may ring early, and is then set anew. */
  private setAlarm(ms: number): void {
    const at = performance.now() + ms;
    if (this.alarm !== null) {
      if (this.alarmAt <= at) return;
      clearTimeout(this.alarm);
    }
    this.alarmAt = at;
    this.alarm = setTimeout(
      () => {
        this.alarm = null;
        this.turn();
      },
      Math.max(1, ms),
    );
    if (!this.referenced) this.alarm.unref();
  }

  private restInThread(idle: number): void {
    if (this.inThread) {
      // The thread sleeps on what was known when it began: it is called back.
      this.loop.wakeThread();
      return;
    }
    this.inThread = true;
    this.loop.driver.waitInThread?.(idle, () => {
      this.inThread = false;
      if (this.afterThread === null) this.turn();
      else this.afterThread();
    });
  }
}
