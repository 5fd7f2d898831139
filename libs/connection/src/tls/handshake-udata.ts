import { assert, errnoMessage, Op, OpKind, Timer, Udata } from '@webserv/event-loop';
import type { MemoryLedger } from '@webserv/methods';
import { type Guest, type Host, Standing, type Welcome } from '../accept/guest.ts';
import { countedAs, type Neighbours } from '../accept/neighbourhood.ts';
import type { Edition } from '../edition.ts';
import type { HandshakeTurns, Shaker } from './handshake-turns.ts';
import type { TlsWire } from './tls-wire.ts';

/** How long a handshake may still take when the server stops: a request may be on its way behind it. */
const QUIET_MS = 300;
/** Makes the connection that follows a handshake. */
export interface Reception {
  readonly turns: HandshakeTurns;
  /** @param protocol what ALPN has chosen, or '' */
  welcome(protocol: string): Welcome;
  /** A handshake has come to nothing. */
  failed(remote: string, reason: string): void;
}

/**
 * A connection that shakes hands. It has a place and a time like any other that has not sent its head. When the handshake
 * is over, the connection of the protocol that ALPN has chosen takes its socket and its place.
 */
export class HandshakeUdata extends Udata implements Guest, Shaker {
  previous: Guest | null = null;
  next: Guest | null = null;
  standing: Standing = Standing.BUSY;
  neighbours: Neighbours<Guest> | null = null;
  headSince = 0;
  readonly remote: string;
  readonly neighbourhood: string;
  private readonly host: Host;
  private readonly reception: Reception;
  private readonly wire: TlsWire;
  private readonly shaking = new Op(this);
  private readonly timer = new Timer(this);
  private readonly memory: MemoryLedger;
  /** What the wire has received, while it waits for its turn. */
  private received: Op | null = null;
  /** What the wire has sent meanwhile. */
  private sent: Op | null = null;
  /** What it shakes hands under. Null when it is over. */
  private edition: Edition | null;

  constructor(host: Host, reception: Reception, wire: TlsWire, fd: number, remote: string) {
    super('client', fd);
    this.host = host;
    this.reception = reception;
    this.wire = wire;
    this.remote = remote;
    this.neighbourhood = countedAs(remote);
    this.memory = host.edition.defaultSite.memory;
    this.edition = host.edition;
    host.edition.hold();
  }

  start(): void {
    const { header } = this.host.edition.defaultSite.server.timeouts;
    this.host.loop.arm(this.timer, this.host.closing ? Math.min(header, QUIET_MS) : header);
    this.wire.handshake(this.shaking);
  }

  complete(op: Op): void {
    if (op === this.shaking) {
      if (op.result === 0) this.begin();
      else this.fail(this.wire.failure || errnoMessage(op.result));
    } else if (this.received !== null) {
      // Told of it, the wire would receive again, into what it has not looked at.
      this.sent = op;
    } else if (op.kind !== OpKind.RECV || op.result <= 0 || this.reception.turns.enter(this)) {
      this.wire.complete(op);
    } else this.keep(op);
  }

  goOn(): void {
    const { sent } = this;
    this.sent = null;
    try {
      this.wire.complete(this.release());
      if (sent !== null && !sent.pending && this.fd >= 0) this.wire.complete(sent);
    } catch (error) {
      this.host.loop.onFault?.(this, error);
      this.host.loop.close(this);
    }
  }

  override expire(): void {
    this.fail(this.host.closing ? 'shutdown' : 'header_timeout');
  }

  serverStops(): void {
    this.host.loop.arm(this.timer, QUIET_MS);
  }

  cut(): void {
    this.wire.close(this);
  }

  cutUnder(edition: Edition): void {
    if (this.edition === edition) this.cut();
  }

  override dispose(): void {
    this.leaveEdition();
    this.host.loop.disarm(this.timer);
    this.reception.turns.leave(this);
    if (this.received !== null) this.release();
    this.wire.release(this);
    this.host.clientGone(this);
  }

  /** Copies what was lent: it waits for its turn. */
  private keep(op: Op): void {
    const { bytes } = op;
    assert(bytes !== null, 'a receive lends bytes');
    if (!this.memory.take(op.result)) {
      this.fail('memory_limit');
      return;
    }
    // Its bytes lie outside of the heap, where nothing moves, and mostly in the pool of Node: many may come at once.
    op.bytes = Buffer.from(bytes.subarray(op.offset, op.offset + op.result));
    op.offset = 0;
    this.received = op;
  }

  private release(): Op {
    const { received } = this;
    assert(received !== null, 'what waits for its turn has received something');
    this.received = null;
    this.memory.give(received.result);
    return received;
  }

  /** The handshake is over. */
  private begin(): void {
    const { host, wire, remote } = this;
    const { facts } = wire;
    assert(facts !== null, 'a handshake that is over has agreed on something');
    host.loop.disarm(this.timer);
    const client = this.reception.welcome(facts.protocol)(-1, remote, wire, facts);
    host.succeed(this, client);
    this.leaveEdition();
    wire.moveTo(client);
    try {
      client.start();
    } catch (error) {
      // The loop would close this one, which has no socket any more.
      host.loop.onFault?.(client, error);
      host.loop.close(client);
    }
  }

  private leaveEdition(): void {
    this.edition?.release();
    this.edition = null;
  }

  private fail(reason: string): void {
    this.reception.failed(this.remote, reason);
    this.wire.close(this);
  }
}
