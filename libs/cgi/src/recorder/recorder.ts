import type { Exchange, Script } from '@webserv/methods';
import type { Program } from '../process/run.ts';
import type { Server } from '../workshop/server.ts';
import { RecordedRun, type RunDetails, type RunSummary } from './recorded-run.ts';
import { shownVariables, withoutSecrets } from './shown-variables.ts';

/** Bytes that all runs together may take, and those that they may take while requests need the memory. */
const BYTES_MAX = 4 << 20;
const BYTES_LEAST = 256 << 10;

/** When a request came, and when it was whole and began to wait for its turn, by the loop's clock. */
interface RequestTimes {
  readonly cameAt: number;
  readonly queuedAt: number;
}

/** As the lines of the error log about a run say it. */
interface RunAbout {
  readonly client: string;
  readonly request: string;
  readonly script: string;
}

/** What a recorder asks. */
interface Clocks {
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** The time of day in milliseconds. */
  timeOfDay(): number;
  /** What the metrics call a server. */
  labelOf(server: Server): string;
}

/**
 * Keeps the last runs of each location: `runs` of them. All of them together have a bound of bytes. Beyond it the oldest run of
 * all goes. What is kept counts in the ledger of the server.
 */
export class Recorder {
  /** Whether anybody can look at what is kept. Otherwise nothing is. */
  enabled = false;
  private readonly clocks: Clocks;
  private readonly shelves = new Map<string, Set<RecordedRun>>();
  /** The oldest first. */
  private readonly runs = new Set<RecordedRun>();
  /** Of all that is kept. */
  bytes = 0;
  private begun = 0;

  constructor(clocks: Clocks) {
    this.clocks = clocks;
  }

  /** A script is about to start. Returns what records its run, or null. */
  begin(
    exchange: Exchange,
    script: Script,
    about: RunAbout,
    program: Program,
    times: RequestTimes,
  ): RecordedRun | null {
    const { location, server, services } = exchange;
    if (!this.enabled || location.runs === 0) return null;
    const { now } = this;
    const place = location.path.text;
    const label = this.clocks.labelOf(server);
    const facts = {
      // The number of the process makes it differ from those before a restart, and from those of other processes.
      id: `${process.pid}-${++this.begun}`,
      server: label,
      location: place,
      script: about.script,
      application: script.application?.text ?? '',
      client: about.client,
      requestId: exchange.requestId,
      request: withoutSecrets(about.request),
    };
    const beginning = {
      startedAt: this.clocks.timeOfDay(),
      now,
      bodyMs: times.queuedAt - times.cameAt,
      waitMs: now - times.queuedAt,
    };
    const args = script.application === null ? program.args.map(withoutSecrets) : [];
    const given = [args, shownVariables(program.env)] as const;
    const run = new RecordedRun(facts, beginning, given, services.memoryOf(server), this);
    this.keep(run, location.runs);
    exchange.first.run = run.facts.id;
    return run;
  }

  get now(): number {
    return this.clocks.now();
  }

  /** A run that is kept takes more than before. */
  grew(run: RecordedRun, bytes: number): void {
    if (this.runs.has(run)) this.count(run, bytes);
  }

  /** The newest first. */
  list(): RunSummary[] {
    return [...this.runs].reverse().map((run) => run.summary());
  }

  find(id: string): RunDetails | null {
    for (const run of this.runs) if (run.facts.id === id) return run.details();
    return null;
  }

  private keep(run: RecordedRun, atMost: number): void {
    const place = placeOf(run);
    let shelf = this.shelves.get(place);
    if (shelf === undefined) {
      shelf = new Set();
      this.shelves.set(place, shelf);
    }
    shelf.add(run);
    this.runs.add(run);
    this.count(run, run.size);
    for (const oldest of shelf) {
      if (shelf.size <= atMost) break;
      this.drop(oldest);
    }
    const most = run.ledger.mayKeep ? BYTES_MAX : BYTES_LEAST;
    for (const oldest of this.runs) {
      if (this.bytes <= most || oldest === run) break;
      this.drop(oldest);
    }
  }

  private drop(run: RecordedRun): void {
    const place = placeOf(run);
    const shelf = this.shelves.get(place);
    shelf?.delete(run);
    if (shelf?.size === 0) this.shelves.delete(place);
    this.runs.delete(run);
    this.count(run, -run.size);
  }

  private count({ ledger }: RecordedRun, bytes: number): void {
    this.bytes += bytes;
    ledger.add(bytes);
  }
}

/** A location of the next config is the same one if it has the same path and its server the same name. */
function placeOf({ facts }: RecordedRun): string {
  return `${facts.server} ${facts.location}`;
}
