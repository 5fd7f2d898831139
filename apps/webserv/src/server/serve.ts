import {
  type Config,
  configText,
  load,
  loadText,
  type MainBlock,
  report,
  type Server,
} from '@webserv/config';
import { ClientUdata, Clock, Reserve, ServerUdata, SocketFiles, type Welcome } from '@webserv/connection';
import { type DriverRequest, formatAddress, Loop, type NamedDriver } from '@webserv/event-loop';
import type { ErrorLog } from '@webserv/logger';
import { MemoryLedger } from '@webserv/methods';
import { Compressor, Pages, Watches } from '@webserv/pages';
import { becomeUser } from './account.ts';
import { HostedEdition } from './hosted-edition.ts';
import { HostedSite } from './hosted-site.ts';
import { openListeners } from './listeners.ts';
import { LogBook } from './log-book.ts';
import { preloadPages } from './preload.ts';
import { SiteServices } from './services.ts';
import { StartError } from './start-error.ts';
import { realSystem, type System } from './system.ts';
import { UploadFolders } from './upload-folders.ts';

/** What `serve` may be told beyond the config. */
export interface ServeOptions {
  /** Forces a driver over the config's `use`. */
  readonly use?: NamedDriver | 'auto';
  /** Library that brings kqueue where the system has none. */
  readonly driverLibrary?: string;
  /** A loop that the caller has made, and runs; it is the server's from now on, which disposes of it. */
  readonly loop?: Loop;
  /** The disk, the children and so on; those of this process unless said. */
  readonly system?: System;
}

/** What a server holds at a moment. In rest each figure but the watches is what it was before the load. */
export interface Holdings {
  /** Connections open. */
  readonly connections: number;
  /** Objects in the event loop's table: listeners, connections, files, scripts' pipes, logs, watches. */
  readonly slots: number;
  /** Of these the watches of files and folders: they stay as long as a page of the cache needs them. */
  readonly watches: number;
  /** Deadlines that are armed. */
  readonly timers: number;
  /** Scripts that run, and requests that wait for one to end. */
  readonly scripts: number;
  readonly waiting: number;
  /** Uploads that have a place. */
  readonly uploads: number;
  /** Bytes that are on the disk for a while only, as `temp_disk` counts them. */
  readonly tempDisk: number;
  /** Folder listings that are made or sent. */
  readonly listings: number;
  /** Bytes that requests take of what `memory_limit` allows, and the most that they have taken. */
  readonly memory: number;
  readonly memoryPeak: number;
  /** The longest time that one round of the loop has kept all others waiting, in ms; and since this was asked last. */
  readonly lagMs: number;
  readonly recentLagMs: number;
  /** Completions told since the start. */
  readonly completions: number;
}

/** A server at work. */
export interface Running {
  /** Where it listens, as a config would write it; port 0 is told as the port that the system chose. */
  readonly addresses: readonly string[];
  /** The driver at work. */
  readonly driver: string;
  /** Connections open now. */
  readonly connections: number;
  /** For a status page, and for tests that look for leaks. */
  holdings(): Holdings;
  /**
   * Stops: nobody is accepted any more, connections without a request are closed, requests under way are answered and have
   * `graceMs` milliseconds to end (0 unless said), after which they are cut; the scripts end, the logs are written.
   * Called again, it ends when the time of either call is over.
   */
  close(graceMs?: number): Promise<void>;
  /** Writes the logs and opens them anew, for rotation. What cannot be opened goes on as it is, and is reported. */
  reopenLogs(): void;
  /**
   * Says in the main error log what `holdings` says, and in each server's own what its cache has done so far: hits,
   * misses, evictions, what it holds.
   */
  reportCaches(): void;
  /** Kills the scripts and writes the logs before it returns: for a process that is about to end. */
  flushLogs(): void;
}

/**
 * Starts a server.
 * @param source the path of a config file; a config as an object, whose relative paths start in the working directory; or
 *   a `Config` that is loaded already
 * @throws StartError whose message is ready to be printed; nothing has been left half-started
 */
export function serve(source: string | MainBlock | Config, options: ServeOptions = {}): Running {
  return new Webserv(loaded(source), options);
}

function loaded(source: string | MainBlock | Config): Config {
  if (typeof source === 'object' && 'servers' in source) return source;
  const result = typeof source === 'string' ? load(source) : loadText(configText(source), 'config from code');
  if (!result.ok) throw new StartError(report(result.diagnostics));
  return result.config;
}

function driverRequest(config: Config, options: ServeOptions): DriverRequest {
  const name = options.use ?? config.use;
  return options.driverLibrary === undefined ? { name } : { name, library: options.driverLibrary };
}

class Webserv implements Running {
  readonly addresses: readonly string[];
  private readonly loop: Loop;
  private readonly system: System;
  private readonly book: LogBook;
  private readonly servers: ServerUdata[] = [];
  private readonly uploads: UploadFolders;
  private readonly sockets = new SocketFiles();
  private services: SiteServices | null = null;
  private sites: readonly HostedSite[] = [];
  private memory: MemoryLedger | null = null;
  private errorLog: ErrorLog | null = null;
  private watches: Watches | null = null;
  private closing: Promise<void> | null = null;
  /** When what is still under way is cut: the first of these to run out. */
  private readonly cuts: NodeJS.Timeout[] = [];
  /** The last connection has gone. */
  private emptied = false;

