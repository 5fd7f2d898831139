/** Milliseconds of work after which others get their turn. */
const SLICE_MS = 2;

/** A piece of time for work that could go on for long. */
export class Slice {
  private readonly clock: () => number;
  private readonly length: number;
  private end = 0;

  /** @param clock milliseconds that only go forward, with their fraction */
  constructor(length: number = SLICE_MS, clock: () => number = () => performance.now()) {
    this.length = length;
    this.clock = clock;
  }

  begin(): void {
    this.end = this.clock() + this.length;
  }

  /** Milliseconds since it began. */
  get elapsed(): number {
    return this.clock() - this.end + this.length;
  }

  get spent(): boolean {
    return this.clock() >= this.end;
  }
}
