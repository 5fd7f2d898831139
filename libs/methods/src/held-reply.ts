import type { RequestHead } from '@webserv/request';
import type { Reply } from '@webserv/response';
import type { Intake, IntakeClient, Outcome } from './intake.ts';

/** The server reads up to this many bytes of an unwanted body, only to see its last chunk. */
export const HOLD_MAX = 64 << 10;

/**
 * Holds a good answer back until an unwanted chunked body has been read. Only its end shows whether the request is
 * well-formed. A malformed one must get 400 (RFC 9112 section 7.1), for every method and in any pieces. A client that sends
 * more than HOLD_MAX, or waits for 100 (Continue), gets its answer before the end.
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

/** Returns the answer, held back if the server must read the request first. A refusal leaves at once. */
export function heldBack(head: RequestHead, outcome: Outcome): Outcome {
  if (!head.chunked || head.expectContinue || 'take' in outcome || outcome.status >= 400) return outcome;
  return new HeldReply(outcome);
}
