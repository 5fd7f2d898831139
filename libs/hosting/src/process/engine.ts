import { DirectHashing } from '@webserv/accounts';
import { Registry } from '@webserv/admin';
import { CgiRunner } from '@webserv/cgi';
import type { Server } from '@webserv/config';
import { Clock } from '@webserv/connection';
import { LargeSlabs } from '@webserv/disk';
import type { Loop } from '@webserv/event-loop';
import { MemoryLedger, present, Turns } from '@webserv/methods';
import { Arena, Compressor, type Pages, Watches } from '@webserv/pages';
import { LogBook } from './log-book.ts';
import { MainLog } from './main-log.ts';
import { PasswordDoor } from './password-door.ts';
import type { System } from './system.ts';

/** What the engine knows of one `server` block at work. */
interface Hosted {
  readonly pages: Pages;
  readonly errorLog: { warn(message: string, facts?: Readonly<Record<string, string | number>>): void };
  /** As the metrics call it. */
  readonly label: string;
  locate(path: string): Server['locations'][number];
}

/** An edition that is served, or that still ends requests. */
interface Serving {
  readonly sites: readonly Hosted[];
}

/** The parts that live as long as the server, whatever the config says. Each edition uses them. */
export class Engine {
  /** The name and version of the server, as scripts see it: `webserv/1.2.3`. */
  readonly software: string;
  readonly loop: Loop;
  readonly system: System;
  readonly clock: Clock;
  readonly book: LogBook;
  /** The log of what concerns no server. */
  readonly errorLog = new MainLog();
  readonly compressor = new Compressor();
  readonly watches: Watches;
  /** What the server counts, for its operator. */
  readonly registry = new Registry();
  /** Memory that the requests of all servers take. */
  readonly memory = new MemoryLedger(0);
  /** Holds the pages of all caches. */
  readonly arena = new Arena();
  readonly slabs = new LargeSlabs();
  readonly turns: Turns;
  readonly scripts: CgiRunner;
  /** Judges who may come in with a password. */
  readonly door: PasswordDoor;
  /** Those that are served, and those that still end requests. Each adds and removes itself. */
  readonly editions = new Set<Serving>();
  /** The site of each server of these editions. */
  readonly sites = new WeakMap<Server, Hosted>();

  /** Another process asks for the last runs of scripts, so they are kept without an admin address as well. */
  recorded = false;
  /** The path of markdown-it for `require`; '' if there is none. */
  readonly markdown: string;

  /** @param software and `markdown` as of the fields */
  constructor(software: string, loop: Loop, system: System, markdown = '') {
    this.software = software;
    this.markdown = markdown;
    this.loop = loop;
    this.system = system;
    this.clock = new Clock(loop);
    this.book = new LogBook(loop, system.logs);
    this.watches = new Watches(loop, (path) => this.changed(path), system.paths);
    this.turns = new Turns(undefined, undefined, (ms) => loop.lag.note(ms));
    this.door = new PasswordDoor(loop, system.hashing?.() ?? new DirectHashing());
    const siteOf = (server: Server): Hosted => present(this.sites.get(server), 'the site of a server');
    this.scripts = new CgiRunner(loop, {
      launcher: system.launcher,
      software,
      log: (line, { server, client, request, script }) => {
        siteOf(server).errorLog.warn(line, { client, request, script });
      },
      labelOf: (server) => siteOf(server).label,
      locate: (server, path) => siteOf(server).locate(path),
      now: () => this.clock.now(),
    });
  }

  /** The pages of all editions whose cache has been opened. */
  *pages(): Generator<Pages> {
    const seen = new Set<Pages>();
    for (const { sites } of this.editions) {
      for (const { pages } of sites) {
        if (pages.opened === null || seen.has(pages)) continue;
        seen.add(pages);
        yield pages;
      }
    }
  }

  /** The server is over, or has not come to be. */
  close(): void {
    this.scripts.close(() => {});
    this.door.close();
  }

  /** A file has changed: the caches drop it. */
  private changed(path: string): void {
    for (const { cache } of this.pages()) cache.dropPath(path);
  }
}
