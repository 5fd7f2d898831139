import type { HeaderList, Reply, Successor } from '@webserv/response';
import { AwaitedReply } from '../awaited-reply.ts';
import type { Exchange } from '../exchange.ts';
import type { Outcome } from '../intake.ts';
import { scriptOnDisk } from '../scripts/mounted-script.ts';
import { permitted } from '../scripts/open-script.ts';
import type { Script } from '../scripts/script.ts';

/** Fields about the content of an answer, which a script replaces. */
const OF_CONTENT: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-security-policy',
  'content-type',
  'x-content-type-options',
]);

/** The script and what runs it. */
type Program = Pick<Script, 'file' | 'interpreter' | 'application'>;

/** Returns what makes the answer to an error, if the location of the request has a script for its status; otherwise null. */
export function errorScript(exchange: Exchange, status: number): Successor | null {
  const answer = exchange.location.errors.get(status);
  if (!answer?.script || exchange.failed !== null || !exchange.first.headIsRead) return null;
  return new ErrorScript(exchange, status, { file: answer.file, ...answer.script });
}

/**
 * Runs the script of an error. Its answer keeps what the error says beside its content. If the script cannot be run, or
 * fails, the reply that it was to replace is sent, and the log names both causes.
 */
class ErrorScript implements Successor {
  private readonly exchange: Exchange;
  private readonly status: number;
  private readonly program: Program;
  private refused: Reply | null = null;
  private awaited: AwaitedReply | null = null;

  constructor(exchange: Exchange, status: number, program: Program) {
    this.exchange = exchange;
    this.status = status;
    this.program = program;
  }

  begin(refused: Reply, done: (answer: Reply) => void): void {
    const exchange = this.exchange.failedWith(this.status);
    exchange.services.trace?.note(
      'script',
      `error ${this.status} script ${this.program.file}: it answers in place of the page`,
    );
    this.refused = refused;
    this.awaited = new AwaitedReply((reply) => {
      this.refused = null;
      done(reply.cause === null ? succeeding(reply, refused) : without(reply, refused));
    });
    this.awaited.of(this.run(exchange));
  }

  abandon(): void {
    this.awaited?.abort();
    this.refused?.release();
    this.refused = null;
  }

  private run(exchange: Exchange): Outcome {
    const { file, application } = this.program;
    const name = exchange.failed?.path ?? '';
    const script: Script = { ...this.program, name, pathInfo: '', translated: '' };
    const found = application === null ? scriptOnDisk(exchange, script) : permitted(exchange, script, file);
    return 'file' in found ? exchange.services.script(exchange, found) : found;
  }
}

/** Returns the answer of the script, with what the error says beside its content. */
function succeeding(reply: Reply, refused: Reply): Reply {
  if (reply.status === refused.status) addMissing(reply.headers, refused.headers);
  reply.cause = refused.cause;
  reply.closes ||= refused.closes;
  refused.release();
  return reply;
}

/** Adds the fields of an error that its script does not set itself: Allow, Retry-After, WWW-Authenticate, and the like. */
function addMissing(headers: HeaderList, fields: HeaderList): void {
  const own = new Set<string>();
  for (let index = 0; index < headers.count; index++) own.add(headers.nameAt(index).toLowerCase());
  for (let index = 0; index < fields.count; index++) {
    const name = fields.nameAt(index);
    const lower = name.toLowerCase();
    if (!OF_CONTENT.has(lower) && !own.has(lower)) headers.append(name, fields.valueAt(index));
  }
}

/** Returns the reply that stays as it is, because its script has failed with another one. */
function without(failed: Reply, refused: Reply): Reply {
  const { errno = 0, place = '' } = refused.cause ?? {};
  refused.cause = { errno, place: `${place}; error script: ${failed.cause?.place}`, faulty: true };
  failed.release();
  return refused;
}
