import type { Random } from '@webserv/event-loop/testing';

interface Job {
  readonly run: () => void;
  readonly at: number;
}

/** The day on which every run begins. */
const EPOCH = Date.UTC(2026, 10, 22);

/**
 * Time, timers and chance of the process, taken over for one run: whatever in the server or its dependencies asks for
 * them is told by the seed and the driver's clock. Everything is put back by `restore`.
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
    setImmediate: globalThis.setImmediate,
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    clearImmediate: globalThis.clearImmediate,
  };

  constructor(now: () => number, random: Random) {
    this.now = now;
    this.random = random;
  }

  install(): void {
    const later = (run: () => void, ms = 0): number => {
      this.jobs.set(this.nextId, { run, at: this.now() + ms });
      return this.nextId++;
    };
    const never = (id: number): void => void this.jobs.delete(id);
    Date.now = () => EPOCH + Math.floor(this.now());
    performance.now = () => this.now();
    Math.random = () => this.random.next() / 0x100000000;
    Object.assign(globalThis, {
      setImmediate: (run: () => void) => later(run),
      setTimeout: later,
      clearTimeout: never,
      clearImmediate: never,
    });
  }

  restore(): void {
    const { dateNow, performanceNow, mathRandom, ...timers } = this.kept;
    Date.now = dateNow;
    performance.now = performanceNow;
    Math.random = mathRandom;
    Object.assign(globalThis, timers);
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
