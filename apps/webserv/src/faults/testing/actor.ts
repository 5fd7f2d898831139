/** Yielded by an act that waits for something to arrive: it is asked again each round, and keeps no round going. */
export const IO = -1;

/** What somebody does, step by step. It yields milliseconds to sleep, or IO. */
export type Act = Generator<number, void, void>;

/** A client or a script, outside of the server. It acts when the world gives it a turn. */
export class Actor {
  done = false;
  /** In the driver's time; Infinity while waiting for something to arrive. */
  wakeAt = 0;
  private readonly act: Act;

  constructor(act: Act) {
    this.act = act;
  }

  /** @returns true where it has done something other than waiting */
  turn(now: number): boolean {
    if (this.done || (this.wakeAt > now && this.wakeAt !== Number.POSITIVE_INFINITY)) return false;
    const { value, done } = this.act.next();
    this.done = done === true;
    this.wakeAt = value === IO || this.done ? Number.POSITIVE_INFINITY : now + (value as number);
    return this.wakeAt !== Number.POSITIVE_INFINITY;
  }
}
