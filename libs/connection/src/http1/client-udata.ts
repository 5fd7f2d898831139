import { type Op, OpState } from '@webserv/event-loop';
import { dispatch, failure } from '@webserv/methods';
import { FeedStatus } from '@webserv/request';
import { Reply } from '@webserv/response';
import { type Guest, type Host, Standing } from '../accept/guest.ts';
import type { Neighbours } from '../accept/neighbourhood.ts';
import { isByPeer } from '../transaction/gone.ts';
import type { Transaction, TransactionOwner } from '../transaction/transaction.ts';
import { BodyConnection } from './body-connection.ts';
import { Fate, fateOf, Reading, readingOf, Stage, Writing } from './stage.ts';

/**
 * How long a client that has no request under way may still send one when the server stops, and how long it may take to
 * see that the connection has ended: a request that is just arriving is answered, not reset.
 */
const QUIET_MS = 300;

/**
 * One connection. A request passes request -> method -> response -> end, each with its own step; the error of a stage is
 * a reply like any other. Nothing is read while a response is under way: what the client sends meanwhile waits in the
 * kernel, which is all the backpressure that pipelining needs.
 *
 * What is needed for one request alone is its transaction's, and an idle connection has none.
 */
export class ClientUdata extends BodyConnection implements TransactionOwner, Guest {
  previous: Guest | null = null;
  next: Guest | null = null;
  standing: Standing = Standing.BUSY;
  neighbours: Neighbours<Guest> | null = null;
  headSince = 0;
  readonly remote: string;
  private readonly server: Host;
  private requests = 0;
  /** Requests that had come already when the one before them was answered, since bytes came last. */
  private pipelined = 0;
  /** The time of an idle connection has run out, and it closes if nothing comes in the rest of that tick. */
  private looked = false;

  constructor(server: Host, fd: number, remote: string) {
    super(server.wire, fd, server.edition.defaultSite.memory);
    this.server = server;
    this.remote = remote;
  }

  start(): void {
    this.stage = Stage.REQUEST;
    this.waitForRequest(this.server.edition.defaultSite.server.timeouts.header);
    this.receiveMore();
  }

  /** The server stops: whoever has no request under way has a moment for one that is on its way already. */
  serverStops(): void {
    if (this.resting) this.waitForRequest(QUIET_MS);
  }

  /** Nothing of a request has come, or nothing but a blank line. */
  private get resting(): boolean {
    return this.stage === Stage.REQUEST && this.transaction?.parser.started !== true;
  }

  /** @param timeoutMs how long, where the server goes on */
  private waitForRequest(timeoutMs: number): void {
    this.looked = false;
    this.loop.arm(this.timer, this.server.closing ? Math.min(timeoutMs, QUIET_MS) : timeoutMs);
  }

  /**
   * Nobody has asked for anything. A tick runs timers before completions, so what has come meanwhile is looked at first.
   * When the server stops, the client reads an end, and what crosses it is not answered by a reset.
   */
  private waitedEnough(): void {
    if (!this.looked) {
      this.looked = true;
      this.loop.arm(this.timer, 0);
    } else if (this.server.closing) this.linger(QUIET_MS);
    else this.wire.close(this);
  }

  /** Closes at once; what is under way is not taken for whole. */
  cut(place: string): void {
    this.note(0, place, false);
    if (this.stage === Stage.RESPONSE) this.wire.abort(this);
    else this.wire.close(this);
  }

  override dispose(): void {
    try {
      this.loop.disarm(this.timer);
      // Whoever closes says why, but for a fault.
      this.note(0, 'fault', true);
      this.transaction?.close();
    } finally {
      this.takeBacklog();
      this.forgetCarried();
      this.transaction = null;
      this.wire.release(this);
      this.server.clientGone(this);
    }
  }

  // ---- request -----------------------------------------------------------------------------------------------

