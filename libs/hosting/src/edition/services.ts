import type { AccountRule, Config, Location, Scope, Server } from '@webserv/config';
import { admit, countedAs } from '@webserv/connection';
import { PieceReadUdata, type ServerFiles, UploadUdata } from '@webserv/disk';
import {
  ErrorPages,
  type Exchange,
  errorScript,
  type FileReader,
  type FileReaderOwner,
  type FileWriter,
  type FileWriterOwner,
  type Judgement,
  type Ledger,
  Listings,
  type MemoryLedger,
  type Outcome,
  present,
  type Script,
  type Services,
  type Store,
  type Trace,
  type Turns,
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
  type Successor,
} from '@webserv/response';
import type { Engine } from '../process/engine.ts';
import { AccountFiles } from './account-files.ts';
import type { HostedSite } from './hosted-site.ts';

/** What the method stage sees of the server: the disk, the caches and the scripts, all over the loop. */
export class SiteServices implements Services {
  readonly trace: Trace | null;
  readonly files: ServerFiles;
  readonly store: Store;
  readonly uploads: UploadRoots;
  readonly listings: Listings;
  readonly later: Turns['later'];
  private readonly engine: Engine;
  private readonly sites: ReadonlyMap<Server, HostedSite>;
  private readonly pages: ErrorPages;
  private readonly types = new MimeTables();

  private readonly accounts: AccountFiles;

  /** @throws StartError if a file of accounts cannot be used */
  constructor(engine: Engine, config: Config, sites: ReadonlyMap<Server, HostedSite>) {
    this.engine = engine;
    this.accounts = new AccountFiles(engine.loop, config, engine.errorLog);
    this.trace = engine.system.trace ?? null;
    this.files = engine.system.files(engine.loop);
    this.store = engine.system.store;
    this.later = engine.turns.later;
    this.listings = new Listings(engine.markdown);
    this.sites = sites;
    this.uploads = new UploadRoots(uploadFoldersOf([...sites.keys()]));
    this.pages = new ErrorPages(this.files, this.uploads);
  }

  dispose(): void {
    this.files.dispose();
    this.accounts.close();
  }

  /** Reads the error pages of a server. */
  preload(server: Server): void {
    this.pages.preload(server, this.engine.clock.now());
  }

  writer(fd: number, owner: FileWriterOwner, atMost: number, memory: MemoryLedger): FileWriter {
    const { loop, slabs, system } = this.engine;
    if (system.writer !== undefined) return system.writer(fd, owner, atMost, memory);
    return new UploadUdata(loop, fd, owner, atMost, memory, slabs);
  }

  reader(fd: number, owner: FileReaderOwner): FileReader {
    return new PieceReadUdata(this.engine.loop, fd, owner);
  }

  forget(path: string): void {
    const pages = [...this.engine.pages()];
    for (const each of pages) each.expireStandIns();
    forgetPath(
      path,
      this.files,
      pages.map(({ cache }) => cache),
    );
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

  typesOf({ types, charset, defaultType }: Location): MimeTypes {
    return this.types.of(types, charset, defaultType);
  }

  contentTag(exchange: Exchange, coding: ContentCoding | '', stamp: FileStamp): string {
    return this.siteOf(exchange.server).pages.tagOf(exchange.head.path, coding, stamp);
  }

  errorPage(server: Server, errors: Scope['errors'], status: number): Reply | null {
    return this.pages.reply(server, errors, status, this.engine.clock.now());
  }

  errorScript(exchange: Exchange, status: number): Successor | null {
    return errorScript(exchange, status);
  }

  locate(server: Server, path: string): Location {
    return this.siteOf(server).locate(path);
  }

  ask(exchange: Exchange, rule: AccountRule): Judgement {
    return this.engine.door.ask(exchange, rule, this.accounts.of(rule.file));
  }

  admit(exchange: Exchange, location: Location): Judgement {
    return admit(location, exchange);
  }

  script(exchange: Exchange, script: Script): Outcome {
    return this.engine.scripts.script(exchange, script);
  }

  private siteOf(server: Server): HostedSite {
    return present(this.sites.get(server), 'the site of a server');
  }
}
