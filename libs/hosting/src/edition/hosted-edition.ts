import { serverLabels } from '@webserv/admin';
import type { Config, Server } from '@webserv/config';
import { AddressEdition, type Edition } from '@webserv/connection';
import { MemoryLedger, present } from '@webserv/methods';
import { Arena, Pages, preloadSites } from '@webserv/pages';
import type { Engine } from '../process/engine.ts';
import { HostedSite } from './hosted-site.ts';
import { SiteServices } from './services.ts';
import { Tally } from './tally.ts';

/**
 * One edition of the config, in service: its sites and what serves them. Nothing in it changes. A transaction holds the
 * edition that it began under. A retired edition is over when its last transaction has ended.
 */
export class HostedEdition {
  readonly config: Config;
  readonly sites: readonly HostedSite[];
  readonly memory: MemoryLedger;
  private readonly arena = new Arena();
  private readonly engine: Engine;
  private readonly siteOf: ReadonlyMap<Server, HostedSite>;
  private running: SiteServices | null = null;
  private held = 0;
  private onOver: (() => void) | null = null;

  /** Opens the logs. @throws StartError if one cannot be opened */
  constructor(config: Config, engine: Engine) {
    this.config = config;
    this.engine = engine;
    this.memory = new MemoryLedger(config.memoryLimit);
    const labels = serverLabels(config.servers);
    this.siteOf = new Map(config.servers.map((server, index) => [server, this.site(server, labels[index])]));
    this.sites = [...this.siteOf.values()];
  }

  /** Null until `open`. */
  get services(): SiteServices | null {
    return this.running;
  }

  /** Starts the services, and reads the default files into the caches, under the account that the server runs as. */
  open(): void {
    const services = new SiteServices(this.engine, this.siteOf);
    this.running = services;
    preloadSites(this.sites, services, this.engine.clock);
  }

  /** Returns what a listening socket serves. @param servers of its address, the default one first */
  at(servers: readonly Server[]): Edition {
    const sites = servers.map((server) => present(this.siteOf.get(server), 'a site'));
    return new AddressEdition(sites, present(this.running, 'an open edition'), this);
  }

  /** A file has changed: the caches drop it. */
  changed(path: string): void {
    for (const { pages } of this.sites) pages.opened?.dropPath(path);
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

  private settle(): void {
    if (this.held > 0 || this.onOver === null) return;
    const over = this.onOver;
    this.onOver = null;
    over();
  }

  private site(server: Server, label: string): HostedSite {
    const { loop, book, watches, compressor, registry, clock } = this.engine;
    const memory = new MemoryLedger(server.memoryLimit, this.memory);
    const pages = new Pages(server, watches, compressor, memory, this.arena);
    const accessLog = book.access(server.accessLog);
    const errorLog = book.error(server.errorLog);
    const tally = new Tally(registry, label, clock);
    return new HostedSite(server, pages, accessLog, errorLog, memory, tally, () => loop.now);
  }
}
