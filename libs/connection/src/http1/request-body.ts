import { assert, type Loop, Memory } from '@webserv/event-loop';
import type { Intake } from '@webserv/methods';
import type { Limits, RequestError, RequestHead } from '@webserv/request';
import { CONTINUE, type Reply } from '@webserv/response';
import type { Connection } from '../connection.ts';
import { Stage } from '../transaction/stage.ts';
import type { Transaction, TransactionOwner } from '../transaction/transaction.ts';
import { DRAIN_MAX, Reading, readingOf } from './fate.ts';
import { Reception, type ReceptionOwner } from './reception.ts';

/** The connection, as the body of its request sees it. */
export interface BodyOwner extends Connection, Pick<TransactionOwner, 'respond'> {
  readonly stage: Stage;
  /** The request and its response are over: on to the next one. */
  goOn(): void;
}

const GO_ON = Memory.from(CONTINUE);

/**
 * The body of one request: taken in by an intake, or read and thrown away where nobody wants it. It says how far the
 * request has been read; what answers, and what follows, its owner decides.
 *
 *     head read --takeIn--> taken in --whole--> reply awaited
 *               --answered early or refused--> drained, or lost
 */
export class RequestBody implements ReceptionOwner {
  reading: Reading = Reading.WHOLE;
  private readonly loop: Loop;
  private readonly limits: Limits;
  private readonly transaction: Transaction;
  /** Made for the first body: most requests have none. */
  private reception: Reception | null = null;
  /** What does not want the body yet of a client that waits for 100 (Continue). */
  private unsure: Intake | null = null;
  /** An answer that waits until the interim response has left. */
  private early: Reply | null = null;
  private connection: BodyOwner | null = null;

  constructor(loop: Loop, limits: Limits, transaction: Transaction) {
    this.loop = loop;
    this.limits = limits;
    this.transaction = transaction;
  }

  attach(connection: BodyOwner): void {
    this.connection = connection;
  }

  /** The body has not been read to its end. */
  get isOpen(): boolean {
    return this.reception !== null && !this.reception.whole;
  }

  /** The intake takes no more for now, or nobody has asked for the body, so the client cannot send. */
  get isHeld(): boolean {
    return this.unsure !== null || this.reception?.paused === true;
  }

  /** A head has been read: how far the request is read now. */
  headRead(head: RequestHead): void {
    this.unsure = null;
    this.reading = head.hasBody ? readingOf(head.contentLength, head.expectContinue) : Reading.WHOLE;
  }

  /** @returns its error where the announced length is over the limit */
  begin(head: RequestHead, limit: number): RequestError | null {
    return this.receptionNow().begin(head, limit, this.owner.memory);
  }

  /** An intake is at work: the body goes to it as it comes, and its reply comes when it is ready. */
  takeIn(intake: Intake): void {
    const { owner, loop } = this;
    const { head } = this.transaction.exchange;
    const reception = this.receptionNow();
    if (!head.hasBody) reception.begin(head, 0, owner.memory);
    this.transaction.patience.begin(loop.now, 0, 0);
    const waits = head.expectContinue && owner.backlog === null;
    this.unsure = waits && !intake.wantsBody ? intake : null;
    if (waits && intake.wantsBody) this.askForBody();
    reception.attach(intake);
    if (!reception.busy) return;
    if (reception.whole) this.awaitReply();
    else this.readBacklog(reception);
  }

  /** The server sends 100 to a client that waits, unless its body has begun (RFC 9110, section 10.1.1). */
  private askForBody(): void {
    const { owner } = this;
    this.reading = Reading.LEFTOVER;
    owner.wire.send(owner.sending, GO_ON, 0, GO_ON.size);
  }

  resumed(): void {
    const { unsure, loop, owner, transaction } = this;
    if (unsure === null || !unsure.wantsBody) return;
    this.unsure = null;
    this.askForBody();
    loop.arm(owner.timer, transaction.exchange.location.timeouts.body);
    // The time of the loop is true again once a timer is armed: this may be called between its rounds.
    transaction.patience.begin(loop.now, 0, 0);
  }

