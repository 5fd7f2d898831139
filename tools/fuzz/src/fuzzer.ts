import type { Coverage } from './coverage.ts';
import { minimize } from './minimize.ts';
import { MAX_INPUT, mutate } from './mutate.ts';
import { Random } from './random.ts';
import type { Target } from './target.ts';
import type { Watchdog } from './watchdog.ts';

/** Something that does not hold. */
interface Finding {
  readonly message: string;
  readonly input: Buffer;
  /** The first execution that showed it, from 1. The same seed and corpus show it there again. */
  readonly execution: number;
}

/** Branches that one execution may take: a reader's work must be in proportion to its bytes. */
const FUEL = 200_000;
const FUEL_PER_BYTE = 4_000;
/** An execution that takes longer is stuck in a place without counters, such as a regular expression. */
const SLOW_MS = 1_000;
/** Findings after which a target stops: people fix them one by one. */
const MAX_FINDINGS = 8;

/** Fuzzes one target: keeps every input that reaches something new, and makes new inputs from those. */
export class Fuzzer {
  readonly findings: Finding[] = [];
  executions = 0;
  readonly kept: Buffer[] = [];
  private readonly target: Target;
  private readonly coverage: Coverage;
  private readonly random: Random;
  private readonly known = new Set<string>();
  private readonly watchdog: Watchdog | null;

  constructor(target: Target, coverage: Coverage, seed: number, watchdog: Watchdog | null = null) {
    this.watchdog = watchdog;
    this.target = target;
    this.coverage = coverage;
    this.random = new Random(seed);
  }

  get finished(): boolean {
    return this.findings.length >= MAX_FINDINGS;
  }

  /** Executes the first inputs. */
  begin(corpus: readonly Buffer[]): void {
    for (const seed of this.target.seeds) this.attempt(Buffer.from(seed, 'latin1'));
    for (const input of corpus) this.attempt(input);
    if (this.kept.length === 0) this.kept.push(Buffer.from(this.target.seeds[0] ?? '', 'latin1'));
  }

  /** Executes `count` new inputs. */
  step(count: number): void {
    for (let i = 0; i < count && !this.finished; i++) this.attempt(this.invent());
  }

  /** Returns the kept inputs, without those that reach no place of their own, each as short as possible. */
  essence(): Buffer[] {
    const reached = new Set<number>();
    const chosen: Buffer[] = [];
    for (const input of [...this.kept].sort((a, b) => a.length - b.length)) {
      const fresh = this.placesOf(input).filter((place) => !reached.has(place));
      if (fresh.length === 0) continue;
      for (const place of fresh) reached.add(place);
      const holds = (candidate: Buffer): boolean => {
        const passed = new Set(this.placesOf(candidate));
        return fresh.every((place) => passed.has(place));
      };
      chosen.push(minimize(input, holds, 400));
    }
    return chosen;
  }

  private placesOf(input: Buffer): number[] {
    return this.failure(input) === '' ? this.coverage.passed() : [];
  }

  private invent(): Buffer {
    const { random, target } = this;
    if (target.generate !== undefined && random.once(6)) {
      const made = Buffer.from(target.generate(random), 'latin1').subarray(0, MAX_INPUT);
      return random.once(2) ? made : mutate(made, random, target.words, this.choose());
    }
    return mutate(this.choose(), random, target.words, this.choose());
  }

  /** Chooses from the newer half twice as often: it is at the edge of what is known. */
  private choose(): Buffer {
    const { kept, random } = this;
    const from = random.once(2) ? kept.length >> 1 : 0;
    return kept[from + random.below(kept.length - from)] as Buffer;
  }

  private attempt(input: Buffer): void {
    this.executions++;
    const message = this.failure(input);
    if (message === '') {
      if (this.coverage.learn() > 0) this.kept.push(input);
      return;
    }
    const kind = kindOf(message);
    if (this.known.has(kind)) return;
    this.known.add(kind);
    const execution = this.executions;
    const small = minimize(input, (candidate) => kindOf(this.failure(candidate)) === kind);
    this.findings.push({ message: this.failure(small), input: small, execution });
  }

  /** Executes an input. Returns '' if all holds, and otherwise what does not. */
  private failure(input: Buffer): string {
    this.coverage.begin(FUEL + FUEL_PER_BYTE * input.length);
    const started = performance.now();
    this.watchdog?.begin(this.target.name, input);
    try {
      this.target.run(input);
    } catch (error) {
      return error instanceof Error ? `${error.message}${placeOf(error)}` : String(error);
    } finally {
      this.watchdog?.end();
    }
    return performance.now() - started > SLOW_MS ? 'takes more than a second' : '';
  }
}

/** Two findings with the same words are one, even if their bytes and numbers differ. */
function kindOf(message: string): string {
  return message.split(':', 1)[0]!.replace(/\d+/g, 'N');
}

/** Returns the place where an error was thrown that is not one of the fuzzer's. */
function placeOf(error: Error): string {
  if (error.constructor === Error) return '';
  return `\n${error.stack?.split('\n').slice(1, 4).join('\n') ?? ''}`;
}
