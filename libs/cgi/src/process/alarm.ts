import { type Loop, Timer, Udata } from '@webserv/event-loop';

/** A deadline for an object that is no udata itself. */
export class Alarm extends Udata {
  private readonly loop: Loop;
  private readonly timer = new Timer(this);
  private readonly ring: () => void;
  /** It has run out once, and rings if nothing comes in the rest of that tick. */
  private looked = false;

  constructor(loop: Loop, ring: () => void) {
    super('worker', -1);
    this.loop = loop;
    this.ring = ring;
  }

  /**
   * Rings in `ms` from now, in place of any earlier time. A tick runs timers before completions: after a stall of the whole
   * process (a suspended machine, a debugger) every deadline is over while what it waits for lies ready. So the completions
   * of that tick come first.
   */
  set(ms: number): void {
    this.looked = ms === 0;
    this.loop.arm(this.timer, ms);
  }

  stop(): void {
    this.loop.disarm(this.timer);
  }

  override expire(): void {
    if (this.looked) {
      this.ring();
      return;
    }
    this.looked = true;
    this.loop.arm(this.timer, 0);
  }

  /** It has no operations. */
  complete(): void {}
}
