import type { OpenSsl } from '@webserv/event-loop/openssl';
import { ALPN, HELLO, TICKET } from './constants.ts';

/** What OpenSSL asks while it shakes hands. The arguments are addresses, as of the C functions. */
export interface Answerer {
  hello(ssl: number): number;
  protocol(out: number, outLength: number, list: number, length: number): number;
  ticket(name: number, iv: number, cipher: number, mac: number, encrypts: boolean): number;
}

/**
 * The C functions that OpenSSL calls, one of each for the process. OpenSSL calls them only from within a call of ours, so
 * the session that has made the call is the one that is asked. A callback costs 0.1 us of a handshake's 300.
 */
export class Callbacks {
  readonly hello: number;
  readonly protocol: number;
  readonly ticket: number;
  /** Accepts what a client presents, whatever OpenSSL thinks of it: the result says what that is. */
  readonly verify: number;
  private current: Answerer | null = null;
  /** What a callback has thrown: no exception may pass through OpenSSL. */
  private thrown: { readonly error: unknown } | null = null;

  private constructor(openssl: OpenSsl) {
    this.hello = openssl.entryTo('int (uintptr_t ssl, uintptr_t alert, uintptr_t argument)', (ssl) =>
      this.ask(HELLO.ERROR, (answerer) => answerer.hello(ssl)),
    );
    this.protocol = openssl.entryTo(
      'int (uintptr_t ssl, uintptr_t out, uintptr_t out_length, uintptr_t list, unsigned int length, uintptr_t argument)',
      (_ssl, out, outLength, list, length) =>
        this.ask(ALPN.ALERT_FATAL, (answerer) => answerer.protocol(out, outLength, list, length)),
    );
    this.ticket = openssl.entryTo(
      'int (uintptr_t ssl, uintptr_t name, uintptr_t iv, uintptr_t cipher, uintptr_t mac, int encrypts)',
      (_ssl, name, iv, cipher, mac, encrypts) =>
        this.ask(TICKET.ERROR, (answerer) => answerer.ticket(name, iv, cipher, mac, encrypts === 1)),
    );
    this.verify = openssl.entryTo('int (int good, uintptr_t store)', () => 1);
  }

  static of(openssl: OpenSsl): Callbacks {
    let callbacks = all.get(openssl);
    if (callbacks === undefined) {
      callbacks = new Callbacks(openssl);
      all.set(openssl, callbacks);
    }
    return callbacks;
  }

  /** Makes a call of OpenSSL's that may ask. @throws what a callback has thrown */
  during(answerer: Answerer, call: () => number): number {
    if (this.current !== null) throw new Error('a session is used from within the callback of another one');
    this.current = answerer;
    try {
      return call();
    } finally {
      this.current = null;
      this.rethrow();
    }
  }

  private ask(failed: number, question: (answerer: Answerer) => number): number {
    const { current } = this;
    if (current === null) return failed;
    try {
      return question(current);
    } catch (error) {
      this.thrown ??= { error };
      return failed;
    }
  }

  private rethrow(): void {
    const { thrown } = this;
    if (thrown === null) return;
    this.thrown = null;
    throw thrown.error;
  }
}

const all = new WeakMap<OpenSsl, Callbacks>();
