import type { Reply } from '@webserv/response';
import type { Exchange } from '../exchange.ts';
import { failedCall } from '../failure.ts';
import { HOLD_MAX } from '../held-reply.ts';
import type { Intake, IntakeClient } from '../intake.ts';
import type { BeginningOwner, ListingBody } from './listing-body.ts';
import type { ListingPlace } from './listings.ts';

/**
 * Waits until a listing can be sent. Only after the folder is read and sorted it is known whether that works. The intake
 * waits for the unwanted body of the request in the same cases as a `HeldReply`.
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

  /** @param reply the reply whose content is `body` */
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
