import {
  ERRNO,
  errnoMessage,
  errnoName,
  Interest,
  type Loop,
  type Memory,
  Op,
  Timer,
  Udata,
} from '@webserv/event-loop';
import type { Clock } from '../clock.ts';
import type { Edition } from '../edition.ts';
import { PlainWire } from '../plain-wire.ts';
import type { Wire } from '../wire.ts';
import { Clients } from './clients.ts';
import { Crowd } from './crowd.ts';
import type { Guest, Host, Protocol, Welcome } from './guest.ts';
import type { Reserve } from './reserve.ts';

/** How long accepting pauses when the process or the system has no free descriptor. */
const EXHAUSTED_MS = 100;
/** How often it is seen whether the shortage is over. */
const REFILL_MS = 1000;
/** The log names a shortage at most this often. */
const REPORT_EVERY_MS = 10_000;

/** The connections of a listening socket, by what they do, and counts since its start. */
interface Standings {
  /** They wait for their next request. */
  readonly idle: number;
  /** A part of a head has come. */
  readonly head: number;
  /** They shake hands, or have something to be answered, or have sent nothing yet. */
  readonly busy: number;
  /** They have lost their place, or are refused, and are not closed yet. */
  readonly closing: number;
  readonly accepted: number;
  /** They found no place. */
  readonly turnedAway: number;
}

/**
 * A listening socket and the servers behind it. It makes the clients, counts them, and stops accepting at the limit: the
 * backlog of the kernel holds those that wait.
 */
export class ServerUdata extends Udata implements Host {
  readonly loop: Loop;
  readonly clock: Clock;
  readonly wire: Wire;
  secure: boolean;
  edition: Edition;
  proxied = false;
  closing = false;
  private welcome: Welcome;
  private readonly accepting = new Op(this);
  private readonly retrying = new Timer(this);
  private readonly refilled = new Timer(this);
  /** Runs out when the oldest head can be given up for a client that waits. */
  private readonly ripened = new Timer(this);
  private readonly reserve: Reserve;
  /** As many connections as there could be without the reserve, while that is in use. */
  private ceiling = Number.POSITIVE_INFINITY;
  /** Accepting was cancelled, and goes on when there is room. */
  private paused = false;
  private readonly clients = new Clients();
  private readonly crowd: Crowd;
  private maxConnect: number;
  /** Where the last connection came from: those of one client share its text. */
  private lastRemote = '';
  private accepted = 0;
  private turnedAway = 0;
  private shortageReportedAt = Number.NEGATIVE_INFINITY;
  private onEmpty: (() => void) | null = null;

  /** @param secure whether `protocol` begins with a handshake of TLS */
  constructor(
    loop: Loop,
    fd: number,
    edition: Edition,
    clock: Clock,
    reserve: Reserve,
    protocol: Protocol,
    secure = false,
  ) {
    super('server', fd);
    this.loop = loop;
    this.edition = edition;
    this.clock = clock;
    this.wire = new PlainWire(loop);
    this.secure = secure;
    this.reserve = reserve;
    this.welcome = protocol(this);
    this.maxConnect = edition.defaultSite.server.maxConnect;
    this.crowd = new Crowd(this.wire, edition, clock, () => this.someoneGone());
  }

  /**
   * Serves another edition from now on. Requests under way end under their own; connections stay.
   * @param protocol what new connections speak, if that has changed
   */
  turnTo(edition: Edition, protocol: Protocol | null = null, secure = this.secure): void {
    this.edition = edition;
    if (protocol !== null) {
      this.secure = secure;
      this.proxied = false;
      this.welcome = protocol(this);
    }
    this.maxConnect = edition.defaultSite.server.maxConnect;
    this.crowd.turnTo(edition);
    this.holdBack();
    this.resume();
  }

  /** What its connections do now, and what has become of all that came. */
  get standings(): Standings {
    const { idling, reading, served, open } = this.clients;
    const { accepted, turnedAway } = this;
    const closing = open - served + this.crowd.turnedAway;
    return { idle: idling, head: reading, busy: served - idling - reading, closing, accepted, turnedAway };
  }

