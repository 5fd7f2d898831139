import type { RequestHead } from '@webserv/request';
import type { Reply } from '@webserv/response';
import type { Intake, IntakeClient, Outcome } from './intake.ts';

/** A body of this size is worth reading for the sake of its last chunk. */
export const HOLD_MAX = 64 << 10;

/**
 * Holds a good answer back until a chunked body that nobody wants has been read: whether a chunked request is well-formed
 * shows only at its end, and one that is not must be 400 (RFC 9112 section 7.1), whatever its method and however its
 * bytes come. A client that sends more than HOLD_MAX, or waits for 100 (Continue), has its answer before.
 */
export class HeldReply implements Intake {
  readonly wantsBody = false;
  private readonly reply: Reply;
  private client: IntakeClient | null = null;
  private received = 0;

  constructor(reply: Reply) {
    this.reply = reply;
  }

  open(client: IntakeClient): void {
    this.client = client;
  }

  take(_bytes: Buffer, start: number, end: number): boolean {
    this.received += end - start;
    if (this.received > HOLD_MAX) this.finish();
    return true;
  }

  finish(): void {
    const { client } = this;
    this.client = null;
    client?.reply(this.reply);
  }

  abort(): void {
    this.client = null;
    this.reply.release();
  }
}

/** The answer itself, or held back where the request has to be read first. A refusal is given at once. */
export function heldBack(head: RequestHead, outcome: Outcome): Outcome {
  if (!head.chunked || head.expectContinue || 'take' in outcome || outcome.status >= 400) return outcome;
  return new HeldReply(outcome);
}
