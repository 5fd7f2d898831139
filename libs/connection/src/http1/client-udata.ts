import { assert, type Op, OpState } from '@webserv/event-loop';
import type { Ends, Secure } from '@webserv/methods';
import { FeedStatus } from '@webserv/request';
import type { Reply } from '@webserv/response';
import { type Guest, type Host, Standing } from '../accept/guest.ts';
import type { Neighbours } from '../accept/neighbourhood.ts';
import { Connection } from '../connection.ts';
import type { Edition } from '../edition.ts';
import { Stage } from '../transaction/stage.ts';
import type { Wire } from '../wire.ts';
import { Fate, fateOf, Reading, Writing } from './fate.ts';
import type { Round, RoundOwner, RoundPool } from './round.ts';

/**
 * How long a client that has no request under way may still send one when the server stops, and how long it may take to
 * see that the connection has ended: a request that is just arriving is answered, not reset.
 */
const QUIET_MS = 300;

/** How far the time of a connection without a request has run. */
const Idle = {
  RUNNING: 0,
  /** It has run out. The connection closes if nothing comes in the rest of that tick. */
  LAST_LOOK: 1,
} as const;
type Idle = (typeof Idle)[keyof typeof Idle];

/**
 * One connection that speaks HTTP/1.1. A request passes request -> method -> response -> end, each with its own step; the
 * error of a stage is a reply like any other. Nothing is read while a response is under way: what the client sends
 * meanwhile waits in the kernel, which is all the back-pressure that pipelining needs.
 *
 * What one request alone needs is its round's, and an idle connection has none.
 */
export class ClientUdata extends Connection implements RoundOwner, Guest {
  previous: Guest | null = null;
  next: Guest | null = null;
  standing: Standing = Standing.BUSY;
  neighbours: Neighbours<Guest> | null = null;
  headSince = 0;
  readonly remote: string;
  stage: Stage = Stage.ACCEPT;
  private readonly host: Host;
  private readonly rounds: () => RoundPool;
  private round: Round | null = null;
  private requests = 0;
  /** Requests that had come already when the one before them was answered, since bytes came last. */
  private pipelined = 0;
  private idle: Idle = Idle.RUNNING;

  /** @param rounds gives those of the edition that the listening socket serves now */
  constructor(
    host: Host,
    rounds: () => RoundPool,
    fd: number,
    remote: string,
    wire: Wire,
    secure: Secure | null,
  ) {
    super(wire, fd, host.edition.defaultSite.memory, secure);
    this.host = host;
    this.rounds = rounds;
    this.remote = remote;
  }

  override ends(): Ends {
    const ends = super.ends();
    return this.host.proxied ? { ...ends, remotePort: 0 } : ends;
  }

  start(): void {
    this.stage = Stage.REQUEST;
    this.waitForRequest(this.host.edition.defaultSite.server.timeouts.header);
    this.receive();
  }

  /** The server stops: a connection without a request has a moment for one that is on its way already. */
  serverStops(): void {
    if (this.isIdle) this.waitForRequest(QUIET_MS);
  }

  /** Closes at once; what is under way is not taken for whole. */
  cut(place: string): void {
    this.note(0, place, false);
    if (this.stage === Stage.RESPONSE) this.wire.abort(this);
    else this.wire.close(this);
  }

  cutUnder(edition: Edition, place: string): void {
    if (this.round?.pool.edition === edition) this.cut(place);
  }

  override dispose(): void {
    try {
      this.loop.disarm(this.timer);
      // A caller that closes gives the reason, unless a fault closed it.
      this.note(0, 'fault', true);
      this.round?.close(this.memory);
    } finally {
      this.takeBacklog();
      this.round = null;
      this.wire.release(this);
      this.host.clientGone(this);
    }
  }

  // ---- request -----------------------------------------------------------------------------------------------

  protected received(bytes: Buffer, start: number, end: number): void {
    this.pipelined = 0;
    if (this.stage === Stage.REQUEST) this.read(bytes, start, end);
    // A backlog lies before these bytes: while an answer leaves that came before its body was read, they wait behind it.
    else if (this.current.body.isOpen && this.backlog === null) this.current.body.received(bytes, start, end);
    else if (this.stashMore(bytes, start, end)) this.watch();
    else this.current.body.reading = Reading.LOST;
  }

  /** A client whose whole request is being answered may still be reading (a half-close). */
  protected ended(result: number): void {
    const bodyOpen = this.round?.body.isOpen === true;
    const whole = this.stage === Stage.RESPONSE || (this.stage === Stage.METHOD && !bodyOpen);
    if (result < 0 || !whole) this.giveUp(result, result < 0 ? 'recv' : 'closed by the client');
  }

  private giveUp(errno: number, place: string): void {
    this.note(errno, place, false);
    this.wire.close(this);
  }