  constructor(config: Config, options: ServeOptions) {
    this.loop = options.loop ?? openLoop(config, options);
    this.system = options.system ?? realSystem;
    this.uploads = new UploadFolders(this.system.uploads);
    try {
      this.book = new LogBook(this.loop, this.system.logs);
      const errorLog = this.book.error(config.errorLog);
      this.errorLog = errorLog;
      if (config.errorLog !== null) this.book.logs.reportTo(errorLog, config.errorLog.path);
      this.loop.onFault = (udata, error) => {
        const trace = error instanceof Error ? error.stack : String(error);
        errorLog.error(`a fault in a ${udata.kind}, which is closed`, { trace });
      };
      this.addresses = this.open(config, errorLog);
      errorLog.notice(`serving on ${this.addresses.join(', ')}`, { driver: this.driver });
      for (const reason of this.loop.choice.passedOver) errorLog.notice(`driver passed over: ${reason}`);
      for (const line of this.loop.choice.lacks) errorLog.notice(`missing here: ${line}`);
    } catch (error) {
      this.letGo();
      this.loop.dispose();
      throw error;
    }
  }

  get driver(): string {
    return this.loop.driver.name;
  }

  get connections(): number {
    return this.servers.reduce((sum, server) => sum + server.connections, 0);
  }

  holdings(): Holdings {
    const { loop, connections, memory } = this;
    return {
      connections,
      slots: loop.driver.table.live,
      watches: this.watches?.count ?? 0,
      timers: loop.timers.size,
      scripts: this.services?.scripts.children ?? 0,
      waiting: sum(this.sites, ({ server }) => this.services?.scripts.waiting(server) ?? 0),
      uploads: sum(this.sites, ({ ledger }) => ledger.uploads),
      tempDisk: sum(this.sites, ({ ledger }) => ledger.bytes),
      listings: this.services?.listings.count ?? 0,
      memory: memory?.bytes ?? 0,
      memoryPeak: memory?.peak ?? 0,
      lagMs: loop.lag.longest,
      recentLagMs: loop.lag.take(),
      completions: loop.completions,
    };
  }

  close(graceMs = 0): Promise<void> {
    this.closing ??= this.shutDown();
    if (!this.emptied) this.cuts.push(setTimeout(() => this.cutAll(), graceMs));
    return this.closing;
  }

  reopenLogs(): void {
    this.book.logs.flush();
    this.book.logs.reopen();
  }

  reportCaches(): void {
    const { lagMs, recentLagMs, ...counts } = this.holdings();
    this.errorLog?.notice('holdings', {
      ...counts,
      lagMs: Math.round(lagMs),
      recentLagMs: Math.round(recentLagMs),
    });
    for (const site of this.sites) site.reportCache('notice');
  }

  flushLogs(): void {
    this.services?.scripts.killAll();
    this.book.logs.flushSync();
  }

  private open(config: Config, errorLog: ErrorLog): string[] {
    const clock = new Clock(this.loop);
    const sites = new Map<Server, HostedSite>();
    const compressor = new Compressor();
    const changed = (path: string): void => {
      for (const { cache } of sites.values()) cache.dropPath(path);
    };
    const watches = new Watches(this.loop, changed, this.system.paths);
    this.watches = watches;
    const all = new MemoryLedger(config.memoryLimit);
    this.memory = all;
    for (const server of config.servers) {
      const memory = new MemoryLedger(server.memoryLimit, all);
      const pages = new Pages(server, watches, compressor, memory);
      const accessLog = this.book.access(server.accessLog);
      const errorLog = this.book.error(server.errorLog);
      sites.set(server, new HostedSite(server, pages, accessLog, errorLog, memory, () => this.loop.now));
    }
    this.sites = [...sites.values()];
    const listeners = openListeners(this.loop, config, this.sockets);
    try {
      becomeUser(config, this.book.logs, errorLog);
    } catch (error) {
      for (const { fd } of listeners) this.loop.discard(fd);
      throw error;
    }
    const services = new SiteServices(this.loop, this.system, sites, clock);
    this.services = services;
    this.uploads.claim(config, errorLog, clock.now());
    for (const site of sites.values()) preloadPages(site, services, clock);
    for (const { address, fd } of listeners) {
      const here = address.servers.map((server) => sites.get(server) as HostedSite);
      const reserve = new Reserve(this.loop, this.system.launcher);
      const edition = new HostedEdition(here, services);
      this.servers.push(new ServerUdata(this.loop, fd, edition, clock, reserve, welcome));
    }
    for (const server of this.servers) server.start();
    return listeners.map(({ fd }) => formatAddress(this.loop.driver.addressOf(fd)));
  }

  /** What is held on the disk. */
  private letGo(): void {
    this.sockets.remove();
    this.uploads.release();
    this.services?.files.dispose();
  }

  private cutAll(): void {
    for (const server of this.servers) server.cutAll();
  }

  private async shutDown(): Promise<void> {
    // From here on another server can listen there; those who have called this one are still served.
    this.sockets.remove();
    await Promise.all(this.servers.map((server) => new Promise<void>((resolve) => server.shutDown(resolve))));
    this.emptied = true;
    for (const cut of this.cuts) clearTimeout(cut);
    const { services } = this;
    if (services !== null) {
      await new Promise<void>((resolve) => services.scripts.close(resolve));
      await new Promise<void>((resolve) => services.whenIdle(resolve));
    }
    for (const site of this.sites) site.reportCache('info');
    this.letGo();
    await new Promise<void>((resolve) => this.book.logs.close(resolve));
    this.loop.dispose();
  }
}

/** Each connection speaks HTTP/1.1. */
const welcome: Welcome = (host, fd, remote) => new ClientUdata(host, fd, remote);

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
