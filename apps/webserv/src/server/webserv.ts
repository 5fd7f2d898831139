import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HashThreads } from '@webserv/accounts';
import { Keepers, seedStoreOf } from '@webserv/acme';
import type { Report } from '@webserv/admin';
import type { Config } from '@webserv/config';
import type { GivenSocket } from '@webserv/connection';
import { type DriverRequest, Loop, type NamedDriver, type Udata } from '@webserv/event-loop';
import {
  atOnce,
  becomeUser,
  Doors,
  Editions,
  Engine,
  type Heritage,
  type Holdings,
  type HostedSite,
  Inheritance,
  inSteps,
  type MainLog,
  type Operated,
  OperatorEnds,
  Parent,
  placeOf,
  Reloads,
  type Running,
  realSystem,
  StartError,
  Succession,
  type Successor,
  type System,
  UploadFolders,
  userOf,
  type View,
  watchOver,
} from '@webserv/hosting';
import { markdown } from './markdown.ts';
import { VERSION } from './version.ts';

/** Options of `serve` beside the config. */
export interface ServeOptions {
  /** The driver to use, whatever the config's `use` says. */
  readonly use?: NamedDriver | 'auto';
  /** The library that provides kqueue on a system without it. */
  readonly driverLibrary?: string;
  /** A loop that the caller has made and runs. The server owns it from now on, and disposes of it. */
  readonly loop?: Loop;
  /** Listening sockets that are open already. Each must have the address of a `listen`. */
  readonly sockets?: readonly GivenSocket[];
  /** Keeps the last runs of scripts for another process, although this one has no admin address. */
  readonly recorded?: boolean;
  /** Called with each config that the server has turned to. */
  readonly reloaded?: (config: Config) => void;
  /** The disk, the child processes and so on; by default those of this process. */
  readonly system?: System;
}

/** Options of the command. */
export interface StartOptions extends ServeOptions {
  /** What the process before has handed over. Null in one that follows nobody. */
  readonly heritage: Heritage | null;
}

function driverRequest(config: Config, options: ServeOptions): DriverRequest {
  const name = options.use ?? config.use;
  return options.driverLibrary === undefined ? { name } : { name, library: options.driverLibrary };
}

export const SOFTWARE = `webserv/${VERSION}`;

/** The built command beside this file, as the keeper of certificates, and as the one that checks a config. */
const MAIN = ['node', join(__dirname, 'main.js')];
/** Beside it, what a thread runs that compares passwords. */
const HASH = join(__dirname, 'hash.js');
const program = (word: string) => ({ file: process.execPath, args: [...MAIN, word] });
const KEEPER = program('keep-certificates');
const CHECK = program('check-for-reload');

/** A running server: the parts that live as long as the process, and the edition of the config that it serves. */
export class Webserv implements Running, Operated {
  readonly addresses: readonly string[];
  private readonly engine: Engine;
  private readonly doors: Doors;
  private readonly editions: Editions;
  private readonly keepers: Keepers;
  private readonly ends: OperatorEnds;
  private readonly reloads: Reloads;
  private readonly succession: Succession;
  private readonly reloaded: (config: Config) => void;
  private closing: Promise<void> | null = null;
  /** Timers of `close`. The first that expires cuts the requests that are still under way. */
  private readonly cuts: NodeJS.Timeout[] = [];
  /** True once the last connection has closed. */
  private emptied = false;

  constructor(config: Config, options: Partial<StartOptions>) {
    const will = options.heritage?.will;
    const loop = options.loop ?? openLoop(config, options);
    const system = options.system ?? { ...realSystem, hashing: () => new HashThreads(HASH) };
    this.reloaded = options.reloaded ?? (() => {});
    try {
      this.engine = new Engine(SOFTWARE, loop, system, markdown());
      this.engine.recorded = options.recorded ?? false;
      const { book, errorLog } = this.engine;
      loop.onFault = faultsTo(errorLog);
      this.doors = new Doors(this.engine, options.sockets, new Inheritance(will?.sockets));
      this.ends = new OperatorEnds(this.engine, will);
      this.reloads = new Reloads(this.engine, this.ends);
      const uploads = new UploadFolders(system.uploads);
      this.editions = new Editions(this.engine, this.doors, uploads, this.ends, will?.tickets);
      this.succession = new Succession(this.engine, this.ends, this.reloads, {
        left: () => this.doors.left(),
        tickets: () => this.editions.shown?.tickets ?? null,
        handOver: () => this.doors.handOver(),
      });
      this.keepers = new Keepers(loop, system.launcher, KEEPER, errorLog);
      const ready = (): void => becomeUser(config, book.logs, errorLog);
      atOnce(this.editions.turning(config, { seed: (next) => this.seed(next), ready }));
      this.keepers.turnTo(config);
      this.addresses = this.doors.addresses;
      watchOver(this.engine, () => this.view);
      if (existsSync(config.file)) this.reloads.offer('reload', () => this.reload());
      this.sayServing();
    } catch (error) {
      this.letGo();
      loop.dispose();
      throw error;
    }
  }

  get driver(): string {
    return this.engine.loop.driver.name;
  }

  get admin(): string | null {
    return this.ends.admin;
  }

  private get view(): View {
    const { editions, doors } = this;
    return { edition: editions.current, contexts: editions.shown, listeners: doors.listeners };
  }

  get config(): Config {
    return this.editions.current.config;
  }

  get connections(): number {
    return this.doors.connections;
  }