  protected received(bytes: Buffer, start: number, end: number): void {
    this.pipelined = 0;
    if (this.stage === Stage.REQUEST) this.read(bytes, start, end);
    else if (this.bodyWanted) this.readBody(bytes, start, end);
    else if (this.stashMore(bytes, start, end)) this.watch();
    else this.current.reading = Reading.LOST;
  }

  /** Where a whole request is being answered, the client may still be reading (a half-close). */
  protected ended(result: number): void {
    const whole = this.stage === Stage.RESPONSE || (this.stage === Stage.METHOD && !this.bodyWanted);
    if (result < 0 || !whole) this.giveUp(result, result < 0 ? 'recv' : 'closed by the client');
  }

  private giveUp(errno: number, place: string): void {
    this.note(errno, place, false);
    this.wire.close(this);
  }

  /** Notes why a request that has begun will not be answered, or not to its end; what was noted first stands. */
  private note(errno: number, place: string, faulty: boolean): void {
    const { transaction } = this;
    if (transaction === null) return;
    const unread = this.stage === Stage.REQUEST && transaction.parser.started && !transaction.unlogged;
    if (unread) this.openUnread(transaction);
    if (transaction.unlogged) transaction.cut(this.stage, errno, place, faulty);
  }

  private begin(): Transaction {
    const transaction = this.server.transactions.take();
    transaction.attach(this, this.wire, this.sending, this.remote);
    transaction.site = transaction.pool.edition.defaultSite;
    this.transaction = transaction;
    return transaction;
  }

  private read(bytes: Buffer, start: number, end: number): void {
    const { server } = this;
    if (this.standing === Standing.IDLE) server.busy(this);
    const transaction = this.transaction ?? this.begin();
    const { parser } = transaction;
    if (transaction.startedAt === 0) transaction.startedAt = this.loop.now;
    const status = parser.feed(bytes, start, end);
    if (status === FeedStatus.PARTIAL) {
      if (this.standing !== Standing.HEAD) server.headBegun(this);
    } else if (this.standing === Standing.HEAD) server.busy(this);
    if (status === FeedStatus.HEAD) {
      this.forgetCarried();
      this.method(transaction, this.stash(bytes, parser.consumed, end));
    } else if (status === FeedStatus.ERROR) {
      this.refuseHead(parser.error?.status ?? 400, parser.error?.code ?? 'bad-request');
    } else {
      // One time for the whole head, from its first byte: a client that trickles does not win time by it.
      if (!transaction.headTimed) this.loop.arm(this.timer, transaction.site.server.timeouts.header);
      transaction.headTimed = true;
      if (!this.carry(end - start)) this.refuseHead(503, 'memory_limit');
      else if (this.halfClosed) this.giveUp(0, 'closed by the client');
      else this.receiveMore();
    }
  }

  /** What cannot be understood ends the connection: nothing behind it may be taken for a request. */
  private refuseHead(status: number, place: string): void {
    this.openUnread(this.current);
    this.refuseWith(status, place);
  }

  /** A request whose head will not become whole. Nobody knows which server is meant: it is the default one's. */
  private openUnread(transaction: Transaction): void {
    const { defaultSite } = transaction.pool.edition;
    transaction.reading = Reading.LOST;
    this.takeBacklog();
    this.forgetCarried();
    this.requests++;
    transaction.site = defaultSite;
    transaction.begin(defaultSite.server, defaultSite.locate('/'), this.server.clock.now());
    transaction.parser.abandon();
    transaction.open();
  }

  // ---- method ------------------------------------------------------------------------------------------------

