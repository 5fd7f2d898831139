import type { Config } from '@webserv/config';
import { Contexts, type TicketsLeft } from '@webserv/connection';
import { present } from '@webserv/methods';
import { HostedEdition } from './edition/hosted-edition.ts';
import type { OperatorEnds } from './operator/operator-ends.ts';
import type { Doors } from './process/doors.ts';
import type { Engine } from './process/engine.ts';
import { StartError } from './process/start-error.ts';
import type { UploadFolders } from './process/upload-folders.ts';
import { inSteps } from './steps.ts';

/** Configs of before that still end requests. Each may hold what its bounds allow, so their number has a bound too. */
const RETIRED_MAX = 8;

/** What a change to another config does beside this library. */
export interface Crossing {
  /** Makes the store of certificates usable. @returns what is wrong with it, or '' */
  seed(config: Config): string;
  /** Everything that needs the rights of the start is open: the process may give them up. @throws StartError */
  ready(config: Config): void;
}

/** An edition that is served no more, while its last requests end. */
interface Retired {
  readonly edition: HostedEdition;
  readonly contexts: Contexts | null;
  readonly cut: NodeJS.Timeout;
}

/** The edition that is served, and those before it whose requests are still under way. */
export class Editions {
  private readonly engine: Engine;
  private readonly doors: Doors;
  private readonly uploads: UploadFolders;
  private readonly ends: OperatorEnds;
  private served: HostedEdition | null = null;
  /** The one that a change has begun to make. */
  private made: HostedEdition | null = null;
  /** What tls addresses show. Null without one. */
  private contexts: Contexts | null = null;
  private readonly retired = new Set<Retired>();
  private closed = false;
  private readonly tickets: TicketsLeft | null;

  /**
   * @param ends follows the config, too
   * @param tickets of the process that this one follows
   */
  constructor(
    engine: Engine,
    doors: Doors,
    uploads: UploadFolders,
    ends: OperatorEnds,
    tickets: TicketsLeft | null = null,
  ) {
    this.engine = engine;
    this.doors = doors;
    this.uploads = uploads;
    this.ends = ends;
    this.tickets = tickets;
  }

  /** What tls addresses show now. Null without one. */
  get shown(): Contexts | null {
    return this.contexts;
  }

  get current(): HostedEdition {
    return present(this.served, 'the edition that is served');
  }

  /** Editions that still end requests. */
  get ending(): number {
    return this.retired.size;
  }

  /**
   * Turns to a config, in steps: all of it is open before anything changes.
   * @throws StartError if it cannot be served: then nothing has changed
   */
  *turning(config: Config, crossing: Crossing): Generator<void, void> {
    const { loop, errorLog, clock } = this.engine;
    if (this.retired.size >= RETIRED_MAX) {
      throw new StartError(
        `${RETIRED_MAX} earlier configurations still end their requests: reload again when one of them has ended, at the latest after its stop_timeout`,
      );
    }
    const edition = new HostedEdition(config, this.engine);
    let contexts: Contexts | null = null;
    this.made = edition;
    try {
      yield* edition.making(this.served);
      refuse(this.doors.open(config));
      const problem = crossing.seed(config);
      refuse(problem === '' ? [] : [problem]);
      // Before the process becomes another account, which may read no keys.
      const secured = yield* Contexts.opening(loop, config, errorLog, this.contexts, this.tickets);
      contexts = secured.contexts;
      refuse(secured.problems);
      this.ends.open(config);
      crossing.ready(config);
      yield* this.uploads.claiming(config, errorLog, clock.now());
      yield* edition.opening();
      refuse(this.closed ? ['the server is stopping'] : []);
    } catch (error) {
      contexts?.close();
      this.doors.abandon();
      this.ends.abandon();
      yield* edition.closing(this.served);
      this.made = null;
      this.tidy();
      throw error;
    }
    this.made = null;
    this.serve(edition, contexts);
  }

  /** Lets go of what the server holds on the disk. */
  close(): void {
    this.closed = true;
    this.contexts?.close();
    this.served?.services?.dispose();
    for (const { edition, contexts, cut } of this.retired) {
      clearTimeout(cut);
      contexts?.close();
      edition.services?.dispose();
    }
    this.retired.clear();
    this.uploads.keep([]);
  }

  private serve(edition: HostedEdition, contexts: Contexts | null): void {
    const { served: before, contexts: shown } = this;
    this.served = edition;
    this.contexts = contexts;
    edition.serve();
    this.doors.serve(edition, contexts, before);
    this.ends.take(edition);
    if (before === null) return;
    const cut = setTimeout(() => {
      this.doors.cutUnder(before);
      this.ends.cutUnder(before);
    }, before.config.stopTimeout);
    const retired = { edition: before, contexts: shown, cut };
    this.retired.add(retired);
    before.retire(() => this.over(retired));
  }

  private over(retired: Retired): void {
    const { edition, contexts, cut } = retired;
    if (!this.retired.delete(retired)) return;
    clearTimeout(cut);
    contexts?.close();
    this.doors.forget(edition);
    this.ends.forget(edition);
    inSteps(this.engine.turns, edition.closing(this.served)).then(() => this.tidy());
  }

  /** Closes the logs and lets go of the folders that no edition uses any more. */
  private tidy(): void {
    if (this.closed) return;
    const used = [...this.retired].map(({ edition }) => edition);
    for (const edition of [this.served, this.made]) if (edition !== null) used.push(edition);
    this.engine.book.keep(used.map(({ logs }) => logs));
    this.uploads.keep(used.map(({ config }) => config));
  }
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new StartError(problems.join('\n'));
}
