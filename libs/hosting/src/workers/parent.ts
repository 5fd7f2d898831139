import { availableParallelism } from 'node:os';
import type { Report } from '@webserv/admin';
import type { RunDetails, RunSummary } from '@webserv/cgi';
import type { Config } from '@webserv/config';
import type { GivenSocket } from '@webserv/connection';
import type { Loop } from '@webserv/event-loop';
import { Reloads } from '../control/reloads.ts';
import { STOPPING } from '../control/turn-state.ts';
import { HostedEdition } from '../edition/hosted-edition.ts';
import { OperatorEnds } from '../operator/operator-ends.ts';
import { type Runs, runsPage } from '../operator/runs-page.ts';
import { watchOver } from '../operator/watch-over.ts';
import { userOf } from '../process/account.ts';
import { Engine } from '../process/engine.ts';
import type { Operated } from '../process/running.ts';
import { StartError } from '../process/start-error.ts';
import type { System } from '../process/system.ts';
import { atOnce } from '../steps.ts';
import type { Successor } from '../upgrade/heir.ts';
import type { Heritage } from '../upgrade/heritage.ts';
import { Inheritance } from '../upgrade/inheritance.ts';
import { Succession } from '../upgrade/succession.ts';
import { Crew } from './crew.ts';
import { PlaceSockets } from './place-sockets.ts';
import type { WorkerProgram } from './worker-process.ts';

/** Crews that still end requests. Each has its processes, and its bounds. */
const STOPPING_MAX = 4;

/** Returns the number of workers that a config asks for. */
export function workersOf({ workers }: Config): number {
  return workers === 'auto' ? availableParallelism() : workers;
}

/** What a parent is made of. */
export interface ParentMeans {
  /** As scripts see it: `webserv/1.2.3`. */
  readonly software: string;
  readonly loop: Loop;
  readonly system: System;
  readonly sockets: readonly GivenSocket[];
  /** How a worker is started, and how a config is checked. */
  readonly worker: WorkerProgram;
  readonly check: WorkerProgram;
  /** What the process before has handed over. Null in one that follows nobody. */
  readonly heritage: Heritage | null;
}

/**
 * The process that was started, where a config asks for workers. It serves nobody: it holds the sockets, the pid file and
 * the admin address, has the workers serve, and keeps the rights of its start.
 */
export class Parent implements Operated {
  private readonly means: ParentMeans;
  private readonly engine: Engine;
  private readonly ends: OperatorEnds;
  private readonly reloads: Reloads;
  private readonly sockets: PlaceSockets;
  private readonly succession: Succession;
  private edition: HostedEdition | null = null;
  private readonly earlier = new Set<HostedEdition>();
  private crew: Crew | null = null;
  private readonly stopping = new Set<Crew>();
  private restarts = 0;
  private closing: Promise<void> | null = null;

  private constructor(means: ParentMeans) {
    this.means = means;
    const { loop, software, system, sockets, heritage } = means;
    this.engine = new Engine(software, loop, system);
    this.ends = new OperatorEnds(this.engine, heritage?.will);
    this.reloads = new Reloads(this.engine, this.ends);
    this.sockets = new PlaceSockets(loop, sockets, new Inheritance(heritage?.will.sockets));
    this.succession = new Succession(this.engine, this.ends, this.reloads, {
      left: () => this.sockets.left(),
      // Each worker has keys of its own.
      tickets: () => null,
      handOver: () => this.sockets.handOver(),
    });
  }

  /** Starts the workers of a config. @throws StartError if they cannot serve; nothing is left then */
  static async start(config: Config, means: ParentMeans): Promise<Parent> {
    const parent = new Parent(means);
    try {
      await parent.turnTo(config);
    } catch (error) {
      parent.letGo();
      means.loop.dispose();
      throw error;
    }
    parent.show();
    return parent;
  }

  get addresses(): readonly string[] {
    return this.sockets.addresses;
  }

  get driver(): string {
    return `${this.crew?.driver}, ${this.crew?.places.length} workers`;
  }

  get config(): Config {
    return this.current.whole;
  }

  drain(): void {
    this.engine.registry.draining = true;
    this.reloads.refuse();
    this.succession.abandon();
  }

  reload(): Promise<string> {
    return this.reloads.run('reload', async () => {
      await this.turnTo(await this.reloads.read(this.means.check, this.config.file));
      this.engine.errorLog.notice(`reload: serving on ${this.addresses.join(', ')}`);
    });
  }

  upgrade(successor: Successor): Promise<string> {
    return this.succession.run(successor);
  }

  offerUpgrade(upgrade: () => Promise<string>): void {
    this.reloads.offer('upgrade', upgrade);
  }

  follow(): void {
    this.sockets.follow();
    this.ends.follow();
  }

  close(graceMs = 0): Promise<void> {
    if (!this.succession.followed) this.drain();
    for (const crew of [this.crew, ...this.stopping]) crew?.stop(graceMs);
    this.closing ??= this.shutDown();
    return this.closing;
  }

  reopenLogs(): void {
    this.engine.book.logs.flush();
    this.engine.book.logs.reopen();
    this.giveLogs(this.config);
    for (const crew of [this.crew, ...this.stopping]) crew?.tell({ do: 'reopen' });
  }