  /** Connections open now. */
  get connections(): number {
    return this.clients.open + this.crowd.turnedAway;
  }

  start(): void {
    this.reserve.hold();
    this.loop.register(this, Interest.READ);
    this.loop.accept(this.accepting);
  }

  complete(op: Op): void {
    // A fault is reported and costs a connection; without this it would cost the listening socket.
    try {
      this.answered(op);
    } catch (error) {
      this.loop.onFault?.(this, error);
      if (!this.accepting.pending) this.loop.arm(this.retrying, EXHAUSTED_MS);
    }
  }

  private answered(op: Op): void {
    if (op.result >= 0) this.welcomed(op.result, op.text);
    else if (op.result !== -ERRNO.ECANCELED) this.exhausted(op.result);
    else if (op.last && !this.paused) this.stopListening();
    else {
      this.paused = false;
      this.resume();
    }
  }

  override expire(timer: Timer): void {
    if (timer === this.refilled) {
      if (this.reserve.hold()) this.ceiling = Number.POSITIVE_INFINITY;
      else this.loop.arm(this.refilled, REFILL_MS);
    }
    this.resume();
  }

  /**
   * Stops. What the kernel has accepted already is served, then nobody is accepted any more. A client without a request
   * under way is closed, the others when they have their answer. `done` follows when the last connection has gone.
   */
  shutDown(done: () => void): void {
    this.closing = true;
    this.onEmpty = done;
    this.loop.disarm(this.refilled);
    this.pause();
    // Clients in the backlog of a listening socket that closes would be reset, so a last accept brings them first.
    this.resume();
    for (const client of this.clients) client.serverStops();
    // Where all was cut before, nobody is left to report the end.
    this.settle();
  }

  /** Cuts what is under way under an edition that was served earlier. */
  cutUnder(edition: Edition): void {
    for (const client of [...this.clients]) client.cutUnder(edition, 'reload');
  }

  /** Cuts every connection. */
  cutAll(): void {
    this.stopListening();
    for (const client of this.clients) client.cut('shutdown');
    this.crowd.cutAll();
  }

  override dispose(): void {
    this.reserve.release();
    this.settle();
  }

  // ---- the end ----------------------------------------------------------------------------------------------

  private stopListening(): void {
    this.loop.disarm(this.retrying);
    this.loop.disarm(this.refilled);
    this.loop.disarm(this.ripened);
    if (this.fd >= 0) this.loop.close(this);
  }

  // ---- what clients report -------------------------------------------------------------------------------------

  /** A client waits for its next request. */
  becameIdle(client: Guest): void {
    this.clients.becomeIdle(client);
    this.resume();
  }

  /** A client has sent a part of a head. */
  headBegun(client: Guest): void {
    this.clients.awaitHead(client, this.loop.now);
  }

  /** A client has something to be answered. */
  becameBusy(client: Guest): void {
    this.clients.becomeBusy(client);
    // It may have been the one that would have made room for the next.
    if (this.clients.served >= this.limit) this.holdBack();
  }

  admits(remote: string): boolean {
    return this.hasPlaceAt(remote);
  }

  refusal(remote: string): Memory | null {
    return this.crowd.refusal(remote, this.secure);
  }

  succeed(from: Guest, to: Guest): void {
    this.loop.handOver(from, to);
    this.clients.succeed(from, to, this.loop.now);
  }

  clientGone(client: Guest): void {
    this.clients.gone(client);
    this.someoneGone();
  }

  private someoneGone(): void {
    this.resume();
    this.settle();
  }

  // ---- accepting ---------------------------------------------------------------------------------------------

  private welcomed(fd: number, remote: string): void {
    let client: Guest | null = null;
    this.accepted++;
    try {
      if (!this.hasPlaceAt(remote)) this.refused(this.crowd.turnAway(fd, remote, this.secure), fd);
      else if (!this.hasPlace()) this.refused(this.crowd.reset(fd), fd);
      else {
        if (remote !== this.lastRemote) this.lastRemote = remote;
        client = this.welcome(fd, this.lastRemote, this.wire, null);
        this.begin(client, fd);
      }
    } catch (error) {
      this.loop.onFault?.(client ?? this, error);
      if (client !== null && client.slot >= 0) this.loop.close(client);
      else this.loop.discard(fd);
    }
    this.holdBack();
  }

