import { CgiRunner } from '@webserv/cgi';
import type { Location, Server } from '@webserv/config';
import { type Clock, countedAs } from '@webserv/connection';
import { LargeSlabs, type ServerFiles, UploadUdata } from '@webserv/disk';
import type { Loop } from '@webserv/event-loop';
import {
  ErrorPages,
  type Exchange,
  type FileWriter,
  type FileWriterOwner,
  type Ledger,
  Listings,
  type MemoryLedger,
  type Outcome,
  present,
  type Script,
  type Services,
  type Store,
  Turns,
  UploadRoots,
  uploadFoldersOf,
} from '@webserv/methods';
import { forgetPath } from '@webserv/pages';
import {
  type ContentCoding,
  type FileStamp,
  MimeTables,
  type MimeTypes,
  type Reply,
} from '@webserv/response';
import type { Engine } from '../process/engine.ts';
import type { HostedSite } from './hosted-site.ts';

/** What the method stage sees of the server: the disk, the caches and the scripts, all over the loop. */
export class SiteServices implements Services {
  readonly files: ServerFiles;
  readonly store: Store;
  readonly uploads: UploadRoots;
  readonly listings = new Listings();
  readonly later: Turns['later'];
  private readonly turns: Turns;
  private readonly slabs = new LargeSlabs();
  readonly scripts: CgiRunner;
  private readonly loop: Loop;
  private readonly clock: Clock;
  private readonly sites: ReadonlyMap<Server, HostedSite>;
  private readonly pages: ErrorPages;
  private readonly types = new MimeTables();

  constructor({ software, loop, system, clock }: Engine, sites: ReadonlyMap<Server, HostedSite>) {
    this.files = system.files(loop);
    this.store = system.store;
    this.loop = loop;
    this.turns = new Turns(undefined, undefined, (ms) => loop.lag.note(ms));
    this.later = this.turns.later;
    this.clock = clock;
    this.sites = sites;
    this.uploads = new UploadRoots(uploadFoldersOf([...sites.keys()]));
    this.pages = new ErrorPages(this.files, this.uploads);
    for (const server of sites.keys()) this.pages.preload(server, clock.now());
    this.scripts = new CgiRunner(loop, {
      launcher: system.launcher,
      software,
      log: (line, run) => {
        const { client, request, script } = run;
        this.siteOf(run.server).errorLog.warn(line, { client, request, script });
      },
      locate: (server, path) => this.locate(server, path),
      now: () => clock.now(),
    });
  }

  writer(fd: number, owner: FileWriterOwner, atMost: number, memory: MemoryLedger): FileWriter {
    return new UploadUdata(this.loop, fd, owner, atMost, memory, this.slabs);
  }

  forget(path: string): void {
    const caches = [...this.sites.values()].map(({ pages }) => pages.opened);
    for (const { pages } of this.sites.values()) if (pages.opened !== null) pages.expireStandIns();
    forgetPath(
      path,
      this.files,
      caches.filter((cache) => cache !== null),
    );
  }

  /** Calls back when no work in slices is left, such as the removal of cancelled uploads. */
  whenIdle(done: () => void): void {
    this.turns.whenIdle(done);
  }

  addressOf(remote: string): string {
    return remote === 'unix:' ? '' : countedAs(remote);
  }

  ledgerOf(server: Server): Ledger {
    return this.siteOf(server).ledger;
  }

  memoryOf(server: Server): MemoryLedger {
    return this.siteOf(server).memory;
  }

  typesOf({ types, charset }: Location): MimeTypes {
    return this.types.of(types, charset);
  }

  contentTag(exchange: Exchange, coding: ContentCoding | '', stamp: FileStamp): string {
    return this.siteOf(exchange.server).pages.tagOf(exchange.head.path, coding, stamp);
  }

  errorPage(server: Server, status: number): Reply | null {
    return this.pages.reply(server, status, this.clock.now());
  }

  locate(server: Server, path: string): Location {
    return this.siteOf(server).locate(path);
  }

  script(exchange: Exchange, script: Script): Outcome {
    return this.scripts.script(exchange, script);
  }

  private siteOf(server: Server): HostedSite {
    return present(this.sites.get(server), 'the site of a server');
  }
}
