import type { Reply } from '@webserv/response';
import type { Exchange } from '../exchange.ts';
import { failedCall } from '../failure.ts';
import { HOLD_MAX } from '../held-reply.ts';
import type { Intake, IntakeClient } from '../intake.ts';
import type { BeginningOwner, ListingBody } from './listing-body.ts';
import type { ListingPlace } from './listings.ts';

/**
 * Waits until a listing can be sent: whether it can shows when the folder has been read and sorted. The body of the
 * request, which nobody wants, is waited for where a `HeldReply` would.
 */
export class ListingIntake implements Intake, BeginningOwner {
  readonly wantsBody = false;
  private readonly exchange: Exchange;
  private readonly reply: Reply;
  private readonly body: ListingBody;
  private readonly place: ListingPlace;
  private readonly held: boolean;
  private client: IntakeClient | null = null;
  private received = 0;
  private begunAlready = false;

  /** @param reply whose content is `body` */
  constructor(exchange: Exchange, reply: Reply, body: ListingBody, place: ListingPlace) {
    const { head } = exchange;
    this.exchange = exchange;
    this.reply = reply;
    this.body = body;
    this.place = place;
    this.held = head.chunked && !head.expectContinue;
  }

  open(client: IntakeClient): void {
    this.client = client;
    if (!this.held) this.begin();
  }

  take(_bytes: Buffer, start: number, end: number): boolean {
    this.received += end - start;
    if (this.received > HOLD_MAX) this.begin();
    return true;
  }

  finish(): void {
    this.begin();
  }

  abort(): void {
    this.client = null;
    if (this.begunAlready) this.reply.release();
    else this.place.leave();
    this.begunAlready = true;
  }

  begun(): void {
    this.answer(this.reply);
  }

  failed(errno: number, place: string): void {
    this.reply.release();
    this.answer(failedCall(this.exchange, errno, place));
  }

  private begin(): void {
    if (this.begunAlready) return;
    this.begunAlready = true;
    this.body.prepare(this.place, this);
  }

  private answer(reply: Reply): void {
    const { client } = this;
    this.client = null;
    client?.reply(reply);
  }
}
