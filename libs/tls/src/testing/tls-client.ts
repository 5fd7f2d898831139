import type { OpenSsl } from '@webserv/event-loop/openssl';
import { useCertificate } from '../certificates.ts';
import { BIO, CTRL, ERROR, VERSIONS } from '../constants.ts';
import { Passage } from '../passage.ts';

/** What a client of a test asks for. */
export interface TlsClientWish {
  readonly serverName?: string;
  readonly protocols?: readonly string[];
  readonly version?: keyof typeof VERSIONS;
  /** OpenSSL's list for TLS 1.2. */
  readonly ciphers?: string;
  readonly groups?: string;
  readonly certificate?: { readonly chain: string; readonly key: string };
  /** What an earlier client has kept. */
  readonly session?: number;
}

const SET_TLSEXT_HOSTNAME = 55;
const SCRATCH = 64 << 10;

/** The other end of a TlsSession: OpenSSL's client, without a socket, on BIOs of its own. */
export class TlsClient {
  readonly ssl: number;
  /** Why it has failed; '' while it has not. */
  failure = '';
  isOpen = false;
  ended = false;
  /** Data that has come. */
  readonly received: Buffer[] = [];
  length = 0;
  private readonly openssl: OpenSsl;
  private readonly ctx: number;
  private readonly inward: number;
  private readonly outward: number;
  private readonly scratch;

  constructor(openssl: OpenSsl, wish: TlsClientWish = {}) {
    this.openssl = openssl;
    this.scratch = Passage.of(openssl).scratch;
    this.ctx = openssl.SSL_CTX_new(openssl.TLS_client_method());
    if (wish.certificate) useCertificate(Passage.of(openssl), this.ctx, wish.certificate, 0);
    this.ssl = openssl.SSL_new(this.ctx);
    openssl.SSL_set_connect_state(this.ssl);
    this.inward = this.bio();
    this.outward = this.bio();
    openssl.SSL_set_bio(this.ssl, this.inward, this.outward);
    if (wish.version) {
      openssl.SSL_ctrl(this.ssl, CTRL.SET_MIN_PROTO_VERSION, VERSIONS[wish.version], 0);
      openssl.SSL_ctrl(this.ssl, CTRL.SET_MAX_PROTO_VERSION, VERSIONS[wish.version], 0);
    }
    if (wish.ciphers) openssl.SSL_set_cipher_list(this.ssl, wish.ciphers);
    if (wish.groups) openssl.SSL_ctrl(this.ssl, CTRL.SET_GROUPS_LIST, 0, this.pointer(wish.groups));
    if (wish.serverName) openssl.SSL_ctrl(this.ssl, SET_TLSEXT_HOSTNAME, 0, this.pointer(wish.serverName));
    if (wish.protocols) this.offer(wish.protocols);
    if (wish.session) openssl.SSL_set_session(this.ssl, wish.session);
  }

  private bio(): number {
    const bio = this.openssl.BIO_new(this.openssl.BIO_s_mem());
    this.openssl.BIO_ctrl(bio, BIO.SET_MEM_EOF_RETURN, -1, 0);
    return bio;
  }

  private pointer(text: string): number {
    this.scratch.bytes.write(`${text}\0`, 'latin1');
    return this.scratch.address;
  }

  private offer(protocols: readonly string[]): void {
    const list = Buffer.concat(protocols.map((name) => Buffer.from([name.length, ...Buffer.from(name)])));
    this.scratch.bytes.set(list);
    this.openssl.SSL_set_alpn_protos(this.ssl, this.scratch.address, list.length);
  }

  /** What it has to send now. */
  take(): Buffer {
    const pieces: Buffer[] = [];
    for (;;) {
      const n = this.openssl.BIO_read(this.outward, this.scratch.address, SCRATCH);
      if (n <= 0) return Buffer.concat(pieces);
      pieces.push(Buffer.from(this.scratch.bytes.subarray(0, n)));
    }
  }

  /** Takes what has come, and goes on. */
  receive(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += SCRATCH) {
      const piece = bytes.subarray(at, at + SCRATCH);
      this.scratch.bytes.set(piece);
      this.openssl.BIO_write(this.inward, this.scratch.address, piece.length);
    }
    this.goOn();
  }

  goOn(): void {
    const { openssl, ssl } = this;
    if (this.failure !== '') return;
    openssl.ERR_clear_error();
    if (!this.isOpen) {
      const result = openssl.SSL_do_handshake(ssl);
      if (result === 1) this.isOpen = true;
      else if (openssl.SSL_get_error(ssl, result) !== ERROR.WANT_READ) this.fail();
      if (!this.isOpen) return;
    }
    for (;;) {
      const n = openssl.SSL_read(ssl, this.scratch.address, SCRATCH);
      if (n > 0) {
        this.received.push(Buffer.from(this.scratch.bytes.subarray(0, n)));
        this.length += n;
        continue;
      }
      const error = openssl.SSL_get_error(ssl, n);
      if (error === ERROR.ZERO_RETURN) this.ended = true;
      else if (error !== ERROR.WANT_READ) this.fail();
      return;
    }
  }

  private fail(): void {
    this.failure = Passage.of(this.openssl).takeError() || 'an error without a name';
  }

  write(data: Uint8Array | string): void {
    const bytes = Buffer.from(data as string);
    for (let at = 0; at < bytes.length; at += SCRATCH) {
      const piece = bytes.subarray(at, at + SCRATCH);
      this.scratch.bytes.set(piece);
      this.openssl.SSL_write(this.ssl, this.scratch.address, piece.length);
    }
  }

  /** Says that its key changes (RFC 8446, section 4.6.3). @param requested 1: the server's shall change too */
  changeKey(requested: number): void {
    this.openssl.SSL_key_update(this.ssl, requested);
    this.openssl.SSL_do_handshake(this.ssl);
  }

  get text(): string {
    return Buffer.concat(this.received).toString('latin1');
  }

  /** The certificate of the server, in PEM. */
  certificate(): string {
    const { openssl } = this;
    const bio = openssl.BIO_new(openssl.BIO_s_mem());
    openssl.PEM_write_bio_X509(bio, openssl.SSL_get1_peer_certificate(this.ssl));
    const length = openssl.BIO_read(bio, this.scratch.address, SCRATCH);
    openssl.BIO_free(bio);
    return this.scratch.bytes.toString('latin1', 0, length);
  }

  /** How many certificates the server has shown. */
  chainLength(): number {
    return this.openssl.OPENSSL_sk_num(this.openssl.SSL_get_peer_cert_chain(this.ssl));
  }

  /** Sends close_notify. */
  end(): void {
    this.openssl.SSL_shutdown(this.ssl);
  }

  /** What another client may resume. The caller keeps it for as long as the process lives. */
  session(): number {
    return this.openssl.SSL_get1_session(this.ssl);
  }

  free(): void {
    this.openssl.SSL_free(this.ssl);
    this.openssl.SSL_CTX_free(this.ctx);
  }
}
