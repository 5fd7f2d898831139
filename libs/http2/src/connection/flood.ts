import type { Rate } from './bounds.ts';

/** Counts how often a client does what costs the server more than the client, and sees when it is too often. */
export class Flood {
  /** Its name in the log. */
  readonly why: string;
  private readonly rate: Rate;
  /** What has not been worked off at `at`. */
  private level = 0;
  private at = 0;

  constructor(why: string, rate: Rate) {
    this.why = why;
    this.rate = rate;
  }

  /** Counts `times` more. Returns true if that is too often. `now` is in milliseconds, and never smaller than before. */
  add(times: number, now: number): boolean {
    const { burst, perSecond } = this.rate;
    const worked = ((now - this.at) * perSecond) / 1000;
    this.level = Math.max(0, this.level - worked) + times;
    this.at = now;
    return this.level > burst;
  }

  /** Takes back what has a reason after all. */
  excuse(times: number): void {
    this.level = Math.max(0, this.level - times);
  }
}