  /** @param kept whether what has come behind the head is in the backlog, and not lost */
  private method(transaction: Transaction, kept: boolean): void {
    const { server } = this;
    const { exchange } = transaction;
    const { head } = transaction.parser;
    this.stage = Stage.METHOD;
    transaction.open();
    this.requests++;
    const site = transaction.pool.edition.siteOf(head.host);
    transaction.site = site;
    exchange.nowMs = server.clock.now();
    transaction.reading = head.hasBody ? readingOf(head.contentLength, head.expectContinue) : Reading.WHOLE;
    const tooMany = this.pipelined > site.server.maxPipeline;
    if (!head.hasBody && !tooMany && kept && this.answerFromCache(transaction)) return;
    transaction.begin(site.server, site.locate(head.path), exchange.nowMs);
    if (tooMany || !kept) {
      if (tooMany) this.refuseRest(429, 'max_pipeline', Stage.REQUEST);
      else this.refuseRest(503, 'memory_limit', Stage.REQUEST);
      return;
    }
    const { bodySize } = exchange.location;
    if (head.hasBody && transaction.receptionOf(this).begin(head, bodySize, this.memory) !== null) {
      this.refuseRest(413, 'body_size', Stage.METHOD);
      return;
    }
    this.dispatch(transaction);
  }

  private dispatch(transaction: Transaction): void {
    // Taken before anything is looked at: what is changed from here on is not kept.
    const ticket = transaction.site.pages.cache.begin();
    const outcome = dispatch(transaction.exchange);
    if (outcome instanceof Reply) this.respond(outcome, ticket, Stage.METHOD);
    else this.takeIn(transaction, outcome);
  }

  /** Looks again at what is there now, a bounded number of times. Beyond it no content can be vouched for. */
  fileChanged(): void {
    const transaction = this.current;
    const { exchange, parser } = transaction;
    if (++transaction.looks < LOOKS_MAX && !parser.head.hasBody) {
      this.stage = Stage.METHOD;
      transaction.begin(exchange.server, exchange.location, this.server.clock.now());
      this.dispatch(transaction);
    } else {
      transaction.cut(Stage.RESPONSE, 0, 'file changed while it was read', true);
      this.end(transaction, Writing.CUT);
    }
  }

  /** Answers a request whose head is whole with an error, and reads nothing of what is behind it. */
  private refuseRest(status: number, place: string, from: Stage): void {
    const transaction = this.current;
    transaction.reading = Reading.LOST;
    this.respond(failure(transaction.exchange, status, place), -1, from);
  }

  protected refuseWith(status: number, place: string): void {
    this.respond(failure(this.current.exchange, status, place), -1, Stage.REQUEST);
  }

  private answerFromCache(transaction: Transaction): boolean {
    const { exchange, responder } = transaction;
    const { head } = transaction.parser;
    if (head.method !== 'GET' && head.method !== 'HEAD') return false;
    const date = this.server.clock.text();
    const page = responder.sendFromCache(transaction.site, exchange, this.mayKeep(transaction), date);
    if (page === null) return false;
    transaction.location = page.location;
    this.stage = Stage.RESPONSE;
    transaction.endedBy = Stage.END;
    // A page is one send. Where it has left already, the next deadline is the one of the idle connection.
    if (this.sending.state !== OpState.DONE) this.watchSending(transaction);
    return true;
  }

  // ---- response ----------------------------------------------------------------------------------------------

  protected respond(reply: Reply, ticket: number, from: Stage): void {
    const transaction = this.current;
    const { exchange, responder } = transaction;
    transaction.endedBy = reply.status < 400 ? Stage.END : from;
    const keepAlive = transaction.location.timeouts.keepAlive > 0 && this.mayKeep(transaction);
    responder.begin(transaction.parser.head, keepAlive, this.server.clock.text());
    this.stage = Stage.RESPONSE;
    responder.sendReply(reply, exchange, transaction.site, ticket);
    this.watchSending(transaction);
    this.watchWaiting();
  }

  /** Whether the server, but for the location, has nothing against another request on this connection. */
  private mayKeep(transaction: Transaction): boolean {
    // What has come already is answered also when the server stops: the last of it says that the connection ends.
    return (!this.server.closing || this.backlog !== null) && transaction.mayKeep(this.requests);
  }