  /** Notes why a request that has begun will not be answered, or not to its end; what was noted first stands. */
  private note(errno: number, place: string, faulty: boolean): void {
    const { round } = this;
    if (round === null) return;
    const { transaction, parser } = round;
    if (this.stage === Stage.REQUEST && parser.started && !transaction.unlogged) this.openUnread(round);
    if (transaction.unlogged) transaction.cut(this.stage, errno, place, faulty);
  }

  private begin(): Round {
    const round = this.rounds().take();
    round.attach(this);
    this.round = round;
    return round;
  }

  private read(bytes: Buffer, start: number, end: number): void {
    const { host } = this;
    if (this.standing === Standing.IDLE) host.becameBusy(this);
    const round = this.round ?? this.begin();
    const { parser, transaction } = round;
    if (transaction.startedAt === 0) transaction.startedAt = this.loop.now;
    const status = parser.feed(bytes, start, end);
    if (status === FeedStatus.PARTIAL) {
      if (this.standing !== Standing.HEAD) host.headBegun(this);
    } else if (this.standing === Standing.HEAD) host.becameBusy(this);
    if (status === FeedStatus.HEAD) {
      round.forgetCarried(this.memory);
      this.method(round, this.stash(bytes, parser.consumed, end));
    } else if (status === FeedStatus.ERROR) {
      this.refuseHead(round, parser.error?.status ?? 400, parser.error?.code ?? 'bad-request');
    } else this.readOn(round, end - start);
  }

  /** A part of a head has come. */
  private readOn(round: Round, size: number): void {
    // One time for the whole head, from its first byte: a client that trickles does not win time by it.
    if (!round.headTimed) this.loop.arm(this.timer, round.transaction.site.server.timeouts.header);
    round.headTimed = true;
    if (!round.carry(size, this.memory)) this.refuseHead(round, 503, 'memory_limit');
    else if (this.halfClosed) this.giveUp(0, 'closed by the client');
    else this.receive();
  }

  /** What cannot be understood ends the connection: nothing behind it may be taken for a request. */
  private refuseHead(round: Round, status: number, place: string): void {
    this.openUnread(round);
    round.transaction.refuse(status, place, Stage.REQUEST);
  }

  /** A request whose head will not become whole. */
  private openUnread(round: Round): void {
    const { parser, body, transaction } = round;
    this.takeBacklog();
    this.requests++;
    body.reading = Reading.LOST;
    round.forgetCarried(this.memory);
    parser.abandon();
    transaction.headRefused(parser.requestLine, this.host.clock.now());
  }

  // ---- method ------------------------------------------------------------------------------------------------

  /** @param kept what has come behind the head is in the backlog, and not lost */
  private method(round: Round, kept: boolean): void {
    const { transaction, body } = round;
    const { head } = transaction.exchange;
    this.stage = Stage.METHOD;
    this.requests++;
    transaction.headRead(this.host.clock.now());
    body.headRead(head);
    const tooMany = this.pipelined > transaction.site.server.maxPipeline;
    const { elsewhere } = transaction;
    const barred = elsewhere || tooMany ? null : transaction.barred;
    if (!head.hasBody && !tooMany && kept && !elsewhere && barred === null && this.answerFromCache(round))
      return;
    transaction.locate();
    if (tooMany) round.refuseRest(429, 'max_pipeline', Stage.REQUEST);
    else if (!kept) round.refuseRest(503, 'memory_limit', Stage.REQUEST);
    else if (elsewhere) round.turnAway(null);
    else if (barred !== null) round.turnAway(barred);
    else if (head.hasBody && body.begin(head, transaction.location.bodySize) !== null) {
      round.refuseRest(413, 'body_size', Stage.METHOD);
    } else this.dispatch(round);
  }

  private dispatch({ transaction, body }: Round): void {
    const intake = transaction.dispatch();
    if (intake !== null) body.takeIn(intake);
  }

  fileChanged(): void {
    const round = this.current;
    if (round.transaction.mayLookAgain(this.host.clock.now())) {
      this.stage = Stage.METHOD;
      this.dispatch(round);
    } else this.end(round, Writing.CUT);
  }

  private answerFromCache(round: Round): boolean {
    const { transaction, outlet, parser } = round;
    const { head } = parser;
    if (head.method !== 'GET' && head.method !== 'HEAD') return false;
    outlet.begin(head, this.mayKeep(round), this.host.clock.text(), round.lastLine);
    if (!transaction.answerFromCache()) return false;
    this.stage = Stage.RESPONSE;
    // A page is one send. Where it has left already, the next deadline is the one of the idle connection.
    if (this.sending.state !== OpState.DONE) this.watchSending(round);
    return true;
  }

  // ---- response ----------------------------------------------------------------------------------------------

  respond(reply: Reply, ticket: number, from: Stage): void {
    const round = this.current;
    this.stage = Stage.RESPONSE;
    const { transaction, outlet, parser } = round;
    const mayKeep = this.mayKeep(round) && transaction.location.timeouts.keepAlive > 0;
    outlet.begin(parser.head, mayKeep, this.host.clock.text(), round.lastLine);
    transaction.answer(reply, ticket, from);
    this.watchSending(round);
    this.watchWaiting();
  }

