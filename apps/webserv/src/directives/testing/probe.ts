import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { System } from '@webserv/hosting';
import { type Answer, get, Peer } from '../../testing/peer.ts';
import type { TestSite } from '../../testing/site.ts';

const GIVE_UP_MS = 20_000;

/** The blocks of a config in which a directive may stand. */
export type Block = 'main' | 'server' | 'location';

/** One way to write a directive, and what a client (or the disk) then sees. */
type Setting = readonly [line: string, seen: unknown];

/**
 * How to see, from outside, that a directive acts. The spec writes each setting into each block that the directive's row
 * names, and over another one in the block around, and observes each server more than once: an answer out of the cache
 * must show the setting as well.
 */
export interface Probe {
  /** At least two, so that neither can be seen by chance. */
  readonly settings: readonly Setting[];
  /** What the rest of the config needs so that the effect shows; it replaces lines of the usual config by their name. */
  readonly around?: Partial<Record<Block, string>>;
  /** Its servers speak TLS, with this certificate. */
  readonly tls?: string;
  /** Files below the folder of the site, with their contents. */
  readonly files?: Readonly<Record<string, string>>;
  /** The server's system, where the observation needs another one. */
  readonly system?: System;
  /** How often each server is observed: twice unless said. */
  readonly times?: number;
  /** @param seen what is expected: an observation may wait until it sees it, and need not time what never comes */
  observe(place: Place, seen: unknown): Promise<unknown>;
}

/** One that cannot be observed in this process. */
export interface AloneProbe {
  alone(block: Block): Promise<void>;
}

/** Where a setting is observed: a server, a prefix of it, and a host. */
export class Place {
  readonly site: TestSite;
  /** In front of each path: where the setting stands. */
  readonly prefix: string;
  readonly host: string;
  /** Which observation of this server it is, from 1; for names that must be new each time. */
  readonly turn: number;
  private asked = 0;

  constructor(site: TestSite, prefix: string, host: string, turn: number) {
    this.site = site;
    this.prefix = prefix;
    this.host = host;
    this.turn = turn;
  }

  get port(): number {
    return this.site.port(0);
  }

  /** A GET of a path behind the prefix. */
  get(path: string, fields = ''): string {
    return get(`${this.prefix}${path}`, fields).replace('Host: localhost', `Host: ${this.host}`);
  }

  /** A POST of a path behind the prefix, with content or the first bytes of it. */
  post(path: string, content: string, length = content.length, fields = ''): string {
    return `POST ${this.prefix}${path} HTTP/1.1\r\nHost: ${this.host}\r\nContent-Length: ${length}\r\n${fields}\r\n${content}`;
  }

  open(): Promise<Peer> {
    return Peer.open(this.port);
  }

  /** One request on a connection of its own. */
  async ask(request: string): Promise<Answer> {
    const peer = await this.open();
    this.asked++;
    try {
      return await peer.send(request).answer(request.slice(0, request.indexOf(' ')));
    } finally {
      peer.close();
    }
  }

  /** The last line of the access log, which is written as JSON, once there is one for each request that was answered. */
  async lastLine(): Promise<Record<string, unknown>> {
    await this.until(() => this.lines().length >= this.asked);
    return JSON.parse(this.lines().at(-1) as string);
  }

  /** The lines of the access log so far. */
  lines(): string[] {
    return readFileSync(join(this.site.folder, 'access.log'), 'utf8').split('\n').slice(0, -1);
  }

  /** Looks again after each turn of the event loop until it is so. */
  async until(done: () => boolean): Promise<void> {
    const end = Date.now() + GIVE_UP_MS;
    while (!done()) {
      // The test has failed by then; a loop that went on would keep the process.
      if (Date.now() > end) throw new Error(`never so: ${done}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}
