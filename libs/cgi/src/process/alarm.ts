import { type Loop, Timer, Udata } from '@webserv/event-loop';

/** A deadline for an object that is not a udata itself. */
export class Alarm extends Udata {
  private readonly loop: Loop;
  private readonly timer = new Timer(this);
  private readonly ring: () => void;
  /** The time is over. The alarm rings unless something comes in the rest of this tick. */
  private looked = false;

  constructor(loop: Loop, ring: () => void) {
    super('worker', -1);
    this.loop = loop;
    this.ring = ring;
  }

  /**
   * Rings `ms` from now, and replaces any earlier time. A tick runs timers before completions. After a stall of the whole
   * process (a suspended machine, a debugger) every deadline is over although its completion is ready. The alarm therefore
   * lets the completions of that tick run first.
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

  /** Never called: an alarm has no operations. */
  complete(): void {}
}
