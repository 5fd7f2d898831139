/** The counters of instrumented code, in the global object: the code under test imports nothing of the fuzzer. */
interface Probe {
  /** How often each place was passed, modulo 256. */
  hits: Uint8Array;
  /** Turns of loops and calls that this execution may still take. */
  fuel: number;
  /** Called when the fuel is used up. */
  out: () => never;
}

/** Room for this many places; the libraries have a few thousand. */
export const PLACES = 1 << 14;

/** Counts are compared in these steps: once, twice, three times, 4 to 7, ... 128 and more. */
const STEPS = Uint8Array.from({ length: 256 }, (_none, count) => step(count));

function step(count: number): number {
  if (count < 4) return count === 0 ? 0 : 1 << (count - 1);
  if (count < 8) return 8;
  if (count < 16) return 16;
  if (count < 32) return 32;
  return count < 128 ? 64 : 128;
}

/** Knows what has been reached so far, and whether an execution has reached more. */
export class Coverage {
  readonly probe: Probe;
  private readonly size: number;
  private readonly seen: Uint8Array;
  /** Places reached. */
  places = 0;
  /** The sum, over all places, of the steps that their counts in one execution have reached. */
  features = 0;

  /**
   * @param probe the one that the code under test was loaded with; several coverages may use it in turns
   * @param size how many places that code has
   */
  constructor(probe?: Probe, size = PLACES) {
    this.size = size;
    this.seen = new Uint8Array(size);
    this.probe = probe ?? {
      hits: new Uint8Array(PLACES),
      fuel: Number.POSITIVE_INFINITY,
      out: () => {
        throw new Error('no end in sight: the budget of steps is used up');
      },
    };
  }

  /** Prepares for one execution. */
  begin(fuel: number): void {
    this.probe.hits.fill(0, 0, this.size);
    this.probe.fuel = fuel;
  }

  /** Returns what the execution reached first, and remembers it: 0 nothing, 1 a new count, 2 a new place. */
  learn(): 0 | 1 | 2 {
    let news: 0 | 1 | 2 = 0;
    const { seen, size } = this;
    const { hits } = this.probe;
    for (let i = 0; i < size; i++) {
      const count = hits[i] as number;
      if (count === 0) continue;
      const bit = STEPS[count] as number;
      const before = seen[i] as number;
      if ((before & bit) !== 0) continue;
      if (before === 0) {
        this.places++;
        news = 2;
      } else if (news === 0) news = 1;
      this.features++;
      seen[i] = before | bit;
    }
    return news;
  }

  /** Returns the places that the last execution passed. */
  passed(): number[] {
    const found: number[] = [];
    for (let i = 0; i < this.size; i++) if (this.probe.hits[i] !== 0) found.push(i);
    return found;
  }
}
