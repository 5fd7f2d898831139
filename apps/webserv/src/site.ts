import { StaticCache } from '@webserv/cache';
import { type Location, LocationMatcher, type Server } from '@webserv/config';
import type { AccessLog, ErrorLog } from '@webserv/logger';
import { Ledger } from '@webserv/methods';
import { MimeTypes } from '@webserv/response';
import type { Page } from './page.ts';

/** A cached page must still be what lies on the disk when it is this old; file-change notices are not needed for that. */
const FRESH_MS = 1000;

/** One `server` block at work: what its requests share. */
export class Site {
  readonly server: Server;
  readonly locations: LocationMatcher;
  readonly cache: StaticCache<Page>;
  readonly accessLog: AccessLog;
  readonly errorLog: ErrorLog;
  readonly ledger: Ledger;
  private readonly types = new Map<ReadonlyMap<string, string>, MimeTypes>();

  constructor(server: Server, accessLog: AccessLog, errorLog: ErrorLog) {
    this.server = server;
    this.locations = new LocationMatcher(server);
    this.cache = new StaticCache<Page>({
      maxBytes: server.cacheSize,
      maxEntryBytes: server.cacheEntry,
      freshForMs: FRESH_MS,
    });
    this.ledger = new Ledger(server.maxUploads, server.tempDisk);
    this.accessLog = accessLog;
    this.errorLog = errorLog;
  }

  /** The media types of a location; locations that share a table share the answer. */
  typesOf(location: Location): MimeTypes {
    let types = this.types.get(location.types);
    if (types === undefined) {
      types = new MimeTypes(location.types);
      this.types.set(location.types, types);
    }
    return types;
  }
}
