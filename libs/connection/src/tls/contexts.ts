import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, Server } from '@webserv/config';
import { type Loop, Timer, Udata } from '@webserv/event-loop';
import { type OpenSsl, openSsl } from '@webserv/event-loop/openssl';
import { TlsContext, type TlsOptions } from '@webserv/tls';
import { hasTls, pathsOf, type Shown, ShownServers } from './shown-servers.ts';
import { TlsWires } from './tls-wires.ts';

/** How often the files are looked at. */
const LOOK_MS = 1000;
/** How often a key of session tickets of the server's own is replaced, and how many are known: a ticket lives for a day. */
const KEY_MS = 12 * 3_600_000;
const KEYS = 3;
/** The protocol by which an authority of ACME looks at a challenge (RFC 8737). */
export const ACME = 'acme-tls/1';

/** The keys of session tickets that a process has made, for the one that follows it: its clients keep their sessions. */
export interface TicketsLeft {
  /** The newest first, as hexadecimal digits. */
  readonly keys: readonly string[];
  /** Milliseconds since the newest was made. */
  readonly age: number;
}

/** The log of what concerns all servers. */
interface Log {
  notice(message: string, facts?: Readonly<Record<string, string | number>>): void;
  warn(message: string, facts?: Readonly<Record<string, string | number>>): void;
}

/**
 * What each server with a tls address shows to its clients, made of the files that its config names. The files are
 * followed: new connections get what they hold now, and old ones keep what they began with. Files that do not fit together
 * are reported, and what was in use stays so.
 */
export class Contexts extends Udata {
  /** Grows with each change. */
  revision = 0;
  /** Handshakes since the start, by how they ended. */
  readonly handshakes: { done: number; failed: number };
  private readonly openssl: OpenSsl;
  /** What the connections have in common. */
  readonly wires: TlsWires;
  private readonly loop: Loop;
  private readonly log: Log;
  private readonly servers: ShownServers;
  private readonly looking = new Timer(this);
  private readonly ageing = new Timer(this);
  private readonly ticketFile: string | null;
  /** Those that choose among the servers of an address. */
  private readonly fronts = new Set<TlsContext>();
  /** The folder of certificates that answer challenges of ACME. */
  private readonly challenges: string | null;
  /** Of the last challenge. */
  private challenged: TlsContext | null = null;
  private closed = false;

  /** Milliseconds of the loop's clock at which the newest key of its own was made. */
  private keyMadeAt: number;

  private constructor(
    loop: Loop,
    config: Config,
    log: Log,
    earlier: Contexts | null,
    inherited: TicketsLeft | null,
  ) {
    super('contexts', -1);
    const { ticketKeys, acmeStore } = config;
    this.loop = loop;
    this.log = log;
    this.openssl = openSsl();
    this.handshakes = earlier?.handshakes ?? { done: 0, failed: 0 };
    this.wires = earlier === null ? new TlsWires(loop) : earlier.wires;
    this.ticketFile = ticketKeys;
    this.challenges = acmeStore === null ? null : join(acmeStore, 'challenges/alpn');
    const kept = earlier === null ? inherited : earlier.tickets;
    this.servers = new ShownServers(this.openssl, config, kept?.keys);
    this.keyMadeAt = loop.now - (kept?.age ?? 0);
    loop.arm(this.looking, LOOK_MS);
    if (ticketKeys === null) loop.arm(this.ageing, Math.max(0, this.keyMadeAt + KEY_MS - loop.now));
  }

  /**
   * Reads the files of a config, those of one server a step.
   * @param earlier those of the config that is in use: what need not change is kept
   * @param inherited the keys of the process that this one follows
   * @returns what its servers show, null without a tls address; and for each file that cannot be used a line for the
   *   operator that says where it is written, and why
   */
  static *opening(
    loop: Loop,
    config: Config,
    log: Log,
    earlier: Contexts | null = null,
    inherited: TicketsLeft | null = null,
  ): Generator<void, { readonly contexts: Contexts | null; readonly problems: readonly string[] }> {
    if (!config.servers.some(hasTls)) return { contexts: null, problems: [] };
    try {
      const contexts = new Contexts(loop, config, log, earlier, inherited);
      yield* contexts.servers.reading(config.servers);
      const { problems } = contexts.servers;
      if (problems.length === 0) return { contexts, problems };
      contexts.close();
      return { contexts: null, problems };
    } catch (error) {
      return { contexts: null, problems: [`tls: ${(error as Error).message}`] };
    }
  }

