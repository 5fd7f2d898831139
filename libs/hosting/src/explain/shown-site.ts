import type { Location, Server } from '@webserv/config';
import type { Ended, Site } from '@webserv/connection';
import type { Exchange, MemoryLedger, Outcome } from '@webserv/methods';
import type { Pages } from '@webserv/pages';

/** What is known of a request that has ended. */
export interface Seen {
  readonly site: ShownSite;
  readonly host: string;
  /** As the rules of the config have made it. */
  readonly path: string;
  /** Whose rules the answer went by; any one for a page of the cache. */
  readonly location: Location;
  readonly status: number;
  readonly bodySent: number;
  readonly cache: Ended['cache'];
}

/** A site that says what became of its last request. */
export class ShownSite implements Site {
  readonly server: Server;
  readonly memory: MemoryLedger;
  pages: Pages;
  private readonly site: Site;
  private readonly see: (seen: Seen) => void;

  constructor(site: Site, see: (seen: Seen) => void) {
    this.site = site;
    this.server = site.server;
    this.memory = site.memory;
    this.pages = site.pages;
    this.see = see;
  }

  get answers(): ((exchange: Exchange) => Outcome) | null {
    return this.site.answers;
  }

  locate(path: string): Location {
    return this.site.locate(path);
  }

  record(ended: Ended, durationMs: number): void {
    this.site.record(ended, durationMs);
    const { status, bodySent, cache, exchange } = ended;
    const { head, aim, location } = exchange;
    this.see({
      site: this,
      host: head.host,
      path: aim?.path ?? head.path,
      location,
      status,
      bodySent,
      cache,
    });
  }

  info(message: string, facts: Readonly<Record<string, string | number>>): void {
    this.site.info(message, facts);
  }

  warn(message: string, facts: Readonly<Record<string, string | number>>): void {
    this.site.warn(message, facts);
  }
}
