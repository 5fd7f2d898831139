import { isChallenge, type Location, type Server } from '@webserv/config';
import { assert, ERRNO, type Loop } from '@webserv/event-loop';
import {
  Admission,
  type Asking,
  type Barred,
  type Caller,
  coldName,
  dispatch,
  Exchange,
  failure,
  type Intake,
  isAsking,
  NOBODY,
  type Outcome,
  redirectToHttps,
  refusal,
} from '@webserv/methods';
import type { RequestHead } from '@webserv/request';
import { type Cause, Reply } from '@webserv/response';
import type { Edition } from '../edition.ts';
import type { Outlet } from '../outlet.ts';
import type { Ended, Site } from '../site.ts';
import { judge } from './guard.ts';
import { isMisdirected } from './misdirected.ts';
import { Patience } from './patience.ts';
import { realAddress } from './real-address.ts';
import { requestIdOf } from './request-id.ts';
import { Responder, type ResponseOwner } from './responder.ts';
import { rewritten } from './rewrite.ts';
import { Stage } from './stage.ts';

/** How often a file is looked at that is changed while it is read. */
const LOOKS_MAX = 16;
/** Errors of a send that say that the client has gone, or cannot be reached any more. */
const GONE: ReadonlySet<number> = new Set([
  -ERRNO.EPIPE,
  -ERRNO.ECONNRESET,
  -ERRNO.ECONNABORTED,
  -ERRNO.ETIMEDOUT,
  -ERRNO.ENOTCONN,
  -ERRNO.EHOSTUNREACH,
  -ERRNO.ENETUNREACH,
  -ERRNO.ENETDOWN,
]);

