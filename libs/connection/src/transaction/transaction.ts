import type { Location, Server } from '@webserv/config';
import { ERRNO, type Loop, type Op } from '@webserv/event-loop';
import { type Caller, Exchange } from '@webserv/methods';
import { type Limits, RequestParser } from '@webserv/request';
import type { Cause, Reply } from '@webserv/response';
import type { Edition } from '../edition.ts';
import { Reception, type ReceptionOwner } from '../http1/reception.ts';
import { Reading, Stage } from '../http1/stage.ts';
import type { Site } from '../site.ts';
import type { Wire } from '../wire.ts';
import { Patience } from './patience.ts';
import { Responder, type ResponseOwner } from './responder.ts';

/** Transactions kept for the next request: as many as connections are likely to be in the middle of one. */
const KEPT = 256;

/** Whose transaction it is. */
export interface TransactionOwner extends ResponseOwner, ReceptionOwner, Caller {}

/**
 * All that a request and its response need while they are under way. A connection has one from the first byte of a request
 * until the response is over and no further request has come yet: idle connections, which are most, are small.
 */
export class Transaction {
  readonly parser: RequestParser;
  readonly exchange: Exchange;
  readonly responder: Responder;
  readonly patience = new Patience();
  /** Made for the first body: most requests have none. */
  reception: Reception | null = null;
  /** Where it belongs: its edition is the one that the request began under. */
  readonly pool: TransactionPool;
  site: Site;
  /** The one whose rules hold for the response and for the time behind it. */
  location: Location;
  reading: Reading = Reading.WHOLE;
  endedBy: Stage = Stage.END;
  /** When the first byte of the request came. */
  startedAt = 0;
  /** The time for the head runs. */
  headTimed = false;
  /** The server could not answer, or not to the end, through no doing of its client. */
  faulty = false;
  /** How often the method stage has looked at a file that was changed while it was read. */
  looks = 0;
  /** An answer that waits until the interim response has left. */
  early: Reply | null = null;
  /** A head has been read, or refused, that has no access line yet. */
  unlogged = false;
  /** Why the request gets no answer, or not all of it. */
  private cutBy: Cause | null = null;
  private readonly loop: Loop;
  private readonly limits: Limits;

  constructor(loop: Loop, pool: TransactionPool, location: Location) {
    const { services, limits, defaultSite: site } = pool.edition;
    this.loop = loop;
    this.pool = pool;
    this.limits = limits;
    this.site = site;
    this.location = location;
    this.parser = new RequestParser(limits);
    this.exchange = new Exchange(services, this.parser.head, site.server, location);
    this.responder = new Responder(loop);
  }

  attach(owner: TransactionOwner, wire: Wire, sending: Op, remote: string): void {
    this.exchange.remote = remote;
    this.exchange.caller = owner;
    this.responder.attach(wire, sending, owner);
    this.reception?.attachTo(owner);
  }

  /** Where the body of the request is read. */
  receptionOf(owner: ReceptionOwner): Reception {
    if (this.reception === null) {
      this.reception = new Reception(this.loop, this.limits);
      this.reception.attachTo(owner);
    }
    return this.reception;
  }

  /** For the log: what came in place of a request line. */
  get requestLine(): string {
    return this.parser.requestLine;
  }

  /** The head has been read, or refused: from here on the request is owed an access line. */
  open(): void {
    this.unlogged = true;
  }

  /** The request goes to the method stage. */
  begin(server: Server, location: Location, nowMs: number): void {
    this.location = location;
    this.exchange.begin(server, location, nowMs);
  }

  /** Ready for the next request of the same connection. */
  renew(): void {
    this.parser.reset();
    this.faulty = false;
    this.looks = 0;
    this.cutBy = null;
    this.responder.renew();
    this.startedAt = 0;
    this.headTimed = false;
  }

  /** @param requests how many the connection has had, this one included */
  mayKeep(requests: number): boolean {
    const { server } = this.site;
    return requests < server.keepaliveRequests && this.parser.head.keepAlive && this.reading !== Reading.LOST;
  }

  /** Whether the client has taken too long for its body, `size` more bytes of which have come. */
  sendsTooSlowly(size: number): boolean {
    const { patience, exchange, loop } = this;
    const { received, rested } = this.reception as Reception;
    const { timeouts, minRate } = exchange.location;
    return patience.look(loop.now, received + size, rested, timeouts.body, minRate) === 0;
  }

  /**
   * Judges how the client takes the response. While nothing waits to leave it is not the client who is slow.
   * @param pending something waits to leave
   * @returns milliseconds until the next look; 0 where the response is to be cut
   */
  judgeSending(pending: boolean): number {
    const { patience, responder, loop } = this;
    const { timeouts, minRate } = this.location;
    const { progress, rested } = responder;
    if (!pending) {
      patience.begin(loop.now, progress, rested);
      return timeouts.send;
    }
    const next = patience.look(loop.now, progress, rested, timeouts.send, minRate);
    if (next > 0) return next;
    this.cut(Stage.RESPONSE, -ERRNO.ETIMEDOUT, patience.stood ? 'send_timeout' : 'min_rate', false);
    return 0;
  }

  /**
   * Notes why the request gets no answer, or not all of it. What was noted first stands.
   * @param errno negative, or 0 where no call failed
   * @param faulty its client has not brought it about
   */
  cut(stage: Stage, errno: number, place: string, faulty: boolean): void {
    if (this.cutBy !== null) return;
    this.endedBy = stage;
    this.faulty = faulty;
    // A failure that was being answered says more than that its answer did not arrive.
    this.cutBy = this.responder.cause ?? { errno, place };
  }

  get cause(): Cause | null {
    return this.cutBy ?? this.responder.cause;
  }

  /**
   * The end of the request in the logs, whatever has ended it: with its first call after the head was read, and with no
   * other. A connection that is closed calls it too, so that no request goes without its line.
   */
  log(): void {
    if (!this.unlogged) return;
    this.unlogged = false;
    this.site.record(this, this.loop.now - this.startedAt);
  }

  /** The connection is closed: what was under way is logged as it stands, and let go. */
  close(): void {
    try {
      this.log();
    } finally {
      this.abandon();
      this.pool.edition.release();
    }
  }

  /** Lets go of everything that is under way. */
  private abandon(): void {
    this.reception?.abort();
    this.early?.release();
    this.early = null;
    this.responder.abandon();
  }
}

/** Transactions of one edition at one listening socket that no connection needs at the moment. */
export class TransactionPool {
  readonly edition: Edition;
  private readonly loop: Loop;
  private readonly location: Location;
  private readonly free: Transaction[] = [];

  constructor(loop: Loop, edition: Edition) {
    this.loop = loop;
    this.edition = edition;
    this.location = edition.defaultSite.locate('/');
  }

  take(): Transaction {
    this.edition.hold();
    return this.free.pop() ?? new Transaction(this.loop, this, this.location);
  }

  /** Only one whose response is over: nobody may still call it. */
  give(transaction: Transaction): void {
    if (this.free.length < KEPT) this.free.push(transaction);
    this.edition.release();
  }
}
