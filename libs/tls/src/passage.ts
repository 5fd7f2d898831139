import type { Memory } from '@webserv/event-loop';
import type { OpenSsl } from '@webserv/event-loop/openssl';
import { BIO } from './constants.ts';

/** Larger than what one call of OpenSSL puts out as a rule: 64 KiB in four records. */
const SCRATCH = 80 << 10;

/**
 * The two memory BIOs through which all sessions of an OpenSSL read and write. A session empties both before its call
 * returns, so they hold nothing between two calls, whichever session makes the next one. BIOs of its own would cost an idle
 * connection 3.5 KiB, and 66 KiB once a large piece has passed.
 *
 * What is left in one after all would reach another session. Records are authenticated, so that session would fail and
 * show nothing; but `clear` sees to it that this cannot happen when a session has failed in the middle of something.
 */
export class Passage {
  readonly openssl: OpenSsl;
  /** What comes from the peer. */
  readonly inward: number;
  /** What goes to the peer. */
  readonly outward: number;
  /** For small things that pass between two calls. */
  readonly scratch: Memory;
  /** A loop lends the same buffer again and again. */
  private lent: Buffer | null = null;
  private lentAddress = 0;

  private constructor(openssl: OpenSsl) {
    this.openssl = openssl;
    this.inward = this.open();
    this.outward = this.open();
    this.scratch = openssl.allocate(SCRATCH);
  }

  static of(openssl: OpenSsl): Passage {
    let passage = passages.get(openssl);
    if (passage === undefined) {
      passage = new Passage(openssl);
      passages.set(openssl, passage);
    }
    return passage;
  }

  private open(): number {
    const { openssl } = this;
    const bio = openssl.BIO_new(openssl.BIO_s_mem());
    if (bio === 0) throw new Error('OpenSSL has no memory for a BIO');
    // An empty BIO means "not yet", not "the end".
    openssl.BIO_ctrl(bio, BIO.SET_MEM_EOF_RETURN, -1, 0);
    return bio;
  }

  /** Gives a session its two ends. */
  attach(ssl: number): void {
    const { openssl, inward, outward } = this;
    openssl.BIO_up_ref(inward);
    openssl.BIO_up_ref(outward);
    openssl.SSL_set_bio(ssl, inward, outward);
  }

  addressOf(bytes: Buffer): number {
    if (bytes !== this.lent) {
      this.lentAddress = this.openssl.addressOf(bytes);
      this.lent = bytes;
    }
    return this.lentAddress;
  }

  /** What a session has put out, copied; null if there is nothing. */
  takeOutput(): Memory | null {
    const { openssl, outward } = this;
    const length = openssl.BIO_ctrl_pending(outward);
    if (length === 0) return null;
    const memory = openssl.allocate(length);
    openssl.BIO_read(outward, memory.address, length);
    return memory;
  }

  /** Forgets what a failed session has left. */
  clear(): void {
    const { openssl } = this;
    for (const bio of [this.inward, this.outward])
      if (openssl.BIO_ctrl_pending(bio) > 0) openssl.BIO_ctrl(bio, BIO.RESET, 0, 0);
    openssl.ERR_clear_error();
  }

  /** Nothing is left in it. */
  get isEmpty(): boolean {
    const { openssl } = this;
    return openssl.BIO_ctrl_pending(this.inward) === 0 && openssl.BIO_ctrl_pending(this.outward) === 0;
  }

  /** The oldest error of the queue, for a person; '' if there is none. It empties the queue. */
  takeError(): string {
    const { openssl } = this;
    const error = openssl.ERR_get_error();
    if (error === 0) return '';
    openssl.ERR_clear_error();
    return openssl.ERR_reason_error_string(error) ?? `error ${error.toString(16)}`;
  }
}

const passages = new WeakMap<OpenSsl, Passage>();
