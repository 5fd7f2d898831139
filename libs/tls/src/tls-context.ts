import type { OpenSsl } from '@webserv/event-loop/openssl';
import { Callbacks } from './callbacks.ts';
import { type Certificate, readCertificates, useCertificate } from './certificates.ts';
import type { ClientHello } from './client-hello.ts';
import { CTRL, MODE_RELEASE_BUFFERS, OPTION, VERIFY, VERSIONS } from './constants.ts';
import { Passage } from './passage.ts';
import { CIPHERS, CIPHERSUITES, groupsOf } from './profile.ts';
import type { TicketKeys } from './ticket-keys.ts';
import { TlsError } from './tls-error.ts';

export type TlsVersion = keyof typeof VERSIONS;

/** Who may vouch for clients. */
export interface ClientCertificates {
  /** Certificates in PEM. */
  readonly authorities: string;
  /** A client without a certificate, or with one that does not hold, is refused by the handshake. */
  readonly required: boolean;
}

/** What a context is made of. */
export interface TlsOptions {
  /** At least one. A client gets the one whose kind of key it can check. */
  readonly certificates: readonly Certificate[];
  /** What ALPN may choose, the preferred first. Without any, ALPN is not answered. */
  readonly protocols?: readonly string[];
  readonly oldest?: TlsVersion;
  readonly newest?: TlsVersion;
  /** OpenSSL's list for TLS 1.2. */
  readonly ciphers?: string;
  /** OpenSSL's list of cipher suites for TLS 1.3. */
  readonly suites?: string;
  readonly clientCertificates?: ClientCertificates | null;
  /** Null: no session is resumed. */
  readonly tickets?: TicketKeys | null;
  /** How long a session can be resumed, in seconds. */
  readonly ticketLifetime?: number;
  /** Sessions are resumed where this is the same: a name that each process and machine gives to the same server. */
  readonly identity?: string;
  /** Chooses the context of a client by what it asks for; null: this one. */
  readonly choose?: (hello: ClientHello) => TlsContext | null;
}

/** A day: so long does Mozilla's profile let a session be resumed. */
const LIFETIME_S = 86_400;
/** A browser opens several connections at once, and each ticket is used once (RFC 8446, appendix C.4). */
const TICKETS = 2;
const NAME_MAX = 255;

/** What all sessions of a set of certificates have in common: an SSL_CTX. */
export class TlsContext {
  readonly openssl: OpenSsl;
  readonly passage: Passage;
  readonly protocols: readonly string[];
  readonly tickets: TicketKeys | null;
  readonly choose: ((hello: ClientHello) => TlsContext | null) | null;
  readonly oldest: TlsVersion;
  readonly newest: TlsVersion;
  readonly ciphers: string;
  readonly suites: string;
  readonly verify: number;
  /** What a session must have been begun with to be resumed here. */
  readonly identity: Buffer;
  /** Sessions that have begun to shake hands, and those that have done so: for counters. */
  begun = 0;
  opened = 0;
  private ctx: number;