  private refused(error: number, fd: number): void {
    this.turnedAway++;
    this.taken(error, fd);
  }

  private begin(client: Guest, fd: number): void {
    const error = this.loop.register(client, Interest.BOTH);
    this.taken(error, fd);
    if (error < 0) return;
    this.clients.come(client, this.loop.now);
    client.start();
  }

  /** A descriptor that the multiplexer cannot take (select beyond 1023) is not accepted after all. */
  private taken(error: number, fd: number): void {
    if (error >= 0) return;
    this.loop.discard(fd);
    this.exhausted(error);
  }

  private get limit(): number {
    return Math.min(this.maxConnect, this.ceiling);
  }

  /** Whether one more from this address may come, where need be in the place of an unfinished head from there. */
  private hasPlaceAt(remote: string): boolean {
    const neighbours = this.clients.at(remote);
    if (neighbours === null || !this.crowd.isTooMany(remote, neighbours.connections)) return true;
    const client = this.clients.expendableAt(neighbours, this.loop.now);
    // Looking for one may have found that somebody has been closed already.
    return this.giveUp(client) || !this.crowd.isTooMany(remote, neighbours.connections);
  }

  /** Whether one more may come, where need be in the place of another. */
  private hasPlace(): boolean {
    const { clients, limit } = this;
    return clients.served < limit || this.makeRoom() || clients.served < limit;
  }

  private makeRoom(): boolean {
    return this.giveUp(this.clients.expendable(this.loop.now));
  }

  private giveUp(client: Guest | null): boolean {
    if (client === null) return false;
    this.clients.depart(client);
    client.cut('max_connect');
    return true;
  }

  /**
   * Full: no connection could make room, or one that has is not gone yet. So there is never more than one connection over
   * the limit, and that one is closed already.
   */
  private get isFull(): boolean {
    const { clients, limit } = this;
    if (clients.open > limit) return true;
    return clients.served >= limit && clients.expendable(this.loop.now) === null && clients.served >= limit;
  }

  /** Leaves to the backlog those for whom there is no place. */
  private holdBack(): void {
    if (!this.isFull) return;
    this.pause();
    const ripens = this.clients.ripensIn(this.loop.now);
    if (ripens >= 0 && this.fd >= 0 && !this.ripened.armed) this.loop.arm(this.ripened, ripens);
  }

  private pause(): void {
    if (!this.accepting.pending) return;
    this.paused = true;
    this.loop.cancel(this.accepting);
  }

  private resume(): void {
    if (this.fd < 0 || this.accepting.pending || this.retrying.armed) return;
    if (this.isFull) {
      this.holdBack();
      return;
    }
    this.accepting.last = this.closing;
    this.loop.accept(this.accepting);
  }

  /**
   * EMFILE and its like: connected clients are served, from the reserve if no idle one can make room. Those that wait stay
   * in the backlog for a moment.
   */
  private exhausted(error: number): void {
    this.makeRoom();
    this.reserve.release();
    this.ceiling = Math.max(1, this.clients.open);
    this.pause();
    this.loop.arm(this.retrying, EXHAUSTED_MS);
    this.loop.arm(this.refilled, REFILL_MS);
    if (this.loop.now - this.shortageReportedAt < REPORT_EVERY_MS) return;
    this.shortageReportedAt = this.loop.now;
    this.edition.defaultSite.warn(`accept: ${errnoMessage(error)}; accepting again in ${EXHAUSTED_MS} ms`, {
      errno: errnoName(error),
      connections: this.clients.open,
    });
  }

  private settle(): void {
    if (this.onEmpty === null || this.fd >= 0 || this.connections > 0) return;
    const done = this.onEmpty;
    this.onEmpty = null;
    done();
  }
}