/** The connection or stream that a transaction belongs to. */
export interface TransactionOwner extends ResponseOwner {
  /** Answers with a reply, which stage `from` has made; `ticket` is the cache's, or -1. */
  respond(reply: Reply, ticket: number, from: Stage): void;
}

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
  /** A head has been read, or refused, that has no access line yet. */
  unlogged = false;
  /** How often the method stage has looked at a file that was changed while it was read. */
  private looks = 0;
  /** Why the request gets no answer, or not all of it. */
  private cutBy: Cause | null = null;
  /** The location of this request, once `barred` has asked for it. */
  private judged: Location | null = null;
  /** The credentials of this request, while nobody knows whether they are right. */
  private asking: Asking | null = null;
  private owner: TransactionOwner | null = null;
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

  attach(owner: TransactionOwner, caller: Caller): void {
    this.owner = owner;
    this.site = this.edition.defaultSite;
    this.exchange.peer = caller.remote;
    this.exchange.remote = caller.remote;
    this.exchange.caller = caller;
    this.responder.attach(owner);
  }

  /** The request is over, and another connection may have the next one. */
  detach(): void {
    this.exchange.caller = NOBODY;
  }

  /** The head has been read, or refused. From here on the request must get an access line. */
  open(): void {
    const { exchange } = this;
    this.unlogged = true;
    exchange.user = '';
    exchange.passed = null;
  }

  // ---- request -> method -------------------------------------------------------------------------------------

  /** The head was read: its host says which site answers. */
  headRead(nowMs: number): void {
    const { exchange } = this;
    this.open();
    exchange.headIsRead = true;
    this.judged = null;
    this.asking = null;
    this.site = this.edition.siteOf(exchange.head.host);
    exchange.nowMs = nowMs;
    const { server } = this.site;
    exchange.requestId = requestIdOf(server, exchange.head);
    exchange.remote =
      server.realIp === null ? exchange.peer : realAddress(server.realIp, exchange.peer, exchange.head);
    if (server.realIp !== null)
      exchange.services.trace?.note('access', `real_ip: ${exchange.remote} asks, by ${exchange.peer}`);
  }

  /**
   * No head could be read. Nobody knows which site is meant, so it is the default one's.
   * @param requestLine what came in its place
   */
  headRefused(requestLine: string, nowMs: number): void {
    const { defaultSite } = this.edition;
    this.site = defaultSite;
    this.begin(defaultSite.server, defaultSite.locate('/'), nowMs);
    this.requestLine = requestLine;
    this.exchange.headIsRead = false;
    this.exchange.remote = this.exchange.peer;
    this.exchange.requestId = requestIdOf(defaultSite.server, this.exchange.head);
    this.open();
  }

  /**
   * Answers from the cache, by an outlet that knows the request.
   * @returns false where the method stage must answer
   */
  answerFromCache(): boolean {
    if (this.asking !== null) return false;
    const page = this.responder.sendFromCache(this.site, this.exchange);
    if (page === null) return false;
    this.location = page.location;
    this.endedBy = Stage.END;
    return true;
  }

  /** The site does not answer here: the request is sent to https, or to a connection of its own. */
  get elsewhere(): boolean {
    const { exchange, site } = this;
    const { secure } = exchange.caller;
    if (secure !== null) return isMisdirected(site, this.edition, secure);
    // An authority that looks at a challenge asks without TLS (RFC 8555, section 8.3).
    return site.server.redirectHttps && !(site.server.acme !== null && isChallenge(exchange.head.path));
  }

  /** Why the rules of the location that is to answer bar the client. Null if they do not, or if that is not known yet. */
  get barred(): Barred | null {
    if (!this.site.server.guarded) return null;
    this.judged = this.chosen();
    const judgement = judge(this.judged, this.exchange, this.loop);
    if (isAsking(judgement)) this.asking = judgement;
    else if (judgement !== null) return judgement;
    else this.exchange.passed = this.judged.guard;
    return null;
  }

  /** Answers a client that is barred. Its location is known. */
  sendBarred(barred: Barred): void {
    this.ownerNow.respond(refusal(this.exchange, barred), -1, Stage.METHOD);
  }

  /** Answers a request that goes `elsewhere`, with a redirection or with 421 (RFC 9110 section 15.5.20). */
  sendElsewhere(): void {
    const { exchange } = this;
    if (exchange.caller.secure !== null) this.refuse(421, 'client_certificates', Stage.METHOD);
    else {
      exchange.services.trace?.note('answer', 'redirect_https sends the request to https');
      this.ownerNow.respond(redirectToHttps(exchange), -1, Stage.METHOD);
    }
  }

  /** The path chooses the location. */
  locate(): void {
    this.begin(this.site.server, this.judged ?? this.chosen(), this.exchange.nowMs);
  }

  /** The location that the path and the rewrites of the config choose. */
  private chosen(): Location {
    const { exchange, site } = this;
    const { path } = exchange.head;
    const location = site.locate(path);
    exchange.aim = null;
    if (site.server.rewrites.length === 0 && location.rewrites.length === 0) return location;
    // An authority finds its challenges, whatever the rules say.
    return site.server.acme !== null && isChallenge(path) ? location : rewritten(site, exchange);
  }

  /** The method stage: its reply goes to the owner. @returns the intake where one is at work instead */
  dispatch(): Intake | null {
    // Taken before anything is looked at: what is changed from here on is not kept.
    const ticket = this.site.pages.cache.begin();
    const { asking } = this;
    this.asking = null;
    const outcome =
      asking === null ? this.outcome() : new Admission(this.exchange, asking, () => this.admitted());
    if (!(outcome instanceof Reply)) return outcome;
    this.ownerNow.respond(outcome, ticket, Stage.METHOD);
    return null;
  }

  /** The credentials are right. */
  private admitted(): Outcome {
    this.exchange.passed = this.location.guard;
    return this.outcome();
  }

  private outcome(): Outcome {
    const { exchange } = this;
    const { answers } = this.site;
    if (answers !== null) return answers(exchange);
    const cold = coldName(exchange);
    if (cold === null) return dispatch(exchange);
    return isAsking(cold) ? new Admission(exchange, cold, () => dispatch(exchange)) : refusal(exchange, cold);
  }

  /** Answers with an error that a rule before the method stage, or a limit, has found. */
  refuse(status: number, place: string, from: Stage): void {
    this.ownerNow.respond(failure(this.exchange, status, place), -1, from);
  }

  /**
   * A file was changed while it was read. The method stage may look again at what is there now, a bounded number of times.
   * @returns false where no content can be vouched for: the response is cut
   */
  mayLookAgain(nowMs: number): boolean {
    const { exchange } = this;
    if (++this.looks < LOOKS_MAX && !exchange.head.hasBody) {
      this.begin(exchange.server, exchange.location, nowMs);
      return true;
    }
    this.cut(Stage.RESPONSE, 0, 'file changed while it was read', true);
    return false;
  }

  private begin(server: Server, location: Location, nowMs: number): void {
    this.location = location;
    this.exchange.begin(server, location, nowMs);
  }

  // ---- response -> end ---------------------------------------------------------------------------------------

  /** Says a reply, by an outlet that knows the request. Parameters as of `TransactionOwner.respond`. */
  answer(reply: Reply, ticket: number, from: Stage): void {
    this.endedBy = reply.status < 400 ? Stage.END : from;
    this.responder.sendReply(reply, this.exchange, this.site, ticket);
  }

  /** The response is over, as `ResponseOwner.responded` says. @returns whether it is whole */
  answered(result: number, place: string): boolean {
    if (result < 0) this.cut(Stage.RESPONSE, result, place, !isByPeer(result, place));
    else if (this.responder.failed) this.endedBy = Stage.RESPONSE;
    return result >= 0;
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

  /** The client has broken a rule, and the protocol has reset the request: for the logs it is answered with 400. */
  wasMalformed(stage: Stage, place: string): void {
    this.cut(stage, 0, place, false);
    if (this.responder.status === 0) this.responder.status = 400;
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

  private get ownerNow(): TransactionOwner {
    const { owner } = this;
    assert(owner !== null, 'a transaction belongs to a connection or a stream');
    return owner;
  }
}

/** Whether the client, or the network between, has cut a response. */
function isByPeer(result: number, place: string): boolean {
  return (place === 'send' || place === 'sendfile') && GONE.has(result);
}
