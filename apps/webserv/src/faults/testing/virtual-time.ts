import type { Random } from '@webserv/event-loop/testing';

interface Job {
  readonly run: () => void;
  readonly at: number;
}

/** The day on which every run begins. */
const EPOCH = Date.UTC(2026, 10, 22);

const { setImmediate, setTimeout, clearTimeout, clearImmediate } = globalThis;

/** Whose run it is now. */
let current: VirtualTime | null = null;
let taken = false;

/**
 * Once, and for good: jest remembers every value that a global has ever had until the file of tests ends, so functions of
 * one run put there would keep the whole of that run: 0.16 MB of heap and 0.28 MB of buffers for each seed.
 */
function takeTimers(): void {
  if (taken) return;
  taken = true;
  Object.assign(globalThis, {
    setImmediate: (run: () => void) => current?.later(run, 0) ?? setImmediate(run),
    setTimeout: (run: () => void, ms = 0) => current?.later(run, ms) ?? setTimeout(run, ms),
    clearTimeout: (id: number) => (current === null ? clearTimeout(id) : current.never(id)),
    clearImmediate: (id: number) =>
      current === null ? clearImmediate(id as unknown as NodeJS.Immediate) : current.never(id),
  });
}

/**
 * Time, timers and chance of the process, taken over for one run: whatever in the server or its dependencies asks for
 * them comes from the seed and the driver's clock. `restore` gives them back.
 */
export class VirtualTime {
  private readonly now: () => number;
  private readonly random: Random;
  private jobs = new Map<number, Job>();
  private nextId = 1;
  private readonly kept = {
    dateNow: Date.now,
    performanceNow: performance.now,
    mathRandom: Math.random,
  };

  constructor(now: () => number, random: Random) {
    this.now = now;
    this.random = random;
  }

  install(): void {
    takeTimers();
    current = this;
    Date.now = () => EPOCH + Math.floor(this.now());
    performance.now = () => this.now();
    Math.random = () => this.random.next() / 0x100000000;
  }

  restore(): void {
    current = null;
    Date.now = this.kept.dateNow;
    performance.now = this.kept.performanceNow;
    Math.random = this.kept.mathRandom;
  }

  /** @returns the number by which it can be taken back */
  later(run: () => void, ms: number): number {
    this.jobs.set(this.nextId, { run, at: this.now() + ms });
    return this.nextId++;
  }

  never(id: number): void {
    this.jobs.delete(id);
  }

  /** Runs what is due, but nothing that it asks for meanwhile. @returns how many */
  run(): number {
    let ran = 0;
    const last = this.nextId;
    for (const [id, job] of this.jobs) {
      if (id >= last || job.at > this.now()) continue;
      this.jobs.delete(id);
      ran++;
      job.run();
    }
    return ran;
  }

  /** When the next one is due, in the driver's time. */
  get next(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { at } of this.jobs.values()) next = Math.min(next, at);
    return next;
  }
}
