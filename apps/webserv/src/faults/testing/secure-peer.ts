import { TlsClient, type TlsClientWish } from '@webserv/connection/testing';
import { openSsl } from '@webserv/event-loop/openssl';
import type { FakePeer, Random } from '@webserv/event-loop/testing';
import { type Act, IO } from './actor.ts';
import type { Peer } from './peer.ts';

/** SSL_key_update: the other side shall change its key too. */
const UPDATE_REQUESTED = 1;

/**
 * The far end of a connection over TLS: OpenSSL's client over the far end of a plain one. The visitor reads and writes
 * content. Records move when the visitor looks, and whenever the world turns.
 */
export class SecurePeer implements Peer {
  readonly plain: FakePeer;
  private readonly client: TlsClient;
  private readonly random: Random;
  private readonly changesKeys: boolean;
  /** What is said once the handshake is done, in order. */
  private readonly waiting: (() => void)[] = [];
  /** Bytes of the plain peer that the client has had. */
  private taken = 0;
  private freed = false;
  private content = Buffer.alloc(0);

  constructor(plain: FakePeer, random: Random, wish: TlsClientWish) {
    this.plain = plain;
    this.random = random;
    this.client = new TlsClient(openSsl(), wish);
    this.changesKeys = wish.version !== 'TLSv1.2' && random.chance(0.1);
    this.pump();
  }

  /** Nothing has been agreed yet, and something still may. */
  get shakesHands(): boolean {
    this.pump();
    return !this.client.isOpen && !this.wasReset;
  }

  /** What the client does not understand, or what the server has refused: a visitor makes no mistakes, so either is wrong. */
  get failure(): string {
    return this.client.failure;
  }

  get length(): number {
    this.pump();
    return this.client.length;
  }

  get ended(): boolean {
    this.pump();
    return this.client.ended;
  }

  /** An end without close_notify is none: what has come may be cut. */
  get wasReset(): boolean {
    this.pump();
    return this.plain.wasReset || this.failure !== '' || (this.plain.ended && !this.client.ended);
  }

  get gone(): boolean {
    return this.plain.gone;
  }

  get faults(): number {
    return this.plain.faults;
  }

  read(): Buffer {
    this.pump();
    const { received } = this.client;
    if (received.length > 0) this.content = Buffer.concat([this.content, ...received.splice(0)]);
    return this.content;
  }

  write(bytes: Uint8Array | string): void {
    const content = Buffer.from(bytes as string);
    this.say(() => {
      if (this.changesKeys && this.random.chance(0.3)) this.client.changeKey(UPDATE_REQUESTED);
      this.client.write(content);
    });
  }

  end(): void {
    this.say(() => {
      this.client.end();
      this.flush();
      this.plain.end();
    });
  }

  reset(): void {
    this.plain.reset();
  }

  /** With close_notify, or without it as a process that dies. */
  close(): void {
    if (this.client.isOpen && this.random.chance(0.5)) this.client.end();
    this.flush();
    this.plain.close();
  }

  stop(): void {
    this.plain.stop();
  }

  resume(): void {
    this.plain.resume();
  }

  /** Carries what has come and what is to go. */
  pump(): void {
    const { plain, client, waiting } = this;
    if (this.freed || (plain.length === this.taken && this.taken > 0)) return;
    client.receive(plain.read().subarray(this.taken));
    this.taken = plain.length;
    while (client.isOpen && waiting.length > 0) waiting.shift()?.();
    this.flush();
  }

  /** The run is over: OpenSSL's memory is given back, and what was received can still be read. */
  free(): void {
    this.freed = true;
    this.client.free();
  }

  private say(say: () => void): void {
    if (!this.client.isOpen) this.waiting.push(say);
    else {
      say();
      this.flush();
    }
  }

  private flush(): void {
    const bytes = this.client.take();
    if (bytes.length > 0) this.plain.write(bytes);
  }
}

/** Waits until both ends agree, or do not. Most clients do before they say anything. */
export function* shakeHands(peer: Peer, random: Random): Act {
  if (!(peer instanceof SecurePeer) || random.chance(0.2)) return;
  while (peer.shakesHands) yield IO;
}
