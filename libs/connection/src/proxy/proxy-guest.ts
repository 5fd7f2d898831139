import { Memory } from '@webserv/event-loop';
import type { Room } from '@webserv/methods';
import { type Guest, type Host, Standing, type Welcome } from '../accept/guest.ts';
import type { Neighbours } from '../accept/neighbourhood.ts';
import { Connection } from '../connection.ts';
import { ProxyHeader, ProxyStatus } from './proxy-header.ts';

/** How long a header may still take when the server stops: a request may be on its way behind it. */
const QUIET_MS = 300;
/** As much as a header wants at once. */
const ROOM = 256;

/** What the headers of one listening socket share. */
export interface Gate {
  /** Makes the connection that follows a header. */
  readonly welcome: Welcome;
  /** A connection has not begun with a header. @param peer the address of the proxy */
  failed(peer: string, reason: string): void;
}

/**
 * A connection that begins with a header of the PROXY protocol. It has a place and a time like any other that has not sent
 * its head, and belongs to no address before its header names one. Then the connection of the protocol that follows takes
 * its socket and its place.
 */
export class ProxyGuest extends Connection implements Guest {
  previous: Guest | null = null;
  next: Guest | null = null;
  standing: Standing = Standing.BUSY;
  neighbours: Neighbours<Guest> | null = null;
  headSince = 0;
  /** Of all that have not named an address yet. */
  readonly remote = 'unix:';
  private readonly host: Host;
  private readonly gate: Gate;
  private readonly peer: string;
  private readonly header = new ProxyHeader();
  private readonly piece = Memory.allocate(ROOM);
  private answered = false;

  constructor(host: Host, gate: Gate, fd: number, peer: string) {
    super(host.wire, fd, host.edition.defaultSite.memory);
    this.host = host;
    this.gate = gate;
    this.peer = peer;
  }

  start(): void {
    const { header } = this.host.edition.defaultSite.server.timeouts;
    this.loop.arm(this.timer, this.host.closing ? Math.min(header, QUIET_MS) : header);
    this.receive(this);
  }

  /** Exactly what belongs to the header: what follows is received by the one that it is for. */
  room(): Room {
    return { memory: this.piece, offset: 0, length: Math.min(this.header.wanted, ROOM) };
  }

  override expire(): void {
    if (this.answered) this.wire.close(this);
    else this.fail(this.host.closing ? 'shutdown' : 'header_timeout');
  }

  serverStops(): void {
    this.loop.arm(this.timer, QUIET_MS);
  }

  cut(): void {
    this.wire.close(this);
  }

  /** A header is under no edition: what follows it begins under the one of then. */
  cutUnder(): void {}

  override dispose(): void {
    this.loop.disarm(this.timer);
    this.wire.release(this);
    this.host.clientGone(this);
  }

  protected received(bytes: Buffer, start: number, end: number): void {
    const { header } = this;
    const status = header.feed(bytes, start, end);
    if (status === ProxyStatus.MORE) this.receive(this);
    else if (status === ProxyStatus.BROKEN) this.fail(header.reason);
    else this.pass(header.remote === '' ? this.peer : header.remote);
  }

  /** A check of health may connect and say nothing. */
  protected ended(result: number): void {
    if (this.header.begun) this.fail('the header is cut');
    else if (result < 0) this.fail('recv');
    else this.wire.close(this);
  }

  protected sent(): void {
    this.linger();
  }

  private pass(remote: string): void {
    const { host, loop } = this;
    loop.disarm(this.timer);
    if (!host.admits(remote)) {
      this.turnAway(host.refusal(remote));
      return;
    }
    const client = this.gate.welcome(-1, remote, this.wire, null);
    host.succeed(this, client);
    try {
      client.start();
    } catch (error) {
      // The loop would close this one, which has no socket any more.
      loop.onFault?.(client, error);
      loop.close(client);
    }
  }

  /** @param answer a whole response, or null for a client that could not read it */
  private turnAway(answer: Memory | null): void {
    if (answer === null) {
      this.wire.abort(this);
      return;
    }
    this.answered = true;
    this.loop.arm(this.timer, this.host.edition.defaultSite.server.timeouts.send);
    this.wire.send(this.sending, answer, 0, answer.size);
  }

  private fail(reason: string): void {
    this.gate.failed(this.peer, reason);
    this.wire.close(this);
  }
}
