import { ERRNO, Memory, type Op, OpState } from '@webserv/event-loop';
import { dispatch, Exchange, failure, type Intake } from '@webserv/methods';
import { FeedStatus, type RequestError, RequestParser } from '@webserv/request';
import { CONTINUE, Reply } from '@webserv/response';
import { Connection } from './connection.ts';
import { Reception, type ReceptionOwner } from './reception.ts';
import { record } from './record.ts';
import { Responder, type ResponseOwner } from './responder.ts';
import type { ServerUdata } from './server-udata.ts';
import type { Site } from './site.ts';
import { Fate, fateOf, Reading, Stage, Writing } from './stage.ts';

/** A body that nobody wanted is read to its end up to this size, so that the connection can be used again. */
const DRAIN_MAX = 256 << 10;

/**
 * One connection. A request passes request -> method -> response -> end, each with its own step; the error of a stage is
 * a reply like any other. Nothing is read while a response is under way: what the client sends meanwhile waits in the
 * kernel, which is all the backpressure that pipelining needs.
 */
export class ClientUdata extends Connection implements ResponseOwner, ReceptionOwner {
  /** Neighbours in the server's list, the longest idle first. Written by the list alone. */
  previous: ClientUdata | null = null;
  next: ClientUdata | null = null;
  /** Between two requests: the server may close it when it needs room. */
  idle = false;
  private readonly server: ServerUdata;
  private readonly parser: RequestParser;
  private readonly exchange: Exchange;
  private readonly responder: Responder;
  private site: Site;
  private stage: Stage = Stage.ACCEPT;
  private endedBy: Stage = Stage.END;
  private reading: Reading = Reading.WHOLE;
  private requests = 0;
  private startedAt = 0;
  private headerTimed = false;
  private progress = 0;
  private reception: Reception | null = null;
  /** An answer that waits until the interim response has left. */
  private early: Reply | null = null;

  constructor(server: ServerUdata, fd: number, remote: string) {
    super(server.loop, fd);
    this.server = server;
    this.site = server.defaultSite;
    this.parser = new RequestParser(server.limits);
    this.exchange = new Exchange(server.services, this.parser.head, this.site.server);
    this.exchange.remote = remote;
    this.responder = new Responder(this.loop, this.sending, this);
  }

  start(): void {
    this.stage = Stage.REQUEST;
    this.loop.arm(this.timer, this.site.server.timeouts.header);
    this.receiveMore();
  }

  /** Something has left: a part of the response, or the interim one that asked for the body. */
  protected left(op: Op): void {
    if (this.stage === Stage.RESPONSE) this.responder.complete(op);
    else if (op.result < 0) this.loop.close(this);
    else if (this.early !== null) this.answerEarly(this.early);
  }

  /** Between requests: at once. Otherwise after the response that is under way. */
  closeWhenIdle(): void {
    if (this.idle || this.stage === Stage.ACCEPT) this.loop.close(this);
  }

  override dispose(): void {
    this.loop.disarm(this.timer);
    this.reception?.abort();
    this.early?.release();
    this.responder.abandon();
    this.server.clientGone(this);
  }

  // ---- request -----------------------------------------------------------------------------------------------

  protected received(bytes: Buffer, start: number, end: number): void {
    if (this.stage === Stage.REQUEST) this.read(bytes, start, end);
    else if (this.bodyWanted) this.readBody(bytes, start, end);
    else this.stash(bytes, start, end);
  }

  private get bodyWanted(): boolean {
    return this.reception !== null && !this.reception.whole;
  }

  /** Where a whole request is being answered, the client may still be reading (a half-close). */
  protected ended(result: number): void {
    const whole = this.stage === Stage.RESPONSE || (this.stage === Stage.METHOD && !this.bodyWanted);
    if (result < 0 || !whole) this.loop.close(this);
  }

  receiveMore(): void {
    const overdrawn = this.bodyWanted && (this.reception as Reception).discarded > DRAIN_MAX;
    if (!overdrawn) {
      this.receive();
      return;
    }
    // More of a body that nobody wants than is worth reading.
    this.reading = Reading.LOST;
    if (this.stage === Stage.END) this.linger();
  }

  private read(bytes: Buffer, start: number, end: number): void {
    if (this.idle) this.server.busy(this);
    if (this.startedAt === 0) this.startedAt = this.loop.now;
    const status = this.parser.feed(bytes, start, end);
    if (status === FeedStatus.HEAD) {
      this.stash(bytes, this.parser.consumed, end);
      this.method();
    } else if (status === FeedStatus.ERROR) {
      this.refuse();
    } else {
      // One time for the whole head, from its first byte: a client that trickles does not win time by it.
      if (!this.headerTimed) this.loop.arm(this.timer, this.site.server.timeouts.header);
      this.headerTimed = true;
      if (this.halfClosed) this.loop.close(this);
      else this.receiveMore();
    }
  }

