import { type Loop, type Memory, Op } from '@webserv/event-loop';
import { openSsl } from '@webserv/event-loop/openssl';
import { TlsContext } from '@webserv/tls';
import { makeCertificate, TlsClient } from '@webserv/tls/testing';
import type { TlsWire } from '../tls/tls-wire.ts';
import { TlsWires } from '../tls/tls-wires.ts';
import { type WirePeer, WireProbe, type WireWorld } from '../wire.contract.ts';
import type { SocketWorld } from './wire-worlds.ts';

const made = makeCertificate({ name: 'wire.test' });
const context = new TlsContext(openSsl(), {
  certificates: [{ chain: made.certificate, key: made.key }],
});

/** The far end of a TLS connection: OpenSSL's client over the far end of a plain one. */
class TlsPeer implements WirePeer {
  /** The far end of the plain connection. */
  readonly plain: WirePeer;
  readonly client = new TlsClient(openSsl());
  /** It says nothing of its own: a test speaks for it. */
  isSilent = false;
  /** Bytes of the plain peer that the client has had. */
  private taken = 0;
  /** What is said once the handshake is done. */
  private readonly waiting: (() => void)[] = [];
  /** The connection is cut after so many bytes of the client's. */
  cutAt = Number.POSITIVE_INFINITY;
  private written = 0;

  constructor(plain: WirePeer) {
    this.plain = plain;
  }

  /** Carries what is under way. */
  pump(): void {
    const { plain, client } = this;
    if (this.isSilent) return;
    if (plain.length > this.taken) {
      const bytes = plain.read().subarray(this.taken);
      this.taken = plain.length;
      client.receive(bytes);
    } else client.goOn();
    if (client.isOpen) for (const say of this.waiting.splice(0)) say();
    this.flush();
  }

  private flush(): void {
    const bytes = this.client.take().subarray(0, this.cutAt - this.written);
    if (bytes.length === 0) return;
    this.written += bytes.length;
    this.plain.write(bytes);
    if (this.written === this.cutAt) this.plain.end();
  }

  private say(say: () => void): void {
    if (!this.client.isOpen) this.waiting.push(say);
    else {
      say();
      this.flush();
    }
  }

  get length(): number {
    return this.client.length;
  }

  get ended(): boolean {
    return this.client.ended;
  }

  /** An end without close_notify is none: what has come may be cut. */
  get wasReset(): boolean {
    return this.plain.wasReset || (this.plain.ended && !this.client.ended);
  }

  write(bytes: Uint8Array | string): void {
    this.say(() => this.client.write(bytes));
  }

  read(): Buffer {
    return Buffer.concat(this.client.received);
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

  stop(): void {
    this.plain.stop();
  }

  resume(): void {
    this.plain.resume();
  }
}

/** A connection on a TLS wire. */
class TlsProbe extends WireProbe {
  private readonly shaking = new Op(this);
  /** How the handshake has ended; null while it has not. */
  shaken: number | null = null;
  onShaken: () => void = () => {};

  shake(wire: TlsWire): void {
    this.wire = wire;
    wire.handshake(this.shaking);
  }

  override complete(op: Op): void {
    if (op === this.shaking) {
      this.shaken = op.result;
      this.onShaken();
    } else super.complete(op);
  }

  override dispose(): void {
    super.dispose();
    this.wire?.release(this);
  }
}

/** A world in which connections shake hands before the test gets them. */
export class TlsWorld implements WireWorld {
  readonly large: number;
  private readonly plain: SocketWorld;
  private readonly wires: TlsWires;
  private readonly peers: TlsPeer[] = [];

  /** @param plain its connections carry the records */
  constructor(plain: SocketWorld, wires = new TlsWires(plain.loop)) {
    this.plain = plain;
    this.large = plain.large;
    this.wires = wires;
  }

  get loop(): Loop {
    return this.plain.loop;
  }

  async connect(): Promise<{ probe: TlsProbe; peer: TlsPeer }> {
    const { probe, wire, peer } = await this.begin();
    probe.shake(wire);
    await this.until(() => probe.shaken === 0, 'the handshake');
    return { probe, peer };
  }

  /** A connection of which nothing has happened yet. @param plainAnswer for a client that speaks no TLS */
  async begin(plainAnswer: Memory | null = null): Promise<{ probe: TlsProbe; wire: TlsWire; peer: TlsPeer }> {
    const { probe, peer: plain } = await this.plain.connectAs((fd) => new TlsProbe(fd));
    const peer = new TlsPeer(plain);
    this.peers.push(peer);
    const wire = this.wires.open(context, plainAnswer);
    probe.wire = wire;
    return { probe, wire, peer };
  }

  openFile(content: Uint8Array): number {
    return this.plain.openFile(content);
  }

  shorten(file: number, length: number): void {
    this.plain.shorten(file, length);
  }

  until(condition: () => boolean, what: string): Promise<void> {
    return this.plain.until(() => {
      for (const peer of this.peers) peer.pump();
      return condition();
    }, what);
  }

  dispose(): Promise<void> {
    return this.plain.dispose();
  }
}
