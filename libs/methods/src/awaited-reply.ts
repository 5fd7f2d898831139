import { Reply } from '@webserv/response';
import type { Intake, IntakeClient, Outcome } from './intake.ts';

/** The reply to a request without a body that the server itself makes. */
export class AwaitedReply implements IntakeClient {
  private readonly came: (reply: Reply) => void;
  private intake: Intake | null = null;

  /** @param came called once, perhaps from within `of` */
  constructor(came: (reply: Reply) => void) {
    this.came = came;
  }

  of(outcome: Outcome): void {
    if (outcome instanceof Reply) {
      this.came(outcome);
      return;
    }
    this.intake = outcome;
    outcome.open(this);
    outcome.finish();
  }

  reply(reply: Reply): void {
    this.intake = null;
    this.came(reply);
  }

  /** Does nothing: there is no body to pause. */
  resume(): void {}

  /** Nobody waits any more. */
  abort(): void {
    this.intake?.abort();
    this.intake = null;
  }
}
