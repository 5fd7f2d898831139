import { serverLabels } from '@webserv/admin';
import type { Config, Server } from '@webserv/config';
import { AddressEdition, type Edition } from '@webserv/connection';
import type { ErrorLog } from '@webserv/logger';
import { Ledger, MemoryLedger, present } from '@webserv/methods';
import { Pages, preloading } from '@webserv/pages';
import type { Engine } from '../process/engine.ts';
import type { LogUse } from '../process/log-book.ts';
import { HostedSite } from './hosted-site.ts';
import { havePagesInCommon } from './same-pages.ts';
import { SiteServices } from './services.ts';
import { Tally } from './tally.ts';

/**
 * One edition of the config: its sites and what serves them. Nothing in it changes once it is served. A transaction holds
 * the edition that it began under. A retired edition is over when its last transaction has ended.
 *
 *     making -> opening -> serve -> retire -> close
 *
 * An edition that is not served after all is closed without the steps between. The work before `serve` comes in steps, one
 * for each server: a config of thousands of servers must not stall those that are served meanwhile.
 */
export class HostedEdition {
  readonly config: Config;
  /** What the operator has written: the servers, too, that other processes serve. */
  readonly whole: Config;
  /** The logs that it uses. */
  readonly logs: LogUse = new Map();
  private readonly engine: Engine;
  private readonly siteOf = new Map<Server, HostedSite>();
  /** The sites of the edition before whose place these take. */
  private readonly earlier = new Map<HostedSite, HostedSite>();
  private hosted: readonly HostedSite[] = [];
  private log: ErrorLog | null = null;
  private running: SiteServices | null = null;
  private held = 0;
  private onOver: (() => void) | null = null;

  constructor(config: Config, engine: Engine, whole = config) {
    this.config = config;
    this.whole = whole;
    this.engine = engine;
  }

  get sites(): readonly HostedSite[] {
    return this.hosted;
  }

  /** Null until `opening`. */
  get services(): SiteServices | null {
    return this.running;
  }

  /**
   * Opens the logs and makes the sites.
   * @param before the edition that is served. A server of the same first name and address takes over what counts for it, and
   *   its cache too if the two have their pages in common.
   * @throws StartError if a log cannot be opened
   */
  *making(before: HostedEdition | null = null): Generator<void, void> {
    const { book } = this.engine;
    this.log = book.error(this.config.errorLog, this.logs);
    if (before === null) this.report(this.log);
    const places = new Map<string, HostedSite>();
    for (const site of before?.sites ?? []) {
      const place = placeOf(site.server);
      if (!places.has(place)) places.set(place, site);
    }
    const labels = serverLabels(this.config.servers);
    yield;
    for (const [index, server] of this.config.servers.entries()) {
      const place = placeOf(server);
      const site = this.site(
        server,
        present(labels[index], 'the label of a server'),
        places.get(place) ?? null,
      );
      places.delete(place);
      this.siteOf.set(server, site);
      this.engine.sites.set(server, site);
      yield;
    }
    this.hosted = [...this.siteOf.values()];
  }

  /** Starts the services, and reads error pages and default files, under the account that the server runs as. */
  *opening(): Generator<void, void> {
    const services = new SiteServices(this.engine, this.config, this.siteOf);
    this.running = services;
    for (const server of this.siteOf.keys()) {
      services.preload(server);
      yield;
    }
    // From here on its caches have content, so they hear of changes.
    this.engine.editions.add(this);
    yield* preloading(this.hosted, services, this.engine.clock);
  }

  /** It is what clients get from now on: its bounds and its logs hold. */
  serve(): void {
    const { memory, scripts, book } = this.engine;
    memory.limit = this.config.memoryLimit;
    scripts.recorder.enabled = this.engine.recorded || this.config.admin !== null;
    for (const [site, before] of this.earlier) {
      const { server } = site;
      site.memory.limit = server.memoryLimit;
      site.ledger.resize(server.maxUploads, server.tempDisk, server.maxSharePerAddress);
      scripts.succeed(before.server, server);
    }
    this.earlier.clear();
    this.report(present(this.log, 'the error log of a made edition'));
    book.settle(this.logs);
  }

  /** Returns what a listening socket serves. @param servers of its address, the default one first */
  at(servers: readonly Server[]): Edition {
    const sites = servers.map((server) => present(this.siteOf.get(server), 'a site'));
    return new AddressEdition(sites, present(this.running, 'an open edition'), this);
  }

  hold(): void {
    this.held++;
  }

  release(): void {
    this.held--;
    this.settle();
  }

  /** No listening socket points here any more. @param over called once, when no transaction holds the edition */
  retire(over: () => void): void {
    this.onOver = over;
    this.settle();
  }

  /**
   * Lets go of what it holds, except what the edition that is served has of it. Those caches hold pages by the thousand, so
   * this comes in steps.
   */
  *closing(served: HostedEdition | null): Generator<void, void> {
    this.running?.dispose();
    const kept = new Set(served?.sites.map(({ pages }) => pages));
    for (const { pages } of this.siteOf.values()) {
      if (kept.has(pages)) continue;
      yield* pages.closing();
      yield;
    }
    this.engine.editions.delete(this);
  }

  private report(log: ErrorLog): void {
    const { book, errorLog } = this.engine;
    const target = this.config.errorLog;
    errorLog.turnTo(log);
    book.logs.reportTo(target === null ? null : log, target?.path ?? '');
  }

  private settle(): void {
    if (this.held > 0 || this.onOver === null) return;
    const over = this.onOver;
    this.onOver = null;
    over();
  }

  private site(server: Server, label: string, before: HostedSite | null): HostedSite {
    const { loop, book, watches, compressor, arena, registry, clock, memory: whole } = this.engine;
    const share = server.maxSharePerAddress;
    const memory = before?.memory ?? new MemoryLedger(server.memoryLimit, whole);
    const ledger =
      before?.ledger ?? new Ledger(server.maxUploads, server.tempDisk, { share, now: () => loop.now });
    const pages =
      before !== null && havePagesInCommon(before.server, server)
        ? before.pages
        : new Pages(server, watches, compressor, memory, arena);
    const accessLog = book.access(server.accessLog, this.logs);
    const errorLog = book.error(server.errorLog, this.logs);
    const tally = new Tally(registry, label, clock);
    const site = new HostedSite(server, pages, accessLog, errorLog, memory, tally, ledger);
    if (before !== null) this.earlier.set(site, before);
    return site;
  }
}

/** Two servers of two editions are taken for the same one if these are equal. */
function placeOf({ names, listens }: Server): string {
  return `${names[0] ?? ''} ${listens[0]?.key ?? ''}`;
}
