import { Reply } from '@webserv/response';
import type { Room } from '../disk/room.ts';
import type { Intake, IntakeClient, Outcome } from '../intake.ts';

/** Changes the reply of an outcome: at once if it is there already, otherwise when it comes. */
export function changedReply(outcome: Outcome, change: (reply: Reply) => void): Outcome {
  if (!(outcome instanceof Reply)) return new ChangedReply(outcome, change);
  change(outcome);
  return outcome;
}

/** An intake whose reply is changed before its client gets it. */
class ChangedReply implements Intake {
  private readonly inner: Intake;
  private readonly change: (reply: Reply) => void;

  constructor(inner: Intake, change: (reply: Reply) => void) {
    this.inner = inner;
    this.change = change;
  }

  get wantsBody(): boolean {
    return this.inner.wantsBody;
  }

  open(client: IntakeClient): void {
    this.inner.open({
      reply: (reply) => {
        this.change(reply);
        client.reply(reply);
      },
      resume: () => client.resume(),
    });
  }

  take(bytes: Buffer, start: number, end: number): boolean {
    return this.inner.take(bytes, start, end);
  }

  room(): Room | null {
    return this.inner.room?.() ?? null;
  }

  finish(): void {
    this.inner.finish();
  }

  abort(): void {
    this.inner.abort();
  }
}