  /**
   * Reads the files as `open` does, for a config that is only checked. What `acme` keeps is left out, because the start
   * replaces what cannot be used there.
   * @returns a line for each file that cannot be used
   */
  static check(config: Config): readonly string[] {
    if (!config.servers.some(hasTls)) return [];
    const servers = config.servers.filter(({ acme }) => acme === null);
    try {
      const shown = new ShownServers(openSsl(), config);
      for (const _ of shown.reading(servers));
      shown.close();
      return shown.problems;
    } catch (error) {
      return [`tls: ${(error as Error).message}`];
    }
  }

  /**
   * What an authority of ACME is shown that looks at a challenge for a name (RFC 8737, section 3).
   * @returns null where no challenge is under way for it
   */
  challenge(name: string): TlsContext | null {
    if (this.challenges === null || !/^[a-z0-9.-]+$/.test(name)) return null;
    let pem: string;
    try {
      pem = readFileSync(join(this.challenges, `${name}.pem`), 'latin1');
    } catch {
      return null;
    }
    this.challenged?.dispose();
    this.challenged = new TlsContext(this.openssl, {
      certificates: [{ chain: pem, key: pem }],
      protocols: [ACME],
    });
    return this.challenged;
  }

  /** The keys of session tickets that it has made; null where a file has them. */
  get tickets(): TicketsLeft | null {
    if (this.ticketFile !== null) return null;
    return { keys: this.servers.keysLeft, age: this.loop.now - this.keyMadeAt };
  }

  /** What a server shows now. */
  of(server: Server): Shown {
    return this.servers.of(server);
  }

  /**
   * Makes what connections of an address begin with: the context of its first server, which may choose another one.
   * @param before what it made for the same address earlier; sessions that live keep what they need of it
   */
  front(server: Server, choose: NonNullable<TlsOptions['choose']>, before: TlsContext | null): TlsContext {
    if (before !== null) {
      this.fronts.delete(before);
      before.dispose();
    }
    const made = new TlsContext(this.openssl, { ...this.of(server).options, choose });
    this.fronts.add(made);
    return made;
  }

  close(): void {
    this.closed = true;
    for (const context of this.fronts) context.dispose();
    this.loop.disarm(this.looking);
    this.loop.disarm(this.ageing);
    this.servers.close();
    this.challenged?.dispose();
  }

  complete(): void {}

  override expire(timer: Timer): void {
    if (timer === this.ageing) {
      this.servers.addKey(KEYS);
      this.keyMadeAt = this.loop.now;
      this.loop.arm(this.ageing, KEY_MS);
      return;
    }
    void this.servers.files.look().then(({ changed, problems }) => {
      if (this.closed) return;
      for (const problem of problems) this.log.warn(`tls: ${problem}`);
      if (changed.length > 0) this.renew(changed);
      this.loop.arm(this.looking, LOOK_MS);
    });
  }

  private renew(changed: readonly string[]): void {
    if (this.ticketFile !== null && changed.includes(this.ticketFile)) this.renewKeys(this.ticketFile);
    for (const server of this.servers.servers) {
      const paths = pathsOf(server).filter((path) => changed.includes(path));
      if (paths.length === 0) continue;
      try {
        this.servers.show(server);
        this.log.notice('tls: what has changed is in use for new connections', { files: paths.join(', ') });
      } catch (error) {
        const { message } = error as Error;
        this.log.warn(`tls: ${message}; what was in use stays so`, { files: paths.join(', ') });
      }
    }
    this.revision++;
  }

  private renewKeys(path: string): void {
    try {
      this.servers.renewKeys(path);
      this.log.notice('tls: new ticket keys are in use', { files: path });
    } catch (error) {
      this.log.warn(`tls: ${(error as Error).message}; the keys that were in use stay so`, { files: path });
    }
  }
}
