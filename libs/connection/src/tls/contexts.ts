import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, Server } from '@webserv/config';
import { type Loop, Timer, Udata } from '@webserv/event-loop';
import { type OpenSsl, openSsl } from '@webserv/event-loop/openssl';
import { TicketKeys, TlsContext, TlsError, type TlsOptions } from '@webserv/tls';
import { FollowedFiles } from './followed-files.ts';
import { TlsWires } from './tls-wires.ts';

/** How often the files are looked at. */
const LOOK_MS = 1000;
/** How often a key of session tickets of the server's own is replaced, and how many are known: a ticket lives for a day. */
const KEY_MS = 12 * 3_600_000;
const KEYS = 3;
const KEY_BYTES = 80;
/** The protocol by which an authority of ACME looks at a challenge (RFC 8737). */
export const ACME = 'acme-tls/1';

/** The log of what concerns all servers. */
interface Log {
  notice(message: string, facts?: Readonly<Record<string, string | number>>): void;
  warn(message: string, facts?: Readonly<Record<string, string | number>>): void;
}

/** What a server shows to its clients now. */
interface Shown {
  readonly options: TlsOptions;
  readonly context: TlsContext;
}

/**
 * What each server with a tls address shows to its clients, made of the files that its config names. The files are
 * followed: new connections get what they hold now, and old ones keep what they began with. Files that do not fit together
 * are reported, and what was in use stays so.
 */
export class Contexts extends Udata {
  /** Grows with each change. */
  revision = 0;
  private readonly openssl: OpenSsl;
  /** What the connections have in common. */
  readonly wires: TlsWires;
  private readonly loop: Loop;
  private readonly log: Log;
  private readonly files = new FollowedFiles();
  private readonly looking = new Timer(this);
  private readonly ageing = new Timer(this);
  private readonly tickets: TicketKeys;
  private readonly ticketFile: string | null;
  private keys: Uint8Array[];
  private readonly shown = new Map<Server, Shown>();
  /** Those that choose among the servers of an address. */
  private readonly fronts = new Set<TlsContext>();
  /** The folder of certificates that answer challenges of ACME. */
  private readonly challenges: string | null;
  /** Of the last challenge. */
  private challenged: TlsContext | null = null;
  private closed = false;

  /** @param problems takes a line for what is wrong, and where it is written */
  private constructor(
    loop: Loop,
    { servers, ticketKeys, acmeStore, origins }: Config,
    log: Log,
    problems: string[],
  ) {
    super('contexts', -1);
    this.loop = loop;
    this.log = log;
    this.openssl = openSsl();
    this.wires = new TlsWires(loop);
    this.ticketFile = ticketKeys;
    this.challenges = acmeStore === null ? null : join(acmeStore, 'challenges/alpn');
    const at = (origin: ReturnType<typeof origins.get>, run: () => void): void => {
      try {
        run();
      } catch (error) {
        const place = origin?.at ?? null;
        const where = place === null ? 'config' : `${place.file}:${place.line}:${place.column}`;
        problems.push(`${where}: error: ${(error as Error).message}`);
      }
    };
    this.keys = [TicketKeys.random(this.openssl)];
    at(origins.get('ticket_keys'), () => {
      if (ticketKeys !== null) this.keys = keysOf(this.files.open(ticketKeys));
    });
    this.tickets = new TicketKeys(this.openssl, this.keys);
    for (const server of servers) {
      if (!hasTls(server)) continue;
      const [first] = server.tls.certificates;
      at(server.origins.get(`certificate ${first?.chain}`), () => {
        for (const path of pathsOf(server)) this.files.open(path);
        this.show(server);
      });
    }
    loop.arm(this.looking, LOOK_MS);
    if (ticketKeys === null) loop.arm(this.ageing, KEY_MS);
  }