  /** @throws TlsError if an option cannot be used */
  constructor(openssl: OpenSsl, options: TlsOptions) {
    this.openssl = openssl;
    this.passage = Passage.of(openssl);
    this.protocols = options.protocols ?? [];
    this.tickets = options.tickets ?? null;
    this.choose = options.choose ?? null;
    this.oldest = options.oldest ?? 'TLSv1.2';
    this.newest = options.newest ?? 'TLSv1.3';
    this.ciphers = options.ciphers ?? CIPHERS;
    this.suites = options.suites ?? CIPHERSUITES;
    const clients = options.clientCertificates ?? null;
    this.verify =
      clients === null ? VERIFY.NONE : VERIFY.PEER | (clients.required ? VERIFY.FAIL_IF_NO_PEER_CERT : 0);
    this.check(options);
    this.identity = this.digest(`${options.identity ?? ''}\n${this.verify}\n${clients?.authorities ?? ''}`);
    openssl.ERR_clear_error();
    this.ctx = openssl.SSL_CTX_new(openssl.TLS_server_method());
    if (this.ctx === 0) throw new Error(`OpenSSL makes no context: ${this.passage.takeError()}`);
    try {
      this.prepare(options.ticketLifetime ?? LIFETIME_S);
      for (const [index, certificate] of options.certificates.entries())
        useCertificate(this.passage, this.ctx, certificate, index);
      if (clients !== null) this.trust(clients);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** The SSL_CTX. @throws Error if it is disposed of */
  get handle(): number {
    if (this.ctx === 0) throw new Error('this TLS context has been disposed of');
    return this.ctx;
  }

  /** As the source of a session. */
  get context(): this {
    return this;
  }

  /** No session begins any more. Those that live keep what they need. */
  dispose(): void {
    if (this.ctx !== 0) this.openssl.SSL_CTX_free(this.ctx);
    this.ctx = 0;
  }

  /** What a client may be verified by: a callback that accepts all, or none. */
  get verifyCallback(): number {
    // Where no certificate is required, a bad one is no reason to refuse the connection: the result of the check is known.
    return this.verify === VERIFY.PEER ? Callbacks.of(this.openssl).verify : 0;
  }

  private check({ certificates }: TlsOptions): void {
    if (certificates.length === 0) throw new TlsError('certificates', 'no certificate: give at least one');
    if (VERSIONS[this.oldest] > VERSIONS[this.newest])
      throw new TlsError('versions', `the oldest version ${this.oldest} is newer than ${this.newest}`);
    for (const name of this.protocols) {
      if (name.length === 0 || name.length > NAME_MAX)
        throw new TlsError('protocols', `'${name}' is no name of a protocol: it has 1 to ${NAME_MAX} bytes`);
    }
  }

  private prepare(lifetime: number): void {
    const { openssl, ctx } = this;
    const callbacks = Callbacks.of(openssl);
    const tickets = this.tickets === null ? OPTION.NO_TICKET : 0;
    openssl.SSL_CTX_set_options(ctx, OPTION.NO_COMPRESSION | OPTION.NO_RENEGOTIATION | tickets);
    // A session inherits what stands here, and takes the same over from another context that is chosen for it.
    openssl.SSL_CTX_set_verify(ctx, this.verify, this.verifyCallback);
    const { address, bytes } = this.passage.scratch;
    bytes.set(this.identity);
    openssl.SSL_CTX_set_session_id_context(ctx, address, this.identity.length);
    openssl.SSL_CTX_ctrl(ctx, CTRL.MODE, MODE_RELEASE_BUFFERS, 0);
    // Sessions live in tickets, at the clients.
    openssl.SSL_CTX_ctrl(ctx, CTRL.SET_SESS_CACHE_MODE, 0, 0);
    openssl.SSL_CTX_ctrl(ctx, CTRL.SET_MIN_PROTO_VERSION, VERSIONS[this.oldest], 0);
    openssl.SSL_CTX_ctrl(ctx, CTRL.SET_MAX_PROTO_VERSION, VERSIONS[this.newest], 0);
    this.prepareCiphers();
    openssl.SSL_CTX_set_num_tickets(ctx, TICKETS);
    openssl.SSL_CTX_set_timeout(ctx, lifetime);
    openssl.SSL_CTX_set_alpn_select_cb(ctx, callbacks.protocol, 0);
    openssl.SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, callbacks.ticket);
    if (this.choose !== null) openssl.SSL_CTX_set_client_hello_cb(ctx, callbacks.hello, 0);
  }

  private prepareCiphers(): void {
    const { openssl, ctx, passage } = this;
    if (openssl.SSL_CTX_set_cipher_list(ctx, this.ciphers) !== 1) {
      throw new TlsError(
        'ciphers',
        `OpenSSL knows no cipher of the list '${this.ciphers}': ${passage.takeError()}`,
      );
    }
    if (openssl.SSL_CTX_set_ciphersuites(ctx, this.suites) !== 1)
      throw new TlsError(
        'ciphers',
        `OpenSSL knows not all cipher suites of '${this.suites}': ${passage.takeError()}`,
      );
    const groups = openssl.allocate(256);
    groups.bytes.write(`${groupsOf(openssl.number)}\0`, 'latin1');
    if (openssl.SSL_CTX_ctrl(ctx, CTRL.SET_GROUPS_LIST, 0, groups.address) !== 1)
      throw new Error(`OpenSSL lacks a group of ${groupsOf(openssl.number)}: ${passage.takeError()}`);
  }

  private trust({ authorities }: ClientCertificates): void {
    const { openssl, ctx, passage } = this;
    const certificates = readCertificates(passage, authorities, (message) => {
      throw new TlsError('authorities', message);
    });
    const store = openssl.SSL_CTX_get_cert_store(ctx);
    for (const certificate of certificates) {
      // The store, and the names that clients are shown, each keep a reference or a copy.
      openssl.X509_STORE_add_cert(store, certificate);
      openssl.SSL_CTX_add_client_CA(ctx, certificate);
      openssl.X509_free(certificate);
    }
    openssl.ERR_clear_error();
  }

  private digest(text: string): Buffer {
    const { openssl } = this;
    const bytes = Buffer.from(text);
    const memory = openssl.allocate(bytes.length + 32);
    memory.bytes.set(bytes);
    openssl.SHA256(memory.address, bytes.length, memory.address + bytes.length);
    return Buffer.from(memory.bytes.subarray(bytes.length));
  }
}
