import { constants } from 'node:os';
import type { MemoryLedger } from '@webserv/methods';
import type { Reply } from '@webserv/response';

/** The last lines of stderr that are kept of one run, and the most characters of them together. */
const LINES_MAX = 20;
const STDERR_MAX = 8 << 10;
/** Characters of the environment and the arguments of one run. */
const TEXT_MAX = 16 << 10;
/** Bytes of the object itself, and of what the recorder needs to find it. */
const OVERHEAD = 600;
/** No name and no value of an environment holds it. */
const SEPARATOR = '\0';
/** Above it, `exited` has a signal. */
const SIGNALLED = 256;

/** What does not change while a script runs. */
interface RunFacts {
  readonly id: string;
  /** As the metrics call the server. */
  readonly server: string;
  /** The path of the location. */
  readonly location: string;
  readonly script: string;
  /** The addresses of the application; '' for a child. */
  readonly application: string;
  readonly client: string;
  /** What the server calls the request; '' if it gives no ids. */
  readonly requestId: string;
  readonly request: string;
}

/** When a run began, by the clock on the wall and by the loop's, and what it took until then. */
interface RunBeginning {
  readonly startedAt: number;
  readonly now: number;
  /** Milliseconds until the request's body was there. */
  readonly bodyMs: number;
  /** Milliseconds until it was the request's turn. */
  readonly waitMs: number;
}

/** The owner counts what its runs take. */
interface RunKeeper {
  /** Milliseconds of the loop. */
  readonly now: number;
  grew(run: RecordedRun, bytes: number): void;
}

/** One run as others see it: plain JSON. Times are milliseconds; -1 where it has not come to that. */
export type RunSummary = RunFacts & {
  /** Milliseconds since the epoch at which the script was started. */
  readonly startedAt: number;
  readonly bodyMs: number;
  readonly waitMs: number;
  /** From the start until the head of the script's answer had come, the client's answer began, the script ended. */
  readonly headMs: number;
  readonly answerMs: number;
  readonly exitMs: number;
  /** From the start until the client had all of the answer, or had gone. */
  readonly overMs: number;
  /** Of the answer that the client got; 0 for none. */
  readonly status: number;
  /** Of the script's body that have left for the client. */
  readonly bytes: number;
  /** How the run ended: `running`, `exit 0`, `SIGKILL`, `connection closed`, `not started`. */
  readonly end: string;
  /** What failed, in the words of the error log; '' if nothing has. */
  readonly cause: string;
};

/** A run with all that is kept of it. */
export type RunDetails = RunSummary & {
  readonly arguments: readonly string[];
  readonly environment: readonly string[];
  /** The last lines. */
  readonly stderr: readonly string[];
};

/** What is kept of one run of a script. Its texts lie in one string, so that nothing of a request's memory is held. */
export class RecordedRun {
  readonly facts: RunFacts;
  readonly ledger: MemoryLedger;
  size = OVERHEAD;
  private readonly beginning: RunBeginning;
  private readonly keeper: RunKeeper;
  private readonly text: string;
  /** Of the parts of the text, those are arguments. */
  private readonly argumentCount: number;
  private readonly lines: string[] = [];
  private lineBytes = 0;
  private headMs = -1;
  private answerMs = -1;
  private exitMs = -1;
  private overMs = -1;
  private status = 0;
  private bytes = 0;
  private exit = -1;
  private started = true;
  private cause = '';

  constructor(
    facts: RunFacts,
    beginning: RunBeginning,
    given: readonly [args: readonly string[], env: readonly string[]],
    ledger: MemoryLedger,
    keeper: RunKeeper,
  ) {
    const [args, env] = given;
    // To join is to copy: a part may lie in the memory of a request's whole head.
    const joined = [...args, ...env].join(SEPARATOR);
    this.text = joined.length > TEXT_MAX ? Buffer.from(joined.slice(0, TEXT_MAX)).toString() : joined;
    this.argumentCount = args.length;
    this.facts = facts;
    this.beginning = beginning;
    this.ledger = ledger;
    this.keeper = keeper;
    this.size += Buffer.byteLength(this.text) + facts.request.length + facts.script.length;
  }

  headRead(): void {
    this.headMs = this.elapsed;
  }

  /** @param whole whether nothing of the script's body follows the answer */
  answered({ status, cause }: Reply, whole: boolean): void {
    this.answerMs = this.elapsed;
    this.status = status;
    if (cause !== null) this.failed(cause.place);
    if (whole) this.over(0);
  }

  /** The first thing that fails is the cause of the others. */
  failed(place: string): void {
    if (this.cause === '') this.cause = place;
  }

  notStarted(): void {
    this.started = false;
    this.exitMs = this.elapsed;
  }

  /** @param status as of `ProcessOwner.exited` */
  exited(status: number): void {
    this.exit = status;
    this.exitMs = this.elapsed;
  }

  /** The client has all that it gets. @param bytes of the body that it has */
  over(bytes: number): void {
    if (this.overMs >= 0) return;
    this.bytes = bytes;
    this.overMs = this.elapsed;
  }

  /** The client has gone, unless it has all. */
  left(bytes: number): void {
    if (this.overMs < 0) this.failed('the client has gone');
    this.over(bytes);
  }

  said(line: string): void {
    const before = this.lineBytes;
    this.lines.push(line);
    this.lineBytes += Buffer.byteLength(line);
    while (this.lines.length > LINES_MAX || this.lineBytes > STDERR_MAX) {
      this.lineBytes -= Buffer.byteLength(this.lines.shift() ?? '');
    }
    const grown = this.lineBytes - before;
    this.size += grown;
    this.keeper.grew(this, grown);
  }

  summary(): RunSummary {
    const { startedAt, bodyMs, waitMs } = this.beginning;
    const { headMs, answerMs, exitMs, overMs, status, bytes, cause } = this;
    const times = { startedAt, bodyMs, waitMs, headMs, answerMs, exitMs, overMs };
    return { ...this.facts, ...rounded(times), status, bytes, end: this.end, cause };
  }

  details(): RunDetails {
    const parts = this.text === '' ? [] : this.text.split(SEPARATOR);
    return {
      ...this.summary(),
      arguments: parts.slice(0, this.argumentCount),
      environment: parts.slice(this.argumentCount),
      stderr: [...this.lines],
    };
  }

  private get elapsed(): number {
    return this.keeper.now - this.beginning.now;
  }

  private get end(): string {
    const { exit } = this;
    if (!this.started) return 'not started';
    if (exit < 0) return 'running';
    if (exit < SIGNALLED) return `exit ${exit}`;
    if (this.facts.application !== '') return 'connection closed';
    const signal = exit - SIGNALLED;
    for (const [name, value] of Object.entries(constants.signals)) if (value === signal) return name;
    return `signal ${signal}`;
  }
}

function rounded<T extends Readonly<Record<string, number>>>(times: T): T {
  return Object.fromEntries(Object.entries(times).map(([name, ms]) => [name, Math.round(ms * 10) / 10])) as T;
}