  reportCaches(): void {
    this.crew?.tell({ do: 'log-holdings' });
  }

  flushLogs(): void {
    this.engine.book.logs.flushSync();
  }

  private get current(): HostedEdition {
    if (this.edition === null) throw new Error('nothing is served yet');
    return this.edition;
  }

  /** The operator sees all workers together. */
  private show(): void {
    const { engine } = this;
    const { registry } = engine;
    watchOver(engine, () => ({ edition: this.current, contexts: null, listeners: [] }));
    registry.page('/runs', runsPage(this.runs()));
    registry.serving = () => (this.crew?.serving ?? 0) > 0;
    registry.others = (done) =>
      void (this.crew?.ask({ about: 'counts' }) ?? Promise.resolve([])).then((said) =>
        done(said as Report[]),
      );
    registry.section('workers', () => this.rows());
    registry.source((out) => {
      out.gauge('webserv_workers', 'Workers that serve.', this.crew?.serving ?? 0);
      out.counter('webserv_worker_restarts', 'Workers that have followed one that died.', this.allRestarts);
    });
    this.reloads.offer('reload', () => this.reload());
  }

  /** Those of all workers, as each of them says it. Crews that still end requests may run scripts as well. */
  private runs(): Runs {
    const ask = async (id: string | null): Promise<readonly unknown[]> => {
      const crews = [this.crew, ...this.stopping].filter((crew) => crew !== null);
      return (await Promise.all(crews.map((crew) => crew.ask({ about: 'runs', id })))).flat();
    };
    return {
      list: (done) =>
        void ask(null).then((said) => {
          done((said as RunSummary[][]).flat().sort((one, other) => other.startedAt - one.startedAt));
        }),
      find: (id, done) => void ask(id).then(([run]) => done((run as RunDetails | undefined) ?? null)),
    };
  }

  private get allRestarts(): number {
    return this.restarts + restartsOf(this.crew);
  }

  private rows(): unknown {
    return this.crew?.places.map(({ place, pid, state, restarts }) => {
      return { worker: `${place.number} of ${place.of}`, pid, state, restarts };
    });
  }

  /** All workers of the config serve before those of the one before stop. @throws StartError: then nothing has changed */
  private async turnTo(config: Config): Promise<void> {
    if (this.stopping.size >= STOPPING_MAX) {
      throw new StartError(
        `the workers of ${STOPPING_MAX} earlier configurations still end their requests: reload again when those of one have ended, at the latest after its stop_timeout`,
      );
    }
    const { engine, ends, sockets, edition: before } = this;
    const count = workersOf(config);
    const edition = new HostedEdition({ ...config, servers: [], memoryLimit: 0 }, engine, config);
    this.earlier.add(edition);
    let crew: Crew | null = null;
    try {
      atOnce(edition.making(before));
      this.giveLogs(config);
      refuse(sockets.open(config, count));
      ends.open(config);
      atOnce(edition.opening());
      crew = this.crewOf(config, count);
      const problem = await crew.start();
      refuse(problem === '' ? [] : [problem]);
      refuse(this.closing === null ? [] : [STOPPING]);
    } catch (error) {
      crew?.kill();
      await crew?.gone;
      sockets.abandon();
      ends.abandon();
      this.forget(edition);
      throw error;
    }
    this.serve(edition, crew);
  }

  /** The workers open them again as the account that they become. */
  private giveLogs(config: Config): void {
    const account = process.geteuid?.() === 0 ? userOf(config) : null;
    if (account !== null) this.engine.book.logs.giveTo(account.uid, account.gid);
  }

  private crewOf(config: Config, count: number): Crew {
    const { loop, system, errorLog } = this.engine;
    const means = { loop, launcher: system.launcher, program: this.means.worker, log: errorLog };
    return new Crew(means, config, count, this.sockets);
  }

  private serve(edition: HostedEdition, crew: Crew): void {
    const { edition: before, crew: old, sockets, ends } = this;
    this.edition = edition;
    this.crew = crew;
    edition.serve();
    sockets.take();
    ends.take(edition);
    if (before === null || old === null) return;
    this.restarts += restartsOf(old);
    this.stopping.add(old);
    void old.gone.then(() => this.stopping.delete(old));
    old.stop(before.whole.stopTimeout);
    before.retire(() => this.forget(before));
  }

  private forget(edition: HostedEdition): void {
    this.ends.forget(edition);
    this.earlier.delete(edition);
    atOnce(edition.closing(this.edition));
    this.engine.book.keep([...this.earlier].map(({ logs }) => logs));
  }

  private letGo(): void {
    this.sockets.close();
    this.ends.letGo();
    this.engine.close();
  }

  private async shutDown(): Promise<void> {
    await this.reloads.end();
    // From here on another server can listen there. The workers take in who has come already.
    this.sockets.close();
    await Promise.all([this.crew?.gone, ...[...this.stopping].map(({ gone }) => gone)]);
    await this.ends.close();
    const { book, loop } = this.engine;
    this.engine.close();
    await new Promise<void>((resolve) => book.logs.close(resolve));
    loop.dispose();
  }
}

function restartsOf(crew: Crew | null): number {
  return crew?.places.reduce((sum, { restarts }) => sum + restarts, 0) ?? 0;
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new StartError(problems.join('\n'));
}