  /** Bytes of the body have come. They are lent for this call only. */
  received(bytes: Buffer, start: number, end: number): void {
    this.unsure = null;
    // While a response leaves, the client is judged by what it reads.
    const late = this.owner.stage !== Stage.RESPONSE && this.isTooSlow(end - start);
    if (late) this.late('min_rate');
    else this.receptionNow().feed(bytes, start, end);
  }

  receiveMore(): void {
    const { owner } = this;
    const reception = this.isOpen ? this.reception : null;
    if (reception !== null) {
      if (reception.discarded > DRAIN_MAX) {
        // More of a body that nobody wants than is worth reading.
        this.reading = Reading.LOST;
        if (owner.stage === Stage.END) owner.linger();
        return;
      }
      if (owner.stage !== Stage.RESPONSE) {
        this.loop.arm(owner.timer, this.transaction.exchange.location.timeouts.body);
      }
    }
    owner.receive(reception);
  }

  bodyWhole(bytes: Buffer, start: number, end: number): void {
    const { owner } = this;
    // Where what is behind the body could not be kept, the connection takes no other request.
    this.reading = owner.stash(bytes, start, end) ? Reading.WHOLE : Reading.LOST;
    if (owner.stage === Stage.METHOD) this.awaitReply();
    else if (owner.stage === Stage.END) owner.goOn();
  }

  bodyBroken(error: RequestError | null): void {
    const { owner } = this;
    this.reading = Reading.LOST;
    owner.takeBacklog();
    if (owner.stage === Stage.END) owner.linger();
    else if (owner.stage === Stage.METHOD) this.refuse(error?.status ?? 400, error?.code ?? 'body');
  }

  answer(reply: Reply): void {
    this.unsure = null;
    // While the 100 (Continue) is leaving, the final answer waits behind it.
    if (this.owner.sending.pending) this.early = reply;
    else this.owner.respond(reply, -1, Stage.METHOD);
  }

  /** The interim response has left. */
  interimLeft(): void {
    const { early } = this;
    if (early === null) return;
    this.early = null;
    this.owner.respond(early, -1, Stage.METHOD);
  }

  /** Reads on to the end of a body that nobody wants, or wants any more. */
  drain(): void {
    const reception = this.receptionNow();
    const backlog = this.owner.takeBacklog();
    this.transaction.patience.begin(this.loop.now, reception.received, reception.pausedFor);
    if (backlog === null) reception.discard();
    else reception.feed(backlog, 0, backlog.length);
  }

  /** The client has taken too long for it. */
  late(place: string): void {
    const { owner } = this;
    if (owner.stage !== Stage.METHOD) {
      owner.wire.close(owner);
      return;
    }
    this.reception?.abort();
    this.reading = Reading.LOST;
    this.refuse(408, place);
  }

  /** The connection is closed: lets go of what is under way. */
  close(): void {
    this.reception?.abort();
    this.early?.release();
    this.early = null;
  }

  private refuse(status: number, place: string): void {
    this.transaction.refuse(status, place, Stage.REQUEST);
  }

  private get owner(): BodyOwner {
    const { connection } = this;
    assert(connection !== null, 'a body comes by a connection');
    return connection;
  }

  private receptionNow(): Reception {
    this.reception ??= new Reception(this.loop, this.limits, this);
    return this.reception;
  }

  private readBacklog(reception: Reception): void {
    const backlog = this.owner.takeBacklog();
    if (backlog === null) this.receiveMore();
    else reception.feed(backlog, 0, backlog.length);
  }

  /** Whether the client has taken too long, `size` more bytes of which have come. */
  private isTooSlow(size: number): boolean {
    const { patience, exchange } = this.transaction;
    const { received, pausedFor } = this.receptionNow();
    const { timeouts, minRate } = exchange.location;
    return patience.look(this.loop.now, received + size, pausedFor, timeouts.body, minRate) === 0;
  }

  /** The intake answers in its own time. The connection is watched meanwhile, so that a client that goes is noticed. */
  private awaitReply(): void {
    this.loop.disarm(this.owner.timer);
    this.owner.watch();
  }
}
