import { type DescriptorWatch, watchReadable } from './ffi/libc.ts';
import { mayWaitInThread, threadsAtWork } from './ffi/threads.ts';
import type { Loop } from './loop.ts';

/** How long ticks may follow each other before Node's own work has its turn. */
const SLICE_MS = 5;
/**
 * How long a slice waits in the kernel for more, if the driver says that this is cheaper than to come back. With 1 ms, a
 * request of a single connection takes a fifth more CPU: so short a timer costs each wait. 20 ms gains no more than 5.
 */
const LINGER_MS = 5;
const LONGEST_ABSTINENCE = 63;
/**
 * How often a loop looks for events if it has no descriptor and may not wait in a thread, or may not keep Node alive.
 */
const LOOK_MS = 5;

/**
 * Runs the loop inside Node's. Node watches the multiplexer's descriptor. When it turns readable, the loop ticks until
 * nothing remains to do or its slice is over. Promises, timers, signals and other sockets of the process have their
 * turn between slices. While the server is idle, only Node itself sleeps.
 *
 * A driver whose descriptor is silent while the loop is awake (`armDescriptor`), and one that has no thread to wait in,
 * wait in the kernel for a moment before the loop gives way, as long as that pays.
 *
 * A multiplexer without a descriptor of its own waits on another thread. If no thread can be spared, the host looks for
 * events every 5 ms. `docs/adr` has the measurements that decided against a wait that blocks this thread.
 *
 * Life of a host: turning (a slice of ticks) -> nudged (another slice is due) or asleep (on the descriptor, on a
 * thread, and on an alarm for the earliest timer) -> turning. Each of them can be stopped.
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
  /** The loop's time in the last tick, or -1 if it has slept since. */
  private tickedAt = -1;
  /** Ticks without lingering so far, and how many there are to be. */
  private abstained = 0;
  private abstinence = 0;
  /** Something of Node's is due behind this tick. */
  private yields = false;
  /** What remains to do when the thread is back. */
  private afterThread: (() => void) | null = null;
  private readonly turnSoon = (): void => this.nudge();
  /** Node joins its threads before it exits, and waits for ever for one that sleeps. */
  private readonly onExit = (): void => this.loop.wakeThread();
  private readonly turnNow = (): void => {
    this.immediate = null;
    this.turn();
  };

  constructor(loop: Loop) {
    this.loop = loop;
    const { fd } = loop.driver;
    // The watch's callback runs outside of what Node wraps around callbacks, so an exception would be lost. The phase
    // of the immediates follows at once: the turn is taken there.
    if (fd >= 0) this.watch = watchReadable(fd, this.turnSoon);
    else process.on('exit', this.onExit);
    this.nudge();
  }

  /** Asks for a turn: there is work that came up outside of a tick. */
  nudge(): void {
    if (this.immediate === null && !this.stopped) this.immediate = setImmediate(this.turnNow);
  }

  /** Node has its turn when the present tick is over. */
  giveWay(): void {
    this.yields = true;
  }

  /** Lets Node end when only this loop is left. */
  unref(): void {
    this.referenced = false;
    this.watch?.unref();
    this.alarm?.unref();
    // A thread that waits would keep Node alive. It is woken, and a timer takes its place.
    if (this.inThread) this.loop.wakeThread();
  }

  /** Ends the host. `then` runs when no thread waits in the multiplexer any more: at once if none does. */
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
      // The loop goes on, whatever was thrown through it.
      if (!this.stopped) {
        if (more) this.nudge();
        else this.sleep();
      }
    }
  }

  /** @returns true if there is more to do than the slice has room for */
  private slice(): boolean {
    const { loop } = this;
    this.yields = false;
    // The loop reads the clock in each tick: one reading is enough.
    let end = 0;
    let delivered = 0;
    do {
      const lingers = delivered > 0 && this.mayLinger;
      delivered = loop.tick(lingers ? LINGER_MS : 0);
      this.noteLag(lingers);
      if (this.yields) return true;
      if (end === 0) end = loop.now + SLICE_MS;
      if (lingers) this.lingered(delivered > 0);
      if (delivered === 0 && !loop.driver.busy)
        return this.stopped ? false : loop.driver.armDescriptor?.() === false;
    } while (!this.stopped && loop.now < end);
    return true;
  }

  /** The time between two ticks is what the completions of the first one, and Node's own work, have taken. */
  private noteLag(lingered: boolean): void {
    const { loop, tickedAt } = this;
    this.tickedAt = loop.now;
    // How long the loop waited in the kernel is not known.
    if (tickedAt >= 0) loop.lag.note(loop.now - tickedAt - (lingered ? LINGER_MS : 0));
  }

  /**
   * Whether the next tick may wait in the kernel. Only Node reports the end of a call on a thread, so Node must not
   * wait for us.
   */
  private get mayLinger(): boolean {
    if ((this.loop.driver.armDescriptor === undefined && !this.mustLookRound) || threadsAtWork())
      return false;
    return this.abstained++ >= this.abstinence;
  }

  /** No thread can be spared to wait in. */
  private get mustLookRound(): boolean {
    return this.watch === null && !this.inThread && !mayWaitInThread();
  }

  /**
   * If nothing comes of it (the peers are in this very process, or take long to answer), the host lingers ever more
   * rarely.
   */
  private lingered(paid: boolean): void {
    this.abstained = 0;
    this.abstinence = paid ? 0 : Math.min(2 * this.abstinence + 1, LONGEST_ABSTINENCE);
  }

  /** Nothing remains to do: arranges a call for when there is something. */
  private sleep(): void {
    this.tickedAt = -1;
    const idle = this.loop.idleFor;
    if (this.watch === null && this.referenced && !this.mustLookRound) this.sleepInThread(idle);
    else if (this.watch === null) this.setAlarm(idle >= 0 ? Math.min(idle, LOOK_MS) : LOOK_MS);
    else if (idle >= 0) this.setAlarm(idle);
  }

  /** One timer of Node's stands for the earliest of ours. It may ring early; it is then set again. */
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

  private sleepInThread(idle: number): void {
    if (this.inThread) {
      // The thread sleeps on what was known when it began: it is woken.
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

/** Upper bounds of rounds that are counted, in milliseconds. */
const LAG_BOUNDS_MS: readonly number[] = [1, 5, 10, 25, 50, 100, 250, 500, 1000, 5000];

/** How long one round of a loop has kept all others waiting, in milliseconds. */
export class Lag {
  readonly bounds = LAG_BOUNDS_MS;
  /** Rounds up to each bound and above the one before it. The last ones have no bound. */
  readonly counts = new Float64Array(LAG_BOUNDS_MS.length + 1);
  /** Of all rounds together. */
  sumMs = 0;
  /** The longest since the start. */
  longest = 0;
  private recent = 0;

  note(ms: number): void {
    let index = 0;
    // Most rounds are short.
    while (index < LAG_BOUNDS_MS.length && ms > LAG_BOUNDS_MS[index]) index++;
    this.counts[index]++;
    if (ms > 0) this.sumMs += ms;
    if (ms <= this.recent) return;
    this.recent = ms;
    if (ms > this.longest) this.longest = ms;
  }

  /** The longest since the last `take`. */
  take(): number {
    const { recent } = this;
    this.recent = 0;
    return recent;
  }
}
