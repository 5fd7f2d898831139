import type { Memory } from '@webserv/event-loop';
import type { OpenSsl } from '@webserv/event-loop/openssl';
import { type Answerer, Callbacks } from './callbacks.ts';
import { namesOf, readHello } from './client-hello.ts';
import { ALPN, CTRL, ERROR, HELLO, OPTION, TICKET, VERSIONS, X25519 } from './constants.ts';
import type { Passage } from './passage.ts';
import { Opening, Records } from './records.ts';
import type { TlsContext } from './tls-context.ts';
import { TlsFacts } from './tls-facts.ts';

/** What one record may hold (RFC 8446, section 5.1), and what a call of SSL_read needs room for. */
export const RECORD_MAX = 16 << 10;
/** What a record adds to its content at most, in any version (RFC 8446, section 5.2; RFC 5246, section 6.2.3). */
const OVERHEAD = 5 + 256;
/** Messages that OpenSSL may send in front of data: an answer to a KeyUpdate. */
const SLACK = 512;
/** Records without data, one after another: KeyUpdates, warnings, empty ones. BoringSSL has the same bound. */
const FRUITLESS_MAX = 32;
/**
 * Records that OpenSSL takes at once. A KeyUpdate costs it 20 us, and 64 KiB hold 2,400 of them: the bound is looked at
 * between slices. Data of usual records is one slice.
 */
const SLICE = FRUITLESS_MAX + 1;
/** Bytes and records of a client before its handshake is done. Its certificates may take OpenSSL's 100 KiB. */
const HELLO_BYTES = 32 << 10;
const HELLO_BYTES_CERTIFIED = 136 << 10;
const HELLO_RECORDS = 256;

/** A client that speaks it opens no second connection, so it has no use for a second ticket (RFC 8446, appendix C.4). */
const ONE_CONNECTION = 'h2';

const HYBRID = 'MLKEM';

/** Room that the records of `length` bytes need. */
export function sealedLength(length: number): number {
  return length + Math.ceil(length / RECORD_MAX) * OVERHEAD + SLACK;
}

/** What gives a session its context when its first bytes come. A context gives itself. */
export interface ContextSource {
  readonly context: TlsContext;
}

/**
 * One TLS connection of a server, without a socket: bytes in, bytes out. A call takes what there is and returns; nothing
 * is called back.
 *
 *     shaking hands --> open --> ended (the peer's close_notify has come)
 *          \______________\___--> failed
 *
 * What it has to send on its own account (the handshake, alerts, close_notify) is in `output` after a call: the caller
 * sends that before anything that it has sealed later.
 */
export class TlsSession implements Answerer {
  /** What was agreed; null until the handshake is done. */
  facts: TlsFacts | null = null;
  /** Why the session has failed; '' while it has not. The words are for a log. */
  failure = '';
  /** The first bytes were text: a client that speaks HTTP without TLS, as it seems. */
  isText = false;
  /** The peer has said that it sends no more. */
  ended = false;
  /** Where the last `receive` has stopped. */
  readTo = 0;
  /** What is to be sent, in order. */
  readonly output: Memory[] = [];
  context: TlsContext;
  private readonly openssl: OpenSsl;
  private readonly passage: Passage;
  private readonly records = new Records();
  private readonly source: ContextSource;
  /** 0 until the first bytes come: a client that says nothing costs no memory of OpenSSL's. */
  private ssl = 0;
  private fruitless = 0;
  private handshakeBytes = 0;
  /** Records of the handshake that has come to its end. */
  private handshakes = 0;
  private finished = false;

  constructor(source: ContextSource) {
    const { context } = source;
    const { openssl, passage } = context;
    this.source = source;
    this.context = context;
    this.openssl = openssl;
    this.passage = passage;
  }

  /** Data can be sealed. */
  get isOpen(): boolean {
    return this.facts !== null && this.failure === '';
  }

  /**
   * Takes what the peer has sent, `bytes[start, end)`, and puts the data in it into `into` from `at` on. There must be
   * room for as many bytes and RECORD_MAX more.
   * @param most about so many records are taken once the session is open: `readTo` says where the next call goes on
   * @returns bytes of data. Then `ended`, `failure`, `facts` and `output` say what else has happened
   */
  receive(
    bytes: Buffer,
    start: number,
    end: number,
    into: Memory,
    at: number,
    most: number = Number.POSITIVE_INFINITY,
  ): number {
    let got = 0;
    let left = most;
    this.readTo = end;
    for (let from = start; from < end && this.failure === '' && !this.ended; ) {
      if (left <= 0 && this.facts !== null) {
        this.readTo = from;
        break;
      }
      left -= SLICE;
      const before = this.records.whole;
      const to = this.records.scan(bytes, from, end, SLICE);
      got += this.take(bytes, from, to, this.records.whole - before, into, at + got);
      from = to;
    }
    return got;
  }

