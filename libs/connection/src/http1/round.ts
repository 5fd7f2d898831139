import type { Location } from '@webserv/config';
import type { Loop, Memory } from '@webserv/event-loop';
import type { Barred, Caller, MemoryLedger } from '@webserv/methods';
import { RequestParser } from '@webserv/request';
import type { Edition } from '../edition.ts';
import { requestIdLine } from '../transaction/request-id.ts';
import type { Stage } from '../transaction/stage.ts';
import { strictTransportLine } from '../transaction/strict-transport.ts';
import { Transaction, type TransactionOwner } from '../transaction/transaction.ts';
import { Reading } from './fate.ts';
import { Http1Outlet, type Way } from './http1-outlet.ts';
import { type BodyOwner, RequestBody } from './request-body.ts';

/** Rounds kept for the next request: as many as connections are likely to be in the middle of one. */
const KEPT = 256;

/** The connection that a round belongs to. */
export interface RoundOwner extends Way, BodyOwner, TransactionOwner, Caller {}

/**
 * What HTTP/1.1 needs for one request and its response beside the transaction: the parser, the request's body, and the
 * outlet. A connection has a round from the first byte of a request until the response is over and no further request has
 * come yet. So idle connections, which are most, are small.
 */
export class Round {
  /** Where it belongs. */
  readonly pool: RoundPool;
  readonly parser: RequestParser;
  readonly outlet = new Http1Outlet();
  readonly transaction: Transaction;
  readonly body: RequestBody;
  /** The time for the head runs. */
  headTimed = false;
  /** Bytes of a head that is not whole. */
  private carried = 0;

  constructor(loop: Loop, pool: RoundPool, location: Location) {
    const { edition } = pool;
    this.pool = pool;
    this.parser = new RequestParser(edition.limits, pool.secure);
    this.transaction = new Transaction(loop, edition, this.parser.head, this.outlet, location);
    this.body = new RequestBody(loop, edition.limits, this.transaction);
  }

  attach(owner: RoundOwner): void {
    this.outlet.attach(owner);
    this.transaction.attach(owner, owner);
    this.body.attach(owner);
  }

  /** Ready for the next request of the same connection. */
  renew(): void {
    this.parser.reset();
    this.transaction.renew();
    this.headTimed = false;
  }

  /**
   * Whether the request and its server allow another one behind it.
   * @param requests how many the connection has had, this one included
   */
  mayKeep(requests: number): boolean {
    const { server } = this.transaction.site;
    return (
      requests < server.keepaliveRequests && this.parser.head.keepAlive && this.body.reading !== Reading.LOST
    );
  }

  /** Answers a request whose head is whole with an error, and reads nothing of what is behind it. */
  refuseRest(status: number, place: string, from: Stage): void {
    this.body.reading = Reading.LOST;
    this.transaction.refuse(status, place, from);
  }

  /**
   * Answers a request that a rule before its method stage has ended. A body is not read: the client sends it again, to the
   * right place or when it may.
   * @param barred null if the request goes elsewhere
   */
  turnAway(barred: Barred | null): void {
    const { transaction, body } = this;
    if (transaction.exchange.head.hasBody) body.reading = Reading.LOST;
    if (barred === null) transaction.sendElsewhere();
    else transaction.sendBarred(barred);
  }

  /** What heads say beyond the reply, for the outlet. */
  get lastLine(): Memory | null {
    const { site, exchange } = this.transaction;
    const line = this.pool.secure ? strictTransportLine(site.server) : null;
    return exchange.requestId === '' ? line : requestIdLine(exchange.requestId, line);
  }

  /** Counts bytes of a head that is not whole. @returns false where there is no memory for them */
  carry(bytes: number, memory: MemoryLedger): boolean {
    if (!memory.take(bytes)) return false;
    this.carried += bytes;
    return true;
  }

  /** The head is whole, or given up. */
  forgetCarried(memory: MemoryLedger): void {
    if (this.carried === 0) return;
    memory.give(this.carried);
    this.carried = 0;
  }

  /** The connection is closed: what was under way is logged as it stands, and let go. */
  close(memory: MemoryLedger): void {
    try {
      this.outlet.close();
      this.transaction.log();
    } finally {
      this.forgetCarried(memory);
      this.body.close();
      this.transaction.responder.abandon();
      this.pool.edition.release();
    }
  }
}

/** Rounds of one edition at one listening socket that no connection needs at the moment. */
export class RoundPool {
  readonly edition: Edition;
  private readonly loop: Loop;
  private readonly location: Location;
  private readonly free: Round[] = [];
  /** Its connections speak TLS. */
  readonly secure: boolean;

  constructor(loop: Loop, edition: Edition, secure: boolean) {
    this.loop = loop;
    this.edition = edition;
    this.secure = secure;
    this.location = edition.defaultSite.locate('/');
  }

  take(): Round {
    this.edition.hold();
    return this.free.pop() ?? new Round(this.loop, this, this.location);
  }

  /** Takes back a round whose response is over: nobody may still call it. */
  give(round: Round): void {
    if (this.free.length < KEPT) this.free.push(round);
    this.edition.release();
  }
}