  holdings(): Holdings {
    const { connections, editions } = this;
    const { loop, watches, scripts, memory } = this.engine;
    const { sites, services } = editions.current;
    return {
      connections,
      slots: loop.driver.table.live,
      watches: watches.count,
      timers: loop.timers.size,
      scripts: scripts.children,
      waiting: sum(sites, ({ server }) => scripts.waiting(server)),
      uploads: sum(sites, ({ ledger }) => ledger.uploads),
      tempDisk: sum(sites, ({ ledger }) => ledger.bytes),
      listings: services?.listings.count ?? 0,
      memory: memory.bytes,
      memoryPeak: memory.peak,
      lagMs: loop.lag.longest,
      recentLagMs: loop.lag.take(),
      completions: loop.completions,
    };
  }

  report(): Report {
    return this.engine.registry.report();
  }

  runs(id: string | null): unknown {
    const { recorder } = this.engine.scripts;
    return id === null ? recorder.list() : recorder.find(id);
  }

  drain(): void {
    this.engine.registry.draining = true;
    this.reloads.refuse();
    this.succession.abandon();
  }

  reload(config?: Config): Promise<string> {
    const { reloads } = this;
    return reloads.run('reload', async () =>
      this.turnTo(config ?? (await reloads.read(CHECK, this.config.file))),
    );
  }

  upgrade(successor: Successor): Promise<string> {
    return this.succession.run(successor);
  }

  offerUpgrade(upgrade: () => Promise<string>): void {
    this.reloads.offer('upgrade', upgrade);
  }

  follow(): void {
    this.doors.follow();
    this.ends.follow();
  }

  close(graceMs = 0): Promise<void> {
    if (!this.succession.followed) this.drain();
    this.closing ??= this.shutDown();
    if (!this.emptied) this.cuts.push(setTimeout(() => this.doors.cutAll(), graceMs));
    return this.closing;
  }

  reopenLogs(): void {
    this.engine.book.logs.flush();
    this.engine.book.logs.reopen();
  }

  reportCaches(): void {
    const { lagMs, recentLagMs, ...counts } = this.holdings();
    const lags = { lagMs: Math.round(lagMs), recentLagMs: Math.round(recentLagMs) };
    this.engine.errorLog.notice('holdings', { ...counts, ...lags });
    for (const site of this.editions.current.sites) site.reportCache('notice');
  }

  flushLogs(): void {
    this.engine.scripts.killAll();
    this.engine.book.logs.flushSync();
  }

  /** @throws StartError if it cannot be served */
  private async turnTo(config: Config): Promise<void> {
    const { turns, errorLog } = this.engine;
    const before = this.editions.current.config;
    const crossing = { seed: (next: Config) => this.seed(next), ready: () => {} };
    await inSteps(turns, this.editions.turning(config, crossing));
    this.keepers.turnTo(config);
    this.reloaded(config);
    errorLog.notice(`reload: serving on ${this.doors.addresses.join(', ')}`);
    for (const name of changedForNextStart(before, config)) {
      errorLog.warn(`reload: what ${name} says acts from the next start on`);
    }
  }

  private seed(config: Config): string {
    return seedStoreOf(config, this.engine.clock.now(), userOf(config));
  }

  private sayServing(): void {
    const { errorLog, loop } = this.engine;
    errorLog.notice(`serving on ${this.addresses.join(', ')}`, { driver: this.driver });
    for (const reason of loop.choice.passedOver) errorLog.notice(`driver passed over: ${reason}`);
    for (const line of loop.choice.lacks) errorLog.notice(`missing here: ${line}`);
  }

  /** Lets go of what the server holds on the disk. */
  private letGo(): void {
    this.doors?.removeFiles();
    this.editions?.close();
    this.ends?.letGo();
    this.engine?.close();
  }

  private async shutDown(): Promise<void> {
    await this.reloads.end();
    await this.doors.shutDown();
    this.emptied = true;
    for (const cut of this.cuts) clearTimeout(cut);
    const { scripts, turns, book, loop } = this.engine;
    await new Promise<void>((resolve) => scripts.close(resolve));
    await new Promise<void>((resolve) => turns.whenIdle(resolve));
    for (const site of this.editions.current.sites) site.reportCache('info');
    await this.keepers.close();
    await this.ends.close();
    this.letGo();
    await new Promise<void>((resolve) => book.logs.close(resolve));
    loop.dispose();
  }
}

/** Has workers serve a config. @throws StartError if they cannot */
export function serveByWorkers(config: Config, options: StartOptions): Promise<Parent> {
  const { sockets = [], system = realSystem, heritage } = options;
  const loop = openLoop(config, options);
  const programs = { worker: program('work'), check: CHECK };
  return Parent.start(config, { software: SOFTWARE, loop, system, sockets, heritage, ...programs });
}

/** Returns the directives whose values a process cannot change. */
function changedForNextStart(before: Config, after: Config): string[] {
  const names: string[] = [];
  if (before.use !== after.use) names.push('use');
  if (before.user !== after.user) names.push('user');
  if (before.workers !== after.workers) names.push('workers');
  return names;
}

function openLoop(config: Config, options: ServeOptions): Loop {
  try {
    return Loop.open({ use: driverRequest(config, options) });
  } catch (error) {
    const at = options.use === undefined ? placeOf(config.origins.get('use')) : 'webserv';
    throw new StartError(`${at}: error: ${(error as Error).message}`);
  }
}

function sum(sites: readonly HostedSite[], of: (site: HostedSite) => number): number {
  return sites.reduce((total, site) => total + of(site), 0);
}

/** A thread may hold the loop for longer than the server lives, so what the loop calls must not hold the server. */
function faultsTo(errorLog: MainLog): (udata: Udata, error: unknown) => void {
  return ({ kind }, error) => {
    const trace = (error instanceof Error && error.stack) || String(error);
    errorLog.error(`a fault in a ${kind}, which is closed`, { trace });
  };
}