  /**
   * Reads the files of a config.
   * @returns what its servers show, null without a tls address; and for each file that cannot be used a line for the
   *   operator that says where it is written, and why
   */
  static open(
    loop: Loop,
    config: Config,
    log: Log,
  ): { readonly contexts: Contexts | null; readonly problems: readonly string[] } {
    if (!config.servers.some(hasTls)) return { contexts: null, problems: [] };
    const problems: string[] = [];
    try {
      const contexts = new Contexts(loop, config, log, problems);
      if (problems.length === 0) return { contexts, problems };
      contexts.close();
    } catch (error) {
      problems.push(`tls: ${(error as Error).message}`);
    }
    return { contexts: null, problems };
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

  /** What a server shows now. */
  of(server: Server): Shown {
    const shown = this.shown.get(server);
    if (shown === undefined) throw new Error('a server without a tls address has no context');
    return shown;
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
    for (const { context } of this.shown.values()) context.dispose();
    this.challenged?.dispose();
  }

  complete(): void {}

  override expire(timer: Timer): void {
    if (timer === this.ageing) {
      this.keys = [TicketKeys.random(this.openssl), ...this.keys].slice(0, KEYS);
      this.tickets.replace(this.keys);
      this.loop.arm(this.ageing, KEY_MS);
      return;
    }
    void this.files.look().then(({ changed, problems }) => {
      if (this.closed) return;
      for (const problem of problems) this.log.warn(`tls: ${problem}`);
      if (changed.length > 0) this.renew(changed);
      this.loop.arm(this.looking, LOOK_MS);
    });
  }

  private renew(changed: readonly string[]): void {
    if (this.ticketFile !== null && changed.includes(this.ticketFile)) this.renewKeys(this.ticketFile);
    for (const server of this.shown.keys()) {
      const paths = pathsOf(server).filter((path) => changed.includes(path));
      if (paths.length === 0) continue;
      try {
        this.show(server);
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
      this.tickets.replace(keysOf(this.files.content(path)));
      this.log.notice('tls: new ticket keys are in use', { files: path });
    } catch (error) {
      this.log.warn(`tls: ${(error as Error).message}; the keys that were in use stay so`, { files: path });
    }
  }

  /** @throws TlsError if the files do not fit */
  private show(server: Server): void {
    const options = this.optionsOf(server);
    let context: TlsContext;
    try {
      context = new TlsContext(this.openssl, options);
    } catch (error) {
      throw error instanceof TlsError ? new Error(placed(error, server)) : error;
    }
    this.shown.get(server)?.context.dispose();
    this.shown.set(server, { options, context });
  }

  private optionsOf({ tls, names }: Server): TlsOptions {
    const text = (path: string): string => this.files.content(path).toString('latin1');
    const ofVersion = (newest: boolean): string =>
      tls.ciphers.filter((name) => name.startsWith('TLS_') === newest).join(':');
    const older = ofVersion(false);
    const suites = ofVersion(true);
    return {
      certificates: tls.certificates.map(({ chain, key }) => ({ chain: text(chain), key: text(key) })),
      protocols: tls.http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
      oldest: tls.versions.includes('TLSv1.2') ? 'TLSv1.2' : 'TLSv1.3',
      newest: tls.versions.includes('TLSv1.3') ? 'TLSv1.3' : 'TLSv1.2',
      ...(older === '' ? {} : { ciphers: older }),
      ...(suites === '' ? {} : { suites }),
      clientCertificates:
        tls.clients === null
          ? null
          : { authorities: text(tls.clients.authorities), required: tls.clients.required },
      tickets: this.tickets,
      identity: names[0] ?? '',
    };
  }
}

function hasTls({ listens }: Server): boolean {
  return listens.some(({ tls }) => tls);
}

function pathsOf({ tls }: Server): string[] {
  const paths = tls.certificates.flatMap(({ chain, key }) => [chain, key]);
  return tls.clients === null ? paths : [...paths, tls.clients.authorities];
}

/** The file that an error is about. */
function placed({ message, part, certificate }: TlsError, { tls }: Server): string {
  const files = tls.certificates[certificate];
  if (part === 'authorities') return `${tls.clients?.authorities}: ${message}`;
  if (files === undefined) return message;
  return `${part === 'key' ? files.key : files.chain}: ${message}`;
}

/** @throws Error if it does not hold whole keys */
function keysOf(content: Buffer): Uint8Array[] {
  if (content.length === 0 || content.length % KEY_BYTES !== 0) {
    throw new Error(
      `ticket_keys: the file holds ${content.length} bytes, which are no keys of ${KEY_BYTES} bytes`,
    );
  }
  const keys: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += KEY_BYTES) keys.push(content.subarray(at, at + KEY_BYTES));
  return keys;
}
