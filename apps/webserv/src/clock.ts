import { DateClock } from '@webserv/response';

/** The time of day, and its HTTP-date: one string a second for everybody. */
export class Clock {
  private readonly date = new DateClock(Date.now());

  /** Milliseconds since the epoch. */
  now(): number {
    return Date.now();
  }

  /** The IMF-fixdate of `nowMs`. */
  text(nowMs: number): string {
    this.date.update(nowMs);
    return this.date.text;
  }
}
