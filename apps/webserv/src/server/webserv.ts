import { join } from 'node:path';
import { Keepers, seedStoreOf } from '@webserv/acme';
import { Registry } from '@webserv/admin';
import { addressesOf, type Config } from '@webserv/config';
import {
  Clock,
  Contexts,
  type GivenSocket,
  openListeners,
  protocolOf,
  Reserve,
  ServerUdata,
  SocketFiles,
} from '@webserv/connection';
import { type DriverRequest, formatAddress, Loop, type NamedDriver, type Udata } from '@webserv/event-loop';
import {
  AdminDoor,
  becomeUser,
  type Engine,
  type Holdings,
  HostedEdition,
  type HostedSite,
  LogBook,
  type Running,
  realSystem,
  StartError,
  type System,
  UploadFolders,
  userOf,
  type View,
  watchOver,
} from '@webserv/hosting';
import type { ErrorLog } from '@webserv/logger';
import { Compressor, Watches } from '@webserv/pages';
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
  /** The disk, the child processes and so on; by default those of this process. */
  readonly system?: System;
}

function driverRequest(config: Config, options: ServeOptions): DriverRequest {
  const name = options.use ?? config.use;
  return options.driverLibrary === undefined ? { name } : { name, library: options.driverLibrary };
}

/** The built command beside this file, as the keeper of certificates. */
const KEEPER = { file: process.execPath, args: ['node', join(__dirname, 'main.js'), 'keep-certificates'] };

/** How long those who look at the admin address may still read what they have asked for. */
const LAST_LOOK_MS = 500;

/** A running server: the parts that live as long as the process, and the edition of the config that it serves. */
export class Webserv implements Running {
  readonly addresses: readonly string[];
  private readonly engine: Engine;
  private readonly edition: HostedEdition;
  private readonly servers: ServerUdata[] = [];
  private readonly uploads: UploadFolders;
  private readonly sockets = new SocketFiles();
  private readonly errorLog: ErrorLog;
  /** What tls addresses show. Null without one. */
  private contexts: Contexts | null = null;
  private keepers: Keepers | null = null;
  private door: AdminDoor | null = null;
  private closing: Promise<void> | null = null;
  /** Timers of `close`. The first that expires cuts the requests that are still under way. */
  private readonly cuts: NodeJS.Timeout[] = [];
  /** True once the last connection has closed. */
  private emptied = false;

