/**
 * A queue for work that is done in slices: one slice at each turn of the host's loop, whoever it belongs to, so that the
 * others wait for one slice at most however many have long work.
 */
export class Turns {
  private readonly schedule: (run: () => void) => void;
  private readonly waiting: Array<() => void> = [];
  private scheduled = false;
  private onIdle: (() => void) | null = null;

  /** @param schedule runs its argument once, later, with a turn for everybody else in between */
  constructor(schedule: (run: () => void) => void = (run) => void setImmediate(run)) {
    this.schedule = schedule;
  }

  /** As `Services.later`. */
  readonly later = (run: () => void): void => {
    this.waiting.push(run);
    this.arm();
  };

  /** Calls back, perhaps from within, when nobody has work left. */
  whenIdle(done: () => void): void {
    this.onIdle = done;
    this.arm();
  }

  private arm(): void {
    if (this.scheduled) return;
    if (this.waiting.length === 0) {
      const { onIdle } = this;
      this.onIdle = null;
      onIdle?.();
      return;
    }
    this.scheduled = true;
    this.schedule(this.turn);
  }

  private readonly turn = (): void => {
    this.scheduled = false;
    const run = this.waiting.shift();
    try {
      run?.();
    } finally {
      this.arm();
    }
  };
}
