import type { Config, Origin, Server } from '@webserv/config';
import type { OpenSsl } from '@webserv/event-loop/openssl';
import { TicketKeys, TlsContext, TlsError, type TlsOptions } from '@webserv/tls';
import { FollowedFiles } from './followed-files.ts';

const KEY_BYTES = 80;

/** What a server shows to its clients now. */
export interface Shown {
  readonly options: TlsOptions;
  readonly context: TlsContext;
}

/** What each server with a tls address shows to its clients, made of the files that its config names. */
export class ShownServers {
  readonly files = new FollowedFiles();
  private readonly tickets: TicketKeys;
  /** The newest first. */
  private keys: readonly Uint8Array[];
  private readonly openssl: OpenSsl;
  private readonly shown = new Map<Server, Shown>();

  /** Lines for the files that cannot be used: where each is written, and why. */
  readonly problems: string[] = [];

  /** @param earlier the keys of before: clients keep their tickets, where no file says otherwise */
  constructor(openssl: OpenSsl, { ticketKeys, origins }: Config, earlier: readonly string[] | null = null) {
    this.openssl = openssl;
    this.keys = earlier?.map((key) => Buffer.from(key, 'hex')) ?? [TicketKeys.random(openssl)];
    this.at(origins.get('ticket_keys'), () => {
      if (ticketKeys !== null) this.keys = keysOf(this.files.open(ticketKeys));
    });
    this.tickets = new TicketKeys(openssl, this.keys);
  }

  /** Reads the files of servers, one server a step. */
  *reading(servers: readonly Server[]): Generator<void, void> {
    for (const server of servers) {
      if (!hasTls(server)) continue;
      const [first] = server.tls.certificates;
      this.at(server.origins.get(`certificate ${first?.chain}`), () => {
        for (const path of pathsOf(server)) this.files.open(path);
        this.show(server);
      });
      yield;
    }
  }

  get servers(): Iterable<Server> {
    return this.shown.keys();
  }

  /** As hexadecimal digits, the newest first. */
  get keysLeft(): readonly string[] {
    return this.keys.map((key) => Buffer.from(key).toString('hex'));
  }

  of(server: Server): Shown {
    const shown = this.shown.get(server);
    if (shown === undefined) throw new Error('a server without a tls address has no context');
    return shown;
  }

  /** Shows what the files hold now. @throws Error if they do not fit: what was shown stays so */
  show(server: Server): void {
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

  /** Puts a new key in front of the others. @param most how many are known from then on */
  addKey(most: number): void {
    this.keys = [TicketKeys.random(this.openssl), ...this.keys].slice(0, most);
    this.tickets.replace(this.keys);
  }

  /** Takes the keys of a file that has changed. @throws Error if it does not hold whole keys */
  renewKeys(path: string): void {
    this.tickets.replace(keysOf(this.files.content(path)));
  }

  close(): void {
    for (const { context } of this.shown.values()) context.dispose();
  }

  private at(origin: Origin | undefined, run: () => void): void {
    try {
      run();
    } catch (error) {
      const place = origin?.at ?? null;
      const where = place === null ? 'config' : `${place.file}:${place.line}:${place.column}`;
      this.problems.push(`${where}: error: ${(error as Error).message}`);
    }
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

export function hasTls({ listens }: Server): boolean {
  return listens.some(({ tls }) => tls);
}

export function pathsOf({ tls }: Server): string[] {
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
