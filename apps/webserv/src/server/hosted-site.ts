import type { StaticCache } from '@webserv/cache';
import { type Location, LocationMatcher, type Server } from '@webserv/config';
import type { Ended, Site } from '@webserv/connection';
import type { AccessLog, ErrorLog } from '@webserv/logger';
import { Ledger, type MemoryLedger } from '@webserv/methods';
import type { Page, Pages } from '@webserv/pages';
import { MimeTables, type MimeTypes } from '@webserv/response';
import { record } from './record.ts';

/** One `server` block, in service: what its requests share. */
export class HostedSite implements Site {
  readonly server: Server;
  readonly pages: Pages;
  readonly accessLog: AccessLog;
  readonly errorLog: ErrorLog;
  readonly ledger: Ledger;
  readonly memory: MemoryLedger;
  private readonly locations: LocationMatcher;
  private readonly tables = new MimeTables();

  /** @param now returns the loop's time in milliseconds */
  constructor(
    server: Server,
    pages: Pages,
    accessLog: AccessLog,
    errorLog: ErrorLog,
    memory: MemoryLedger,
    now: () => number,
  ) {
    this.server = server;
    this.locations = new LocationMatcher(server);
    this.ledger = new Ledger(server.maxUploads, server.tempDisk, { share: server.maxSharePerAddress, now });
    this.memory = memory;
    this.pages = pages;
    this.accessLog = accessLog;
    this.errorLog = errorLog;
  }

  locate(path: string): Location {
    return this.locations.locate(path);
  }

  record(ended: Ended, durationMs: number): void {
    record(ended, this, durationMs);
  }

  warn(message: string, facts: Readonly<Record<string, string | number>>): void {
    this.errorLog.warn(message, facts);
  }

  get cache(): StaticCache<Page> {
    return this.pages.cache;
  }

  /** Writes the counters of the cache into the error log. A site without a cache writes nothing. */
  reportCache(level: 'info' | 'notice'): void {
    if (this.server.cacheSize === 0) return;
    this.errorLog[level](`cache of ${this.server.names[0] ?? `server ${this.server.id + 1}`}`, {
      ...this.cache.stats,
    });
  }

  typesOf({ types, charset }: Location): MimeTypes {
    return this.tables.of(types, charset);
  }
}
