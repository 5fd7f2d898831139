import { Memory } from '@webserv/event-loop';
import type { Intake } from '@webserv/methods';
import type { RequestError } from '@webserv/request';
import { CONTINUE, type Reply } from '@webserv/response';
import { Connection } from '../connection.ts';
import type { Transaction } from '../transaction/transaction.ts';
import type { Reception, ReceptionOwner } from './reception.ts';
import { DRAIN_MAX, Reading, Stage } from './stage.ts';

/**
 * The bodies of a connection's requests: taken in by an intake, or read and thrown away where nobody wants them. What
 * answers, and what follows, is the affair of the class above it.
 */
export abstract class BodyConnection extends Connection implements ReceptionOwner {
  protected stage: Stage = Stage.ACCEPT;
  protected transaction: Transaction | null = null;
  /** Bytes of a head that is not whole. */
  private carried = 0;

  /** Answers with a reply, which stage `from` has made; `ticket` is the cache's, or -1. */
  protected abstract respond(reply: Reply, ticket: number, from: Stage): void;
  /** Answers what came with an error. */
  protected abstract refuseWith(status: number, place: string): void;
  /** The request and its response are over: on to the next one. */
  protected abstract reset(): void;

  /** Counts bytes of a head that is not whole. @returns false where there is no memory for them */
  protected carry(bytes: number): boolean {
    if (!this.memory.take(bytes)) return false;
    this.carried += bytes;
    return true;
  }

  protected forgetCarried(): void {
    if (this.carried === 0) return;
    this.memory.give(this.carried);
    this.carried = 0;
  }

  /** Where a request is under way. */
  protected get current(): Transaction {
    return this.transaction as Transaction;
  }

  protected get bodyWanted(): boolean {
    const reception = this.transaction?.reception ?? null;
    return reception !== null && !reception.whole;
  }

  receiveMore(): void {
    const transaction = this.current;
    const reception = this.bodyWanted ? transaction.reception : null;
    if (reception !== null) {
      if (reception.discarded > DRAIN_MAX) {
        // More of a body that nobody wants than is worth reading.
        transaction.reading = Reading.LOST;
        if (this.stage === Stage.END) this.linger();
        return;
      }
      if (this.stage !== Stage.RESPONSE) {
        this.loop.arm(this.timer, transaction.exchange.location.timeouts.body);
      }
    }
    this.receive(reception);
  }

  /** An intake is at work: the body goes to it as it comes, and its reply comes when it is ready. */
  protected takeIn(transaction: Transaction, intake: Intake): void {
    const { head } = transaction.parser;
    const reception = transaction.receptionOf(this);
    if (!head.hasBody) reception.begin(head, 0, this.memory);
    transaction.patience.begin(this.loop.now, 0, 0);
    // A client that waits is told to go on, unless it has begun already (RFC 9110 section 10.1.1).
    if (head.expectContinue && intake.wantsBody && this.backlog === null) {
      transaction.reading = Reading.LEFTOVER;
      this.wire.send(this.sending, GO_ON, 0, GO_ON.size);
    }
    reception.attach(intake);
    if (!reception.busy) return;
    if (reception.whole) this.awaitReply();
    else this.readBacklog(reception);
  }

  private readBacklog(reception: Reception): void {
    const backlog = this.takeBacklog();
    if (backlog === null) this.receiveMore();
    else reception.feed(backlog, 0, backlog.length);
  }

  protected readBody(bytes: Buffer, start: number, end: number): void {
    const transaction = this.current;
    // While a response leaves, it is the reading that is judged.
    const late = this.stage !== Stage.RESPONSE && transaction.sendsTooSlowly(end - start);
    if (late) this.bodyLate('min_rate');
    else (transaction.reception as Reception).feed(bytes, start, end);
  }

  bodyWhole(bytes: Buffer, start: number, end: number): void {
    // What is behind the body, and not kept, makes the connection no use for another request.
    this.current.reading = this.stash(bytes, start, end) ? Reading.WHOLE : Reading.LOST;
    if (this.stage === Stage.METHOD) this.awaitReply();
    else if (this.stage === Stage.END) this.reset();
  }

  bodyBroken(error: RequestError | null): void {
    this.current.reading = Reading.LOST;
    this.takeBacklog();
    if (this.stage === Stage.END) this.linger();
    else if (this.stage === Stage.METHOD) this.refuseWith(error?.status ?? 400, error?.code ?? 'body');
  }

  /** The intake answers in its own time; the connection is watched meanwhile, so that a client that goes is noticed. */
  private awaitReply(): void {
    this.loop.disarm(this.timer);
    this.watch();
  }

  answer(reply: Reply): void {
    // The 100 (Continue) is still leaving: the final answer waits behind it.
    if (this.sending.pending) this.current.early = reply;
    else this.answerEarly(reply);
  }

  protected answerEarly(reply: Reply): void {
    this.current.early = null;
    this.respond(reply, -1, Stage.METHOD);
  }

  /** Reads on to the end of a body that nobody wants, or wants any more. */
  protected beginDrain(transaction: Transaction): void {
    const reception = transaction.reception as Reception;
    const backlog = this.takeBacklog();
    transaction.patience.begin(this.loop.now, reception.received, reception.rested);
    if (backlog === null) reception.discard();
    else reception.feed(backlog, 0, backlog.length);
  }

  protected bodyLate(place: string): void {
    const transaction = this.current;
    if (this.stage !== Stage.METHOD) {
      this.wire.close(this);
      return;
    }
    transaction.reception?.abort();
    transaction.reading = Reading.LOST;
    this.refuseWith(408, place);
  }
}

const GO_ON = Memory.from(CONTINUE);
