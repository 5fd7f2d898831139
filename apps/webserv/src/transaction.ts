import type { Location, Server } from '@webserv/config';
import { ERRNO, type Loop, type Op } from '@webserv/event-loop';
import { Exchange, type Services } from '@webserv/methods';
import { type Limits, RequestParser } from '@webserv/request';
import type { Reply } from '@webserv/response';
import { Patience } from './patience.ts';
import { Reception, type ReceptionOwner } from './reception.ts';
import { record } from './record.ts';
import { Responder, type ResponseOwner } from './responder.ts';
import type { Site } from './site.ts';
import { Reading, Stage } from './stage.ts';

/** Transactions kept for the next request: as many as connections are likely to be in the middle of one. */
const KEPT = 256;

/** Whose transaction it is. */
export interface TransactionOwner extends ResponseOwner, ReceptionOwner {}

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
  site: Site;
  reading: Reading = Reading.WHOLE;
  endedBy: Stage = Stage.END;
  /** When the first byte of the request came. */
  startedAt = 0;
  /** The time for the head runs. */
  headTimed = false;
  /** An answer that waits until the interim response has left. */
  early: Reply | null = null;
  /** The exchange is in use. What the cache answers needs none: it stays as new. */
  private begun = false;
  private readonly loop: Loop;
  private readonly limits: Limits;

  constructor(loop: Loop, services: Services, limits: Limits, site: Site) {
    this.loop = loop;
    this.limits = limits;
    this.site = site;
    this.parser = new RequestParser(limits);
    this.exchange = new Exchange(services, this.parser.head, site.server);
    this.responder = new Responder(loop);
  }

  attach(owner: TransactionOwner, sending: Op, remote: string): void {
    this.exchange.remote = remote;
    this.responder.attach(sending, owner);
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

  /** The request goes to the method stage. */
  begin(server: Server, location: Location, nowMs: number): void {
    this.begun = true;
    this.exchange.begin(server, location, nowMs);
  }

  /** Ready for the next request of the same connection. */
  renew(): void {
    this.parser.reset();
    if (this.begun) this.exchange.begin(this.site.server, this.exchange.location, 0);
    this.begun = false;
    this.startedAt = 0;
    this.headTimed = false;
  }

  /** @param requests how many the connection has had, this one included */
  mayKeep(requests: number): boolean {
    return requests < this.site.requestsMax && this.parser.head.keepAlive && this.reading !== Reading.LOST;
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
   * @returns milliseconds until the next look; 0 where the response is given up, which has been logged
   */
  judgeSending(pending: boolean): number {
    const { patience, responder, exchange, loop } = this;
    // A page of the cache has been found without its location.
    const { timeouts, minRate } = this.site.locations.locate(this.parser.head.path);
    const { progress, rested } = responder;
    if (!pending) {
      patience.begin(loop.now, progress, rested);
      return timeouts.send;
    }
    const next = patience.look(loop.now, progress, rested, timeouts.send, minRate);
    if (next > 0) return next;
    exchange.errno = -ERRNO.ETIMEDOUT;
    exchange.place = patience.stood ? 'send_timeout' : 'min_rate';
    this.endedBy = Stage.RESPONSE;
    this.log();
    return 0;
  }

  /** The end of it, in the logs. */
  log(): void {
    record(this.site, this.exchange, this.responder, this.endedBy, this.loop.now - this.startedAt);
  }

  /** Lets go of everything that is under way. */
  abandon(): void {
    this.reception?.abort();
    this.early?.release();
    this.early = null;
    this.responder.abandon();
  }
}

/** Transactions of one listening socket that no connection needs at the moment. */
export class TransactionPool {
  private readonly free: Transaction[] = [];
  private readonly make: () => Transaction;

  constructor(make: () => Transaction) {
    this.make = make;
  }

  take(): Transaction {
    return this.free.pop() ?? this.make();
  }

  /** Only one whose response is over: nobody may still call it. */
  give(transaction: Transaction): void {
    if (this.free.length < KEPT) this.free.push(transaction);
  }
}
