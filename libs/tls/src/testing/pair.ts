import type { OpenSsl } from '@webserv/event-loop/openssl';
import { TlsContext, type TlsOptions } from '../tls-context.ts';
import { TlsSession } from '../tls-session.ts';
import { makeCertificate } from './made-certificate.ts';
import { TlsClient, type TlsClientWish } from './tls-client.ts';

const ROUNDS = 20;
const ROOM = 256 << 10;

const made = makeCertificate({ name: 'a.test' });
/** A certificate for tests that do not care which. */
export const anyCertificate = { chain: made.certificate, key: made.key };

/** A session and a client, and the bytes between them. */
export class Pair {
  readonly session: TlsSession;
  readonly client: TlsClient;
  private readonly data: Buffer[] = [];
  private readonly room;

  constructor(openssl: OpenSsl, options: Partial<TlsOptions> | TlsContext = {}, wish: TlsClientWish = {}) {
    const context =
      options instanceof TlsContext
        ? options
        : new TlsContext(openssl, { certificates: [anyCertificate], ...options });
    this.session = new TlsSession(context);
    this.client = new TlsClient(openssl, wish);
    this.room = openssl.allocate(ROOM);
  }

  /** What the server has received. */
  get received(): string {
    return Buffer.concat(this.data).toString('latin1');
  }

  /** Gives the server bytes, `step` at a time. */
  feed(bytes: Buffer, step = bytes.length): void {
    for (let at = 0; at < bytes.length; at += step) {
      const end = Math.min(at + step, bytes.length);
      const count = this.session.receive(bytes, at, end, this.room, 0);
      if (!this.session.context.passage.isEmpty) throw new Error('a session has left bytes behind');
      if (count > 0) this.data.push(Buffer.from(this.room.bytes.subarray(0, count)));
    }
  }

  /** What the server has to send of its own accord. */
  output(): Buffer {
    return Buffer.concat(this.session.output.splice(0).map(({ bytes }) => bytes));
  }

  /** Carries bytes both ways until nothing moves. */
  settle(step?: number): this {
    for (let round = 0; round < ROUNDS; round++) {
      this.client.goOn();
      const up = this.client.take();
      this.feed(up, step);
      const down = this.output();
      if (up.length === 0 && down.length === 0) return this;
      this.client.receive(down);
    }
    throw new Error('the two never come to rest');
  }

  /** Has the client say that its key changes, `count` times. */
  changeKeys(count: number): this {
    for (let done = 0; done < count; done++) this.client.changeKey(0);
    this.feed(this.client.take());
    return this;
  }

  /** Has the server say something. */
  say(text: string): this {
    const data = this.session.context.openssl.allocate(Buffer.byteLength(text));
    data.bytes.write(text);
    const length = this.session.seal(data, 0, data.size, this.room, 0);
    this.client.receive(Buffer.from(this.room.bytes.subarray(0, length)));
    return this;
  }
}