  private watchSending(transaction: Transaction): void {
    transaction.patience.begin(this.loop.now, 0, 0);
    if (this.stage === Stage.RESPONSE) this.loop.arm(this.timer, transaction.location.timeouts.send);
  }

  /** Something has left: a part of the response, or the interim one that asked for the body. */
  protected left(op: Op): void {
    const transaction = this.current;
    if (this.stage === Stage.RESPONSE) {
      transaction.responder.complete(op);
      this.watchWaiting();
    } else if (op.result < 0) this.giveUp(op.result, 'send');
    else if (transaction.early !== null) this.answerEarly(transaction.early);
  }

  /** What is to be sent is being made, or read: a client that has gone is not to be found out by the next send alone. */
  private watchWaiting(): void {
    if (this.stage !== Stage.RESPONSE || this.sending.state !== OpState.IDLE) return;
    // What is left of a body is read when the response is over.
    if (!this.bodyWanted) this.watch();
  }

  responded(result: number, place: string): void {
    const transaction = this.current;
    const { responder } = transaction;
    if (result < 0) {
      transaction.cut(Stage.RESPONSE, result, place, !isByPeer(result, place));
      this.end(transaction, Writing.CUT);
      return;
    }
    if (responder.failed) transaction.endedBy = Stage.RESPONSE;
    this.end(transaction, responder.keepAlive ? Writing.KEPT : Writing.LAST);
  }

  // ---- end ---------------------------------------------------------------------------------------------------

  private end(transaction: Transaction, writing: Writing): void {
    this.stage = Stage.END;
    transaction.log();
    switch (fateOf(transaction.reading, writing, transaction.parser.head.keepAlive)) {
      case Fate.REUSE:
        this.reset();
        break;
      case Fate.DRAIN:
        this.beginDrain(transaction);
        break;
      case Fate.LINGER:
        this.linger();
        break;
      case Fate.CLOSE:
        // A response that was cut must not be taken for whole, by a client that waits for the end of the connection.
        if (writing === Writing.CUT) this.wire.abort(this);
        else this.wire.close(this);
    }
  }

  /** Ready for the next request, which may have come already. */
  protected reset(): void {
    const { server } = this;
    const backlog = this.takeBacklog();
    const transaction = this.current;
    transaction.renew();
    this.stage = Stage.REQUEST;
    if (this.halfClosed && backlog === null) {
      this.wire.close(this);
    } else if (backlog !== null) {
      this.pipelined++;
      if (transaction.pool !== server.transactions) this.leave(transaction);
      this.read(backlog, 0, backlog.length);
    } else {
      this.waitForRequest(transaction.location.timeouts.keepAlive);
      this.forgetMoved();
      this.leave(transaction);
      server.rest(this);
      this.receive();
    }
  }

  private leave(transaction: Transaction): void {
    this.transaction = null;
    transaction.pool.give(transaction);
  }

  // ---- time --------------------------------------------------------------------------------------------------

  override expire(): void {
    const { transaction } = this;
    if (this.lingering) {
      this.wire.close(this);
      return;
    }
    if (transaction === null || this.resting) {
      this.waitedEnough();
      return;
    }
    switch (this.stage) {
      case Stage.RESPONSE:
        this.judgeSending(transaction);
        break;
      case Stage.METHOD:
        // While an intake rests it is not the client who is slow; when it takes more, the time begins anew.
        if (transaction.reception?.resting !== true) this.bodyLate('body_timeout');
        break;
      case Stage.REQUEST:
        this.refuseHead(408, 'header_timeout');
        break;
      default:
        this.wire.close(this);
    }
  }

  private judgeSending(transaction: Transaction): void {
    const next = transaction.judgeSending(this.sending.pending);
    if (next > 0) this.loop.arm(this.timer, next);
    else this.wire.abort(this);
  }
}

/** How often a file is looked at that is changed while it is read. */
const LOOKS_MAX = 16;
