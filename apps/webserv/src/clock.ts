import type { Loop } from '@webserv/event-loop';
import { DateClock } from '@webserv/response';

/** The time of day, read once a tick, and its HTTP-date: one string a second for everybody. */
export class Clock {
  private readonly loop: Loop;
  private readonly date = new DateClock(Date.now());
  private tick = -1;
  private read = 0;

  constructor(loop: Loop) {
    this.loop = loop;
  }

  /** Milliseconds since the epoch, as they were when the tick began that asks. */
  now(): number {
    if (this.tick !== this.loop.ticks) {
      this.tick = this.loop.ticks;
      this.read = Date.now();
    }
    return this.read;
  }

  /** The IMF-fixdate of `nowMs`. */
  text(nowMs: number): string {
    this.date.update(nowMs);
    return this.date.text;
  }
}