  /**
   * Seals data into `into` from `at` on, which has room for `sealedLength(length)` bytes.
   * @returns how many bytes there are to send; 0 if the session has failed
   */
  seal(data: Memory, offset: number, length: number, into: Memory, at: number): number {
    if (!this.isOpen || this.finished || length === 0) return 0;
    const { openssl, passage } = this;
    if (openssl.SSL_write(this.ssl, data.address + offset, length) !== length) {
      this.fail(`sealing: ${passage.takeError()}`);
      return 0;
    }
    return openssl.BIO_read(passage.outward, into.address + at, into.size - at);
  }

  /** Says that nothing more is sent: close_notify is in `output`. The peer may still send. */
  end(): void {
    if (!this.isOpen || this.finished) return;
    this.finished = true;
    this.openssl.ERR_clear_error();
    this.openssl.SSL_shutdown(this.ssl);
    this.collect();
    this.openssl.ERR_clear_error();
  }

  /** The session is over: its memory is OpenSSL's again. */
  free(): void {
    if (this.ssl !== 0) this.openssl.SSL_free(this.ssl);
    this.ssl = 0;
    this.failure ||= 'closed';
  }

  // ---- receiving -------------------------------------------------------------------------------------------------

  /** Takes a slice of what has come, in which `whole` records end. */
  private take(bytes: Buffer, start: number, end: number, whole: number, into: Memory, at: number): number {
    if (this.facts === null && !this.admits()) return 0;
    if (this.ssl === 0) this.begin();
    const { openssl, passage } = this;
    // The queue belongs to the thread: what node:crypto has left there would be taken for a failure of this session.
    openssl.ERR_clear_error();
    openssl.BIO_write(passage.inward, passage.addressOf(bytes) + start, end - start);
    if (this.facts !== null) return this.open(whole, into, at);
    this.handshakeBytes += end - start;
    if (!this.shake()) return 0;
    const count = this.open(whole, into, at);
    // The others were of the handshake.
    this.fruitless = 0;
    return count;
  }

  private begin(): void {
    const { openssl, passage } = this;
    // The one that is in use now: it may have changed since the client connected.
    const { context } = this.source;
    openssl.ERR_clear_error();
    this.ssl = openssl.SSL_new(context.handle);
    if (this.ssl === 0) throw new Error(`OpenSSL makes no session: ${passage.takeError()}`);
    openssl.SSL_set_accept_state(this.ssl);
    passage.attach(this.ssl);
    this.context = context;
    context.begun++;
  }

  /** Whether the first byte is one of a handshake. */
  private admits(): boolean {
    const { opening } = this.records;
    if (opening === Opening.TLS) return true;
    this.isText = opening === Opening.TEXT;
    this.failure = this.isText ? 'plain text on a TLS port' : 'the first byte is not TLS';
    return false;
  }

  /**
   * A handshake that does not end is given up. This is judged behind what has come, because data may follow the end of a
   * handshake at once.
   */
  private bound(): void {
    const most = this.context.verify === 0 ? HELLO_BYTES : HELLO_BYTES_CERTIFIED;
    if (this.handshakeBytes > most) this.fail(`${this.handshakeBytes} bytes and no handshake`);
    else if (this.records.whole > HELLO_RECORDS) this.fail(`${this.records.whole} records and no handshake`);
  }

  /** Goes on with the handshake. @returns true when it is done */
  private shake(): boolean {
    const { openssl, ssl } = this;
    let result = 0;
    try {
      result = Callbacks.of(openssl).during(this, () => openssl.SSL_do_handshake(ssl));
    } catch (error) {
      this.fail('a fault of the server');
      throw error;
    }
    if (result === 1) {
      this.facts = new TlsFacts(openssl, ssl);
      this.handshakes = this.records.handshakes;
      this.context.opened++;
      if (this.facts.group.includes(HYBRID)) this.forgetKeyShare();
    } else if (openssl.SSL_get_error(ssl, result) !== ERROR.WANT_READ) {
      this.fail(`handshake: ${this.passage.takeError()}`);
      return false;
    }
    this.collect();
    if (result !== 1) this.bound();
    return result === 1;
  }

  /**
   * OpenSSL keeps the client's key share to the end, and one of ML-KEM with all that was worked out of it takes 6.4 KiB.
   * Nothing asks for it any more. A key that changes its kind lets go of what it held.
   */
  private forgetKeyShare(): void {
    const { openssl } = this;
    const { address, bytes } = this.passage.scratch;
    if (openssl.SSL_ctrl(this.ssl, CTRL.GET_PEER_TMP_KEY, 0, address) !== 1) return;
    const key = Number(bytes.readBigUInt64LE(0));
    openssl.EVP_PKEY_set_type(key, X25519);
    openssl.EVP_PKEY_free(key);
    openssl.ERR_clear_error();
  }

