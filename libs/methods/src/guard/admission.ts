import { Reply } from '@webserv/response';
import type { Room } from '../disk/room.ts';
import type { Exchange } from '../exchange.ts';
import { heldBack } from '../held-reply.ts';
import type { Intake, IntakeClient, Outcome } from '../intake.ts';
import type { Asking, Barred } from './barred.ts';
import { refusal } from './refusal.ts';

/**
 * A request that waits while its client is being judged, or its name is looked for. Its body waits. A client that may come in gets
 * what `go` makes of the request.
 */
export class Admission implements Intake {
  private readonly exchange: Exchange;
  private readonly asking: Asking;
  private readonly go: () => Outcome;
  /** What takes the request once its client may come in. */
  private inner: Intake | null = null;
  /** The first piece of the body. No other comes before it was taken. */
  private held: Buffer | null = null;
  private finished = false;

  constructor(exchange: Exchange, asking: Asking, go: () => Outcome) {
    this.exchange = exchange;
    this.asking = asking;
    this.go = go;
  }

  get wantsBody(): boolean {
    return this.inner?.wantsBody === true;
  }

  open(client: IntakeClient): void {
    const { asking, exchange } = this;
    // A thread answers, at a time of Node's own.
    asking.wait((barred) => exchange.caller.guarded(() => this.judged(client, barred)));
  }

  take(bytes: Buffer, start: number, end: number): boolean {
    if (this.inner !== null) return this.inner.take(bytes, start, end);
    this.held = Buffer.from(bytes.subarray(start, end));
    return false;
  }

  room(): Room | null {
    return this.inner?.room?.() ?? null;
  }

  finish(): void {
    this.finished = true;
    this.inner?.finish();
  }

  abort(): void {
    if (this.inner !== null) this.inner.abort();
    else this.asking.leave();
  }

  private judged(client: IntakeClient, barred: Barred | null): void {
    const { held, exchange } = this;
    this.held = null;
    const outcome = barred === null ? heldBack(exchange.head, this.go()) : refusal(exchange, barred);
    if (outcome instanceof Reply) {
      client.reply(outcome);
      return;
    }
    this.inner = outcome;
    outcome.open(client);
    if (this.finished) outcome.finish();
    else if (held === null || outcome.take(held, 0, held.length)) client.resume();
  }
}