  /** True if the server allows another request on this connection; the location may still forbid it. */
  private mayKeep(round: Round): boolean {
    // What has come already is answered also when the server stops: the last of it says that the connection ends.
    return (!this.host.closing || this.backlog !== null) && round.mayKeep(this.requests);
  }

  private watchSending({ transaction }: Round): void {
    transaction.patience.begin(this.loop.now, 0, 0);
    if (this.stage === Stage.RESPONSE) this.loop.arm(this.timer, transaction.location.timeouts.send);
  }

  /** A part of the response has left, or the interim one that asked for the body. */
  protected sent(op: Op): void {
    const { outlet, body } = this.current;
    if (this.stage === Stage.RESPONSE) {
      outlet.complete(op);
      this.watchWaiting();
    } else if (op.result < 0) this.giveUp(op.result, 'send');
    else body.interimLeft();
  }

  /** While what is to be sent is being made or read, a client that goes is seen before the next send. */
  private watchWaiting(): void {
    if (this.stage !== Stage.RESPONSE || this.sending.state !== OpState.IDLE) return;
    // What remains of a body is read when the response is over.
    if (!this.current.body.isOpen) this.watch();
  }

  responded(result: number, place: string): void {
    const round = this.current;
    const { transaction, outlet } = round;
    if (!transaction.answered(result, place)) this.end(round, Writing.CUT);
    else this.end(round, outlet.keepAlive ? Writing.KEPT : Writing.LAST);
  }

  // ---- end ---------------------------------------------------------------------------------------------------

  private end(round: Round, writing: Writing): void {
    const { transaction, body, outlet, parser } = round;
    this.stage = Stage.END;
    transaction.log();
    // A client of TLS may say close_notify behind its last request: left unread, it would take the answer from the client.
    const more = parser.head.keepAlive || this.secure !== null;
    switch (fateOf(body.reading, writing, more)) {
      case Fate.REUSE:
        this.goOn();
        break;
      case Fate.DRAIN:
        body.drain();
        break;
      case Fate.LINGER:
        this.linger();
        break;
      case Fate.CLOSE:
        // A response that was cut must not be taken for whole, by a client that waits for the end of the connection.
        if (writing === Writing.CUT) outlet.abort();
        else this.wire.close(this);
    }
  }

  /** Ready for the next request, which may have come already. */
  goOn(): void {
    const { host } = this;
    const backlog = this.takeBacklog();
    const round = this.current;
    round.renew();
    this.stage = Stage.REQUEST;
    if (this.halfClosed && backlog === null) {
      this.wire.close(this);
    } else if (backlog !== null) {
      this.pipelined++;
      if (round.pool !== this.rounds()) this.leave(round);
      this.read(backlog, 0, backlog.length);
    } else {
      this.waitForRequest(round.transaction.location.timeouts.keepAlive);
      this.forgetMoved();
      this.leave(round);
      host.becameIdle(this);
      this.receive();
    }
  }

  private leave(round: Round): void {
    this.round = null;
    round.pool.give(round);
  }

  // ---- time --------------------------------------------------------------------------------------------------

  override expire(): void {
    const { round } = this;
    if (this.lingering) this.wire.close(this);
    else if (round === null || this.isIdle) this.waitedEnough();
    else if (this.stage === Stage.RESPONSE) this.judgeSending(round);
    else if (this.stage === Stage.REQUEST) this.refuseHead(round, 408, 'header_timeout');
    else if (this.stage !== Stage.METHOD) this.wire.close(this);
    // While an intake is paused the client is not to blame. When the intake takes more, the time starts again.
    else if (!round.body.isHeld) round.body.late('body_timeout');
  }

  private judgeSending({ transaction, outlet }: Round): void {
    const next = transaction.judgeSending(this.sending.pending);
    if (next > 0) this.loop.arm(this.timer, next);
    else outlet.abort();
  }

  /** Nothing of a request has come, or nothing but a blank line. */
  private get isIdle(): boolean {
    return this.stage === Stage.REQUEST && this.round?.parser.started !== true;
  }

  /** @param timeoutMs how long, where the server goes on */
  private waitForRequest(timeoutMs: number): void {
    this.idle = Idle.RUNNING;
    this.loop.arm(this.timer, this.host.closing ? Math.min(timeoutMs, QUIET_MS) : timeoutMs);
  }

  /**
   * No request has come. A tick runs timers before completions, so the connection first looks at what has come meanwhile.
   * When the server stops, the client reads an end, and no reset answers what crosses that end.
   */
  private waitedEnough(): void {
    if (this.idle === Idle.RUNNING) {
      this.idle = Idle.LAST_LOOK;
      this.loop.arm(this.timer, 0);
    } else if (this.host.closing) this.linger(QUIET_MS);
    else this.wire.close(this);
  }

  private get current(): Round {
    const { round } = this;
    assert(round !== null, 'a request is under way');
    return round;
  }
}
