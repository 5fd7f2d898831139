import type { Location, Server } from '@webserv/config';
import { ERRNO, type Loop } from '@webserv/event-loop';
import { type Caller, Exchange } from '@webserv/methods';
import type { RequestHead } from '@webserv/request';
import type { Cause } from '@webserv/response';
import type { Edition } from '../edition.ts';
import type { Outlet } from '../outlet.ts';
import type { Ended, Site } from '../site.ts';
import { Patience } from './patience.ts';
import { Responder, type ResponseOwner } from './responder.ts';
import { Stage } from './stage.ts';

/** The connection or stream that a transaction belongs to. */
interface TransactionOwner extends ResponseOwner, Caller {}

/**
 * One request and its answer while they are under way, whatever protocol brought them: a head made of values in, an answer
 * said to an outlet, a line in the log. Its owner uses it again for the next request of the same edition.
 */
export class Transaction implements Ended {
  readonly exchange: Exchange;
  readonly responder: Responder;
  readonly patience = new Patience();
  /** The one that the request began under. */
  readonly edition: Edition;
  site: Site;
  /** The location whose rules hold for the response and for the idle time after it. */
  location: Location;
  endedBy: Stage = Stage.END;
  /** When the first byte of the request came. */
  startedAt = 0;
  faulty = false;
  requestLine = '';
  /** How often the method stage has looked at a file that was changed while it was read. */
  looks = 0;
  /** A head has been read, or refused, that has no access line yet. */
  unlogged = false;
  /** Why the request gets no answer, or not all of it. */
  private cutBy: Cause | null = null;
  private readonly loop: Loop;

  /** @param head holds the request while it is under way */
  constructor(loop: Loop, edition: Edition, head: RequestHead, outlet: Outlet, location: Location) {
    const { services, defaultSite } = edition;
    this.loop = loop;
    this.edition = edition;
    this.site = defaultSite;
    this.location = location;
    this.exchange = new Exchange(services, head, defaultSite.server, location);
    this.responder = new Responder(loop, outlet);
  }

  get status(): number {
    return this.responder.status;
  }

  get bodySent(): number {
    return this.responder.bodySent;
  }

  get cache(): 'hit' | 'miss' | 'none' {
    return this.responder.cache;
  }

  get cause(): Cause | null {
    return this.cutBy ?? this.responder.cause;
  }

  attach(owner: TransactionOwner, remote: string): void {
    this.exchange.remote = remote;
    this.exchange.caller = owner;
    this.responder.attach(owner);
  }

  /** The head has been read, or refused. From here on the request must get an access line. */
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
    this.faulty = false;
    this.requestLine = '';
    this.looks = 0;
    this.cutBy = null;
    this.responder.renew();
    this.startedAt = 0;
  }

  /**
   * Judges how the client takes the response. While nothing waits to leave, the client is not to blame.
   * @param pending something waits to leave
   * @returns milliseconds until the next look; 0 where the response is to be cut
   */
  judgeSending(pending: boolean): number {
    const { patience, responder, loop } = this;
    const { timeouts, minRate } = this.location;
    const { progress, waited } = responder;
    if (!pending) {
      patience.begin(loop.now, progress, waited);
      return timeouts.send;
    }
    const next = patience.look(loop.now, progress, waited, timeouts.send, minRate);
    if (next > 0) return next;
    this.cut(Stage.RESPONSE, -ERRNO.ETIMEDOUT, patience.stood ? 'send_timeout' : 'min_rate', false);
    return 0;
  }

  /**
   * Notes why the request gets no answer, or not all of it. What was noted first stands.
   * @param errno negative, or 0 where no call failed
   * @param faulty the client has not caused it
   */
  cut(stage: Stage, errno: number, place: string, faulty: boolean): void {
    if (this.cutBy !== null) return;
    this.endedBy = stage;
    this.faulty = faulty;
    // A failure that was being answered says more than that its answer did not arrive.
    this.cutBy = this.responder.cause ?? { errno, place };
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
}