  /** Reads the data of the records that have come. */
  private open(whole: number, into: Memory, at: number): number {
    const { openssl, ssl } = this;
    let got = 0;
    let reads = 0;
    for (;;) {
      const n = openssl.SSL_read(ssl, into.address + at + got, into.size - at - got);
      if (n <= 0) {
        this.paused(n, whole - reads);
        break;
      }
      got += n;
      reads++;
      // Each record that has come has brought data, and no other has begun: there is nothing to ask for.
      if (reads === whole && this.records.atBoundary) break;
    }
    const fruitless = whole - reads;
    this.fruitless = reads > 0 ? fruitless : this.fruitless + fruitless;
    if (this.fruitless > FRUITLESS_MAX) this.fail(`${this.fruitless} records without data`);
    // OpenSSL has said no, and would go on. RFC 9113, section 9.2.1, has the connection fail.
    else if (this.records.handshakes > this.handshakes) this.fail('the client wants to agree anew');
    return got;
  }

  /** SSL_read has no more. @param others records that have come and brought no data */
  private paused(result: number, others: number): void {
    switch (this.openssl.SSL_get_error(this.ssl, result)) {
      case ERROR.WANT_READ:
        if (others > 0) this.collect();
        break;
      case ERROR.ZERO_RETURN:
        this.ended = true;
        this.collect();
        // What a peer sends behind its close_notify is nothing (RFC 8446, section 6.1).
        this.passage.clear();
        break;
      default:
        this.fail(this.passage.takeError());
    }
  }

  private collect(): void {
    const memory = this.passage.takeOutput();
    if (memory !== null) this.output.push(memory);
  }

  /** The session is of no use any more; the alert that says so may still be sent. */
  private fail(reason: string): void {
    this.failure = reason || 'an error without a name';
    this.collect();
    this.passage.clear();
  }

  // ---- what OpenSSL asks -----------------------------------------------------------------------------------------

  hello(): number {
    const { context, openssl, ssl } = this;
    const chosen = context.choose?.(readHello(openssl, ssl, this.passage.scratch)) ?? context;
    if (chosen !== context) {
      openssl.SSL_set_SSL_CTX(ssl, chosen.handle);
      this.adopt(chosen);
    }
    return HELLO.GO_ON;
  }

  protocol(out: number, outLength: number, list: number, length: number): number {
    const { openssl, passage, context } = this;
    const { bytes, address } = passage.scratch;
    if (context.protocols.length === 0) return ALPN.NOT_ANSWERED;
    if (length > 0xffff) return ALPN.ALERT_FATAL;
    openssl.copy(address, list, length);
    const offered = namesOf(bytes.subarray(0, length), 0);
    const chosen = context.protocols.find((name) => offered.includes(name));
    // RFC 7301, section 3.2: no_application_protocol.
    if (chosen === undefined) return ALPN.ALERT_FATAL;
    // OpenSSL copies the name as soon as this returns.
    if (chosen === ONE_CONNECTION) openssl.SSL_set_num_tickets(this.ssl, 1);
    const size = bytes.write(chosen, 16, 'latin1');
    bytes.writeBigUInt64LE(BigInt(address + 16), 0);
    bytes[8] = size;
    openssl.copy(out, address, 8);
    openssl.copy(outLength, address + 8, 1);
    return ALPN.SELECTED;
  }

  ticket(name: number, iv: number, cipher: number, mac: number, encrypts: boolean): number {
    const { tickets } = this.context;
    if (tickets === null) return encrypts ? TICKET.ERROR : TICKET.NOT_MINE;
    if (encrypts) return tickets.encrypt(name, iv, cipher, mac);
    // A ticket of TLS 1.3 is used once, so there is always a next one (RFC 8446, appendix C.4).
    const renews = this.openssl.SSL_version(this.ssl) === VERSIONS['TLSv1.3'];
    return tickets.decrypt(name, iv, cipher, mac, renews);
  }

  /** Takes over what SSL_set_SSL_CTX leaves as it was: all but certificates, authorities and callbacks. */
  private adopt(context: TlsContext): void {
    const { openssl, ssl } = this;
    const { address, bytes } = this.passage.scratch;
    // Of the lists of ciphers, a session has its own for TLS 1.3 alone.
    if (this.context.suites !== context.suites) openssl.SSL_set_ciphersuites(ssl, context.suites);
    this.context = context;
    if (context.tickets === null) openssl.SSL_set_options(ssl, OPTION.NO_TICKET);
    else openssl.SSL_clear_options(ssl, OPTION.NO_TICKET);
    openssl.SSL_ctrl(ssl, CTRL.SET_MIN_PROTO_VERSION, VERSIONS[context.oldest], 0);
    openssl.SSL_ctrl(ssl, CTRL.SET_MAX_PROTO_VERSION, VERSIONS[context.newest], 0);
    openssl.SSL_set_verify(ssl, context.verify, context.verifyCallback);
    bytes.set(context.identity);
    openssl.SSL_set_session_id_context(ssl, address, context.identity.length);
  }
}
