import { Slice } from './slice.ts';

/** A piece of work that runs until it is done or the slice is spent. If work is left, it asks for another turn. */
export type Work = (slice: Slice) => void;

/**
 * A queue for work that is done in slices. All work shares one slice in each turn of the host's loop, first come, first
 * served. Everything else in the loop waits for one slice at most, for any amount of long work.
 */
export class Turns {
  private readonly schedule: (run: () => void) => void;
  private readonly slice: Slice;
  private readonly waiting: Work[] = [];
  private scheduled = false;
  private readonly held: (ms: number) => void;
  private onIdle: (() => void) | null = null;

  /**
   * @param schedule runs its argument once, later, after a turn for everything else in the loop
   * @param held called with the milliseconds of each turn
   */
  constructor(
    schedule: (run: () => void) => void = (run) => void setImmediate(run),
    slice: Slice = new Slice(),
    held: (ms: number) => void = () => {},
  ) {
    this.schedule = schedule;
    this.slice = slice;
    this.held = held;
  }

  /** As `Services.later`. */
  readonly later = (work: Work): void => {
    this.waiting.push(work);
    this.arm();
  };

  /** Calls back, perhaps from within, when no work is left. */
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
    const { slice, waiting } = this;
    slice.begin();
    try {
      // Work that comes back within the turn goes behind the work that already waits.
      do waiting.shift()?.(slice);
      while (waiting.length > 0 && !slice.spent);
    } finally {
      this.held(slice.elapsed);
      this.arm();
    }
  };
}
