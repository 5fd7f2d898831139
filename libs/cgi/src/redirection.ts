import type { Exchange, Intake, IntakeClient } from '@webserv/methods';
import { Reply } from '@webserv/response';
import type { Workshop } from './workshop.ts';

/**
 * The request that a local redirection stands for (RFC 3875 section 6.2.2), and its answer in place of the script's. What
 * is to be known of it afterwards stands in the log as the outer request's.
 */
export class Redirection implements IntakeClient {
  private readonly outer: Exchange;
  private readonly answered: (reply: Reply) => void;
  private inner: Exchange;
  private intake: Intake | null = null;

  /** @param answered called once, perhaps from within `follow` */
  constructor(outer: Exchange, answered: (reply: Reply) => void) {
    this.outer = outer;
    this.inner = outer;
    this.answered = answered;
  }

  follow(workshop: Workshop, target: string): void {
    const next = workshop.reprocess(this.outer, target);
    if (next instanceof Reply) {
      this.answered(next);
      return;
    }
    this.inner = next.exchange;
    if (next.outcome instanceof Reply) {
      this.reply(next.outcome);
      return;
    }
    this.intake = next.outcome;
    this.intake.open(this);
    this.intake.finish();
  }

  reply(reply: Reply): void {
    this.intake = null;
    this.outer.errno = this.inner.errno;
    this.outer.place = this.inner.place;
    this.answered(reply);
  }

  /** There is no body that could be paused. */
  resume(): void {}

  abort(): void {
    this.intake?.abort();
    this.intake = null;
  }
}
