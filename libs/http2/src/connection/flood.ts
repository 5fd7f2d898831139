import type { Rate } from './bounds.ts';
import type { Waste } from './waste.ts';

/** Counts how often a client does what costs the server more than the client, and sees when it is too often. */
export class Flood {
  /** Its name in the log. */
  readonly why: string;
  private readonly rate: Rate;
  private readonly waste: Waste | null;
  /** What has not been worked off at `at`. */
  private level = 0;
  private at = 0;

  /** `waste` sums up all floods of the connection. */
  constructor(why: string, rate: Rate, waste: Waste | null = null) {
    this.why = why;
    this.rate = rate;
    this.waste = waste;
    waste?.sumUp(this);
  }

  /** Counts `times` more. Returns true if that is too often. `now` is in milliseconds, and never smaller than before. */
  add(times: number, now: number): boolean {
    const { burst, perSecond } = this.rate;
    const worked = ((now - this.at) * perSecond) / 1000;
    this.level = Math.max(0, this.level - worked) + times;
    this.at = now;
    const wasted = this.waste?.add(times / burst, now) ?? false;
    return wasted || this.level > burst;
  }

  /** How much of its bound is used up. */
  get part(): number {
    return this.level / this.rate.burst;
  }

  /** Takes back what has a reason after all. */
  excuse(times: number): void {
    this.level = Math.max(0, this.level - times);
    this.waste?.redeem(times / this.rate.burst);
  }
}
