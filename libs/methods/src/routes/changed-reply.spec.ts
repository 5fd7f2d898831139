import { type Reply, text } from '@webserv/response';
import type { Intake, IntakeClient } from '../intake.ts';
import { changedReply } from './changed-reply.ts';

const marked = (reply: Reply): void => void reply.headers.set('X-Marked', 'yes');

describe('the reply of an outcome', () => {
  it('is changed at once if it is there', () => {
    const reply = text(200, 'now');
    expect([changedReply(reply, marked), reply.headers.get('X-Marked')]).toEqual([reply, 'yes']);
  });

  it('is changed when it comes, and the intake gets all that it would get', () => {
    const calls: string[] = [];
    let client: IntakeClient | null = null;
    const inner: Intake = {
      wantsBody: true,
      open: (given) => {
        client = given;
      },
      take: (_bytes, start, end) => {
        calls.push(`take ${start} ${end}`);
        return false;
      },
      finish: () => void calls.push('finish'),
      abort: () => void calls.push('abort'),
    };
    const intake = changedReply(inner, marked) as Intake;
    const replies: (string | undefined)[] = [];
    intake.open({
      reply: ({ headers }) => void replies.push(headers.get('X-Marked')),
      resume: () => void calls.push('resume'),
    });
    expect([intake.wantsBody, intake.room?.(), intake.take(Buffer.alloc(3), 1, 3)]).toEqual([
      true,
      null,
      false,
    ]);
    intake.finish();
    intake.abort();
    const given = client as IntakeClient | null;
    given?.resume();
    given?.reply(text(200, 'later'));
    expect([calls, replies]).toEqual([['take 1 3', 'finish', 'abort', 'resume'], ['yes']]);
  });
});