  /** What cannot be understood ends the connection: nothing behind it may be taken for a request. */
  private refuse(): void {
    const { error } = this.parser;
    this.refuseHead(error?.status ?? 400, error?.code ?? 'bad-request');
  }

  /** Before the head is whole nobody knows which server is meant: the default one answers. */
  private refuseHead(status: number, place: string): void {
    this.reading = Reading.LOST;
    this.backlog = null;
    this.requests++;
    this.site = this.server.defaultSite;
    this.exchange.begin(this.site.server, this.server.defaultLocation, this.server.clock.now());
    this.refuseWith(status, place);
  }

  // ---- method ------------------------------------------------------------------------------------------------

  private method(): void {
    const { parser, server } = this;
    const { head } = parser;
    this.stage = Stage.METHOD;
    this.requests++;
    const site = server.siteOf(head.host);
    this.site = site;
    const nowMs = server.clock.now();
    this.reading = head.hasBody ? readingOf(head.contentLength, head.expectContinue) : Reading.WHOLE;
    this.exchange.begin(site.server, this.exchange.location, nowMs);
    if (!head.hasBody && this.answerFromCache()) return;
    const ticket = site.cache.begin();
    const location = site.locations.locate(head.path);
    this.exchange.begin(site.server, location, nowMs);
    if (head.hasBody && this.receptionOf().begin(head, location.bodySize) !== null) {
      this.reading = Reading.LOST;
      this.respond(failure(this.exchange, 413, 'body_size'), ticket, Stage.METHOD);
      return;
    }
    const outcome = dispatch(this.exchange);
    if (outcome instanceof Reply) this.respond(outcome, ticket, Stage.METHOD);
    else this.takeIn(outcome);
  }

  private receptionOf(): Reception {
    this.reception ??= new Reception(this, this.server.limits);
    return this.reception;
  }

  // ---- body --------------------------------------------------------------------------------------------------

  /** An intake is at work: the body goes to it as it comes, and its reply comes when it is ready. */
  private takeIn(intake: Intake): void {
    const { head } = this.parser;
    const reception = this.receptionOf();
    if (!head.hasBody) reception.begin(head, 0);
    this.loop.arm(this.timer, this.exchange.location.timeouts.body);
    // A client that waits is told to go on, unless it has begun already (RFC 9110 section 10.1.1).
    if (head.expectContinue && intake.wantsBody && this.backlog === null) {
      this.reading = Reading.LEFTOVER;
      this.loop.send(this.sending, GO_ON, 0, GO_ON.size);
    }
    reception.attach(intake);
    if (!reception.busy) return;
    if (reception.whole) this.awaitReply();
    else this.readBacklog(reception);
  }

  private readBacklog(reception: Reception): void {
    const { backlog } = this;
    this.backlog = null;
    if (backlog === null) this.receiveMore();
    else reception.feed(backlog, 0, backlog.length);
  }

  private readBody(bytes: Buffer, start: number, end: number): void {
    const reception = this.reception as Reception;
    this.loop.arm(this.timer, this.exchange.location.timeouts.body);
    reception.feed(bytes, start, end);
  }

  bodyWhole(bytes: Buffer, start: number, end: number): void {
    this.stash(bytes, start, end);
    this.reading = Reading.WHOLE;
    if (this.stage === Stage.METHOD) this.awaitReply();
    else if (this.stage === Stage.END) this.reset();
  }

  bodyBroken(error: RequestError | null): void {
    this.reading = Reading.LOST;
    this.backlog = null;
    if (this.stage === Stage.END) this.linger();
    else if (this.stage === Stage.METHOD) this.refuseWith(error?.status ?? 400, error?.code ?? 'body');
  }

  private refuseWith(status: number, place: string): void {
    this.respond(failure(this.exchange, status, place), -1, Stage.REQUEST);
  }

  /** The intake answers in its own time; the connection is watched meanwhile, so that a client that goes is noticed. */
  private awaitReply(): void {
    this.loop.disarm(this.timer);
    if (this.backlog === null) this.receiveMore();
  }

  answer(reply: Reply): void {
    // The 100 (Continue) is still leaving: the final answer waits behind it.
    if (this.sending.pending) this.early = reply;
    else this.answerEarly(reply);
  }

  private answerEarly(reply: Reply): void {
    this.early = null;
    this.respond(reply, -1, Stage.METHOD);
  }

  private answerFromCache(): boolean {
    const { head } = this.parser;
    if (head.method !== 'GET' && head.method !== 'HEAD') return false;
    this.responder.begin(head, this.mayKeep(), this.server.clock.text(this.exchange.nowMs));
    if (!this.responder.sendFromCache(this.site, this.exchange)) return false;
    this.stage = Stage.RESPONSE;
    this.endedBy = Stage.END;
    // A page is one send. Where it has left already, the next deadline is the one of the idle connection.
    if (this.sending.state !== OpState.DONE) this.watchSending();
    return true;
  }

