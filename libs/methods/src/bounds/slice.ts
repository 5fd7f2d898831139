/** Milliseconds of work before other work gets its turn. */
const SLICE_MS = 2;

/** A limited piece of time for work that could take long. */
export class Slice {
  private readonly clock: () => number;
  private readonly length: number;
  private end = 0;

  /** @param clock milliseconds, with their fraction, of a clock that only goes forward */
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
