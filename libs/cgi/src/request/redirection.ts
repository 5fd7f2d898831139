import type { Exchange, Intake, IntakeClient } from '@webserv/methods';
import { Reply } from '@webserv/response';
import type { Workshop } from '../workshop/workshop.ts';

/** Runs the request that a local redirection stands for (RFC 3875, section 6.2.2). Its answer replaces the script's. */
export class Redirection implements IntakeClient {
  private readonly outer: Exchange;
  private readonly answered: (reply: Reply) => void;
  private intake: Intake | null = null;

  /** @param answered called once, perhaps from within `follow` */
  constructor(outer: Exchange, answered: (reply: Reply) => void) {
    this.outer = outer;
    this.answered = answered;
  }

  follow(workshop: Workshop, target: string): void {
    const outcome = workshop.reprocess(this.outer, target);
    if (outcome instanceof Reply) {
      this.answered(outcome);
      return;
    }
    this.intake = outcome;
    outcome.open(this);
    outcome.finish();
  }

  reply(reply: Reply): void {
    this.intake = null;
    this.answered(reply);
  }

  /** Does nothing: there is no body to pause. */
  resume(): void {}

  abort(): void {
    this.intake?.abort();
    this.intake = null;
  }
}