  constructor(config: Config, options: ServeOptions) {
    const loop = options.loop ?? openLoop(config, options);
    const system = options.system ?? realSystem;
    this.uploads = new UploadFolders(system.uploads);
    try {
      const book = new LogBook(loop, system.logs);
      this.errorLog = book.error(config.errorLog);
      if (config.errorLog !== null) book.logs.reportTo(this.errorLog, config.errorLog.path);
      loop.onFault = faultsTo(this.errorLog);
      const watches = new Watches(loop, (path) => this.edition.changed(path), system.paths);
      const compressor = new Compressor();
      const software = `webserv/${VERSION}`;
      this.engine = {
        software,
        loop,
        system,
        book,
        watches,
        compressor,
        clock: new Clock(loop),
        registry: new Registry(),
      };
      this.edition = new HostedEdition(config, this.engine);
      this.addresses = this.open(options.sockets);
      watchOver(this.engine, () => this.view);
      this.report();
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
    return this.door?.address ?? null;
  }

  private get view(): View {
    const { edition, contexts, servers, addresses } = this;
    const listeners = servers.map((server, index) => ({ server, address: addresses[index] }));
    return { edition, contexts, listeners };
  }

  get connections(): number {
    return this.servers.reduce((sum, server) => sum + server.connections, 0);
  }

  holdings(): Holdings {
    const { connections, edition } = this;
    const { loop, watches } = this.engine;
    const { sites, services, memory } = edition;
    return {
      connections,
      slots: loop.driver.table.live,
      watches: watches.count,
      timers: loop.timers.size,
      scripts: services?.scripts.children ?? 0,
      waiting: sum(sites, ({ server }) => services?.scripts.waiting(server) ?? 0),
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

  drain(): void {
    this.engine.registry.draining = true;
  }

  close(graceMs = 0): Promise<void> {
    this.drain();
    this.closing ??= this.shutDown();
    if (!this.emptied) this.cuts.push(setTimeout(() => this.cutAll(), graceMs));
    return this.closing;
  }

  reopenLogs(): void {
    this.engine.book.logs.flush();
    this.engine.book.logs.reopen();
  }

  reportCaches(): void {
    const { lagMs, recentLagMs, ...counts } = this.holdings();
    const lags = { lagMs: Math.round(lagMs), recentLagMs: Math.round(recentLagMs) };
    this.errorLog.notice('holdings', { ...counts, ...lags });
    for (const site of this.edition.sites) site.reportCache('notice');
  }

  flushLogs(): void {
    this.edition.services?.scripts.killAll();
    this.engine.book.logs.flushSync();
  }

  /** Binds under the account of the process, then becomes the account of the config for everything after it. */
  private open(given: readonly GivenSocket[] = []): string[] {
    const { edition, errorLog } = this;
    const { config } = edition;
    const { loop, system, clock, book } = this.engine;
    const { listeners, problems } = openListeners(loop, addressesOf(config), this.sockets, given);
    if (problems.length > 0) throw new StartError(problems.join('\n'));
    try {
      if (config.admin !== null) this.door = new AdminDoor(config.admin, this.engine);
      const problem = seedStoreOf(config, clock.now(), userOf(config));
      if (problem !== '') throw new StartError(problem);
      // Before the process becomes another account, which may read no keys.
      const secured = Contexts.open(loop, config, errorLog);
      if (secured.problems.length > 0) throw new StartError(secured.problems.join('\n'));
      this.contexts = secured.contexts;
      becomeUser(config, book.logs, errorLog);
    } catch (error) {
      for (const { fd } of listeners) loop.discard(fd);
      throw error;
    }
    this.uploads.claim(config, errorLog, clock.now());
    edition.open();
    for (const { address, fd } of listeners) {
      const reserve = new Reserve(loop, system.launcher);
      const here = edition.at(address.servers);
      const contexts = address.listen.tls ? this.contexts : null;
      const protocol = protocolOf(address.listen, contexts);
      this.servers.push(new ServerUdata(loop, fd, here, clock, reserve, protocol, contexts !== null));
    }
    for (const server of this.servers) server.start();
    this.door?.turnTo(edition);
    this.keepers = new Keepers(loop, system.launcher, KEEPER, config, errorLog);
    return listeners.map(({ fd }) => formatAddress(loop.driver.addressOf(fd)));
  }

  private report(): void {
    const { choice } = this.engine.loop;
    this.errorLog.notice(`serving on ${this.addresses.join(', ')}`, { driver: this.driver });
    if (this.admin !== null) this.errorLog.notice(`admin on ${this.admin}`);
    for (const reason of choice.passedOver) this.errorLog.notice(`driver passed over: ${reason}`);
    for (const line of choice.lacks) this.errorLog.notice(`missing here: ${line}`);
  }

  /** Lets go of what the server holds on the disk. */
  private letGo(): void {
    this.sockets.remove();
    this.door?.letGo();
    this.contexts?.close();
    this.uploads.release();
    this.edition?.services?.files.dispose();
  }

  private cutAll(): void {
    for (const server of this.servers) server.cutAll();
  }

  private async shutDown(): Promise<void> {
    // From here on another server can listen there. This one still serves the clients that have connected.
    this.sockets.remove();
    await Promise.all(this.servers.map((server) => new Promise<void>((resolve) => server.shutDown(resolve))));
    this.emptied = true;
    for (const cut of this.cuts) clearTimeout(cut);
    const { services } = this.edition;
    if (services !== null) {
      await new Promise<void>((resolve) => services.scripts.close(resolve));
      await new Promise<void>((resolve) => services.whenIdle(resolve));
    }
    await this.door?.close(LAST_LOOK_MS);
    for (const site of this.edition.sites) site.reportCache('info');
    await this.keepers?.close();
    this.letGo();
    await new Promise<void>((resolve) => this.engine.book.logs.close(resolve));
    this.engine.loop.dispose();
  }
}

function openLoop(config: Config, options: ServeOptions): Loop {
  try {
    return Loop.open({ use: driverRequest(config, options) });
  } catch (error) {
    throw new StartError((error as Error).message);
  }
}

function sum(sites: readonly HostedSite[], of: (site: HostedSite) => number): number {
  return sites.reduce((total, site) => total + of(site), 0);
}

/** A thread may hold the loop for longer than the server lives, so what the loop calls must not hold the server. */
function faultsTo(errorLog: ErrorLog): (udata: Udata, error: unknown) => void {
  return ({ kind }, error) => {
    const trace = error instanceof Error ? error.stack : String(error);
    errorLog.error(`a fault in a ${kind}, which is closed`, { trace });
  };
}
