import type { Loop } from '@webserv/event-loop';
import { DateClock } from '@webserv/response';

/** The time of day, read once a tick, and its HTTP-date: one string a second for all responses. */
export class Clock {
  private readonly loop: Loop;
  private readonly date = new DateClock(Date.now());
  private tick = -1;
  private nowMs = 0;

  constructor(loop: Loop) {
    this.loop = loop;
  }

  /** Milliseconds since the epoch at the begin of this tick. */
  now(): number {
    if (this.tick !== this.loop.ticks) this.look();
    return this.nowMs;
  }

  /** The IMF-fixdate of `now()`. */
  text(): string {
    if (this.tick !== this.loop.ticks) this.look();
    return this.date.text;
  }

  private look(): void {
    this.tick = this.loop.ticks;
    this.nowMs = Date.now();
    this.date.update(this.nowMs);
  }
}