  // ---- response ----------------------------------------------------------------------------------------------

  private respond(reply: Reply, ticket: number, from: Stage): void {
    const { server, exchange } = this;
    this.endedBy = reply.status < 400 ? Stage.END : from;
    this.responder.begin(this.parser.head, this.mayKeep(), server.clock.text(exchange.nowMs));
    this.stage = Stage.RESPONSE;
    this.responder.sendReply(reply, exchange, this.site, ticket);
    this.watchSending();
  }

  /** Whether the server has nothing against another request on this connection. */
  private mayKeep(): boolean {
    const { server } = this.site;
    return (
      this.parser.head.keepAlive &&
      this.reading !== Reading.LOST &&
      this.requests < server.keepaliveRequests &&
      server.timeouts.keepAlive > 0 &&
      !this.server.closing
    );
  }

  private watchSending(): void {
    this.progress = 0;
    if (this.stage === Stage.RESPONSE) this.loop.arm(this.timer, this.site.server.timeouts.send);
  }

  responded(result: number): void {
    let writing: Writing = this.responder.keepAlive ? Writing.KEPT : Writing.LAST;
    if (result < 0) {
      writing = Writing.CUT;
      this.exchange.errno = result;
      if (this.exchange.place === '') this.exchange.place = 'send';
    }
    if (result < 0) this.endedBy = Stage.RESPONSE;
    this.end(writing);
  }

  // ---- end ---------------------------------------------------------------------------------------------------

  private end(writing: Writing): void {
    this.stage = Stage.END;
    this.log();
    const fate = fateOf(this.reading, writing);
    switch (fate) {
      case Fate.REUSE:
        this.reset();
        break;
      case Fate.DRAIN:
        this.beginDrain();
        break;
      case Fate.LINGER:
        this.linger();
        break;
      case Fate.CLOSE:
        // A response that was cut must not be taken for whole, by a client that waits for the end of the connection.
        if (writing === Writing.CUT) this.loop.abort(this);
        else this.loop.close(this);
    }
  }

  /** Ready for the next request, which may have come already. */
  private reset(): void {
    const { backlog } = this;
    this.parser.reset();
    this.stage = Stage.REQUEST;
    this.startedAt = 0;
    this.headerTimed = false;
    if (this.server.closing || (this.halfClosed && backlog === null)) {
      this.loop.close(this);
    } else if (backlog !== null) {
      this.backlog = null;
      this.read(backlog, 0, backlog.length);
    } else {
      this.loop.arm(this.timer, this.site.server.timeouts.keepAlive);
      this.server.rest(this);
      this.receiveMore();
    }
  }

  /** Reads on to the end of a body that nobody wants, or wants any more. */
  private beginDrain(): void {
    const reception = this.reception as Reception;
    const { backlog } = this;
    this.backlog = null;
    this.loop.arm(this.timer, this.exchange.location.timeouts.body);
    if (backlog === null) reception.discard();
    else reception.feed(backlog, 0, backlog.length);
  }

  // ---- time --------------------------------------------------------------------------------------------------

  override expire(): void {
    switch (this.stage) {
      case Stage.RESPONSE:
        this.sendingLate();
        break;
      case Stage.METHOD:
        this.bodyLate();
        break;
      case Stage.REQUEST:
        if (this.parser.started) this.refuseHead(408, 'header_timeout');
        else this.loop.close(this);
        break;
      default:
        this.loop.close(this);
    }
  }

  /** Any byte that has left is progress; and while nothing waits to leave it is not the client who is slow. */
  private sendingLate(): void {
    const { bodySent } = this.responder;
    if (bodySent !== this.progress || !this.sending.pending) {
      this.progress = bodySent;
      this.loop.arm(this.timer, this.site.server.timeouts.send);
      return;
    }
    this.exchange.errno = -ERRNO.ETIMEDOUT;
    this.exchange.place = 'send_timeout';
    this.endedBy = Stage.RESPONSE;
    this.log();
    this.loop.abort(this);
  }

  /** While an intake rests it is not the client who is slow. */
  private bodyLate(): void {
    const reception = this.reception as Reception;
    if (reception.resting) {
      this.loop.arm(this.timer, this.exchange.location.timeouts.body);
      return;
    }
    reception.abort();
    this.reading = Reading.LOST;
    this.refuseWith(408, 'body_timeout');
  }

  private log(): void {
    record(this.site, this.exchange, this.responder, this.endedBy, this.loop.now - this.startedAt);
  }
}

const GO_ON = Memory.from(CONTINUE);

function readingOf(contentLength: number, expectContinue: boolean): Reading {
  // Whether a client that waits for 100 sends its body after a final answer is its own affair (RFC 9110 section
  // 10.1.1): nothing that follows can be told apart.
  return expectContinue || contentLength > DRAIN_MAX ? Reading.LOST : Reading.LEFTOVER;
}
