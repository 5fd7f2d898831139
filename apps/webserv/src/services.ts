import { CgiRunner } from '@webserv/cgi';
import type { Location, Server } from '@webserv/config';
import type { Loop } from '@webserv/event-loop';
import {
  dispatch,
  ErrorPages,
  Exchange,
  type FileWriter,
  type FileWriterOwner,
  failedCall,
  failure,
  isHidden,
  type Ledger,
  type MemoryLedger,
  type Outcome,
  resolvePath,
  type Services,
  type Store,
  Turns,
} from '@webserv/methods';
import type { MimeTypes, Reply } from '@webserv/response';
import type { Clock } from './clock.ts';
import type { Site } from './site.ts';
import type { ServerFiles, System } from './system.ts';
import { UploadUdata } from './upload-udata.ts';
import { VERSION } from './version.ts';

/** The world as the method stage sees it: the disk, the caches, the scripts, all behind the loop. */
export class SiteServices implements Services {
  readonly files: ServerFiles;
  readonly store: Store;
  readonly later = new Turns().later;
  readonly scripts: CgiRunner;
  private readonly loop: Loop;
  private readonly clock: Clock;
  private readonly sites: ReadonlyMap<Server, Site>;
  private readonly pages: ErrorPages;
  private readonly siteOfLocation = new Map<Location, Site>();

  constructor(loop: Loop, system: System, sites: ReadonlyMap<Server, Site>, clock: Clock) {
    this.files = system.files();
    this.store = system.store;
    this.pages = new ErrorPages(this.files);
    this.loop = loop;
    this.clock = clock;
    this.sites = sites;
    for (const site of sites.values()) {
      for (const location of site.server.locations) this.siteOfLocation.set(location, site);
      this.pages.preload(site.server, clock.now());
    }
    this.scripts = new CgiRunner(loop, {
      launcher: system.launcher,
      rules: { failure, failedCall, isHidden, resolvePath },
      software: `webserv/${VERSION}`,
      log: (line, run) => {
        const { client, request, script } = run;
        this.siteOf(run.server).errorLog.warn(line, { client, request, script });
      },
      reprocess: (from, head) => {
        const site = this.siteOf(from.server);
        const exchange = new Exchange(this, head, from.server);
        exchange.remote = from.remote;
        exchange.begin(from.server, site.locations.locate(head.path), this.clock.now());
        return { exchange, outcome: dispatch(exchange) };
      },
    });
  }

  writer(fd: number, owner: FileWriterOwner, atMost: number): FileWriter {
    return new UploadUdata(this.loop, fd, owner, atMost);
  }

  forget(path: string): void {
    for (const { cache } of this.sites.values()) {
      cache.dropPath(path);
      // The same file may be cached under another spelling (a linked folder): every page is looked at before its next use.
      cache.expireAll();
    }
  }

  ledgerOf(server: Server): Ledger {
    return this.siteOf(server).ledger;
  }

  memoryOf(server: Server): MemoryLedger {
    return this.siteOf(server).memory;
  }

  typesOf(location: Location): MimeTypes {
    return (this.siteOfLocation.get(location) as Site).typesOf(location);
  }

  errorPage(server: Server, status: number): Reply | null {
    return this.pages.reply(server, status, this.clock.now());
  }

  script(exchange: Exchange): Outcome | null {
    return this.scripts.script(exchange);
  }

  private siteOf(server: Server): Site {
    return this.sites.get(server) as Site;
  }
}
