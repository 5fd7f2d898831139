import { AdminAnswers, type Answer, type Later, withoutSecrets } from '@webserv/admin';
import { type Admin, effective, type Location } from '@webserv/config';
import type { Ended, Site } from '@webserv/connection';
import type { ErrorLog } from '@webserv/logger';
import { type Exchange, type Intake, type IntakeClient, MemoryLedger, type Outcome } from '@webserv/methods';
import { Pages } from '@webserv/pages';
import { FieldId } from '@webserv/request';
import { Reply, withoutContent } from '@webserv/response';
import type { HostedEdition } from '../edition/hosted-edition.ts';
import type { Engine } from '../process/engine.ts';

/**
 * The site behind an admin address. It has no files: what it says comes from the registry. Its memory is its own, so that it
 * answers when the requests of others have used up theirs.
 */
export class AdminSite implements Site {
  readonly server: Admin['server'];
  readonly pages: Pages;
  readonly memory: MemoryLedger;
  readonly answers: (exchange: Exchange) => Outcome;
  private readonly errorLog: ErrorLog;

  constructor(admin: Admin, edition: HostedEdition, engine: Engine) {
    const { server, isPublic, listen } = admin;
    this.server = server;
    this.memory = new MemoryLedger(server.memoryLimit);
    this.pages = new Pages(server, engine.watches, engine.compressor, this.memory);
    this.errorLog = engine.book.error(server.errorLog, edition.logs);
    const answers = new AdminAnswers(engine.registry, {
      config: () => withoutSecrets(effective(edition.whole)),
      local: !isPublic,
      unix: listen.family === 'unix',
    });
    this.answers = (exchange) => this.answer(answers, exchange);
  }

  locate(): Location {
    return this.server.locations[0];
  }

  /** Scrapes and probes fill no log. What was done here is in it. */
  record({ exchange, status, requestLine }: Ended): void {
    const { method, path } = exchange.head;
    if (requestLine === '' && method === 'POST') this.errorLog.notice(`admin: POST ${path}`, { status });
  }

  info(message: string, facts: Readonly<Record<string, string | number>>): void {
    this.errorLog.info(message, facts);
  }

  warn(message: string, facts: Readonly<Record<string, string | number>>): void {
    this.errorLog.warn(message, facts);
  }

  private answer(answers: AdminAnswers, { head }: Exchange): Outcome {
    const { method, path, query, headers } = head;
    const answer = answers.answer({
      method,
      path,
      query,
      accept: headers.known(FieldId.ACCEPT) ?? '',
      host: headers.known(FieldId.HOST) ?? '',
      origin: headers.known(FieldId.ORIGIN) ?? '',
    });
    const say = (said: Answer): Reply => (method === 'HEAD' ? withoutContent(replyOf(said)) : replyOf(said));
    return typeof answer === 'function' ? new LateAnswer(answer, say) : say(answer);
  }
}

function replyOf({ status, contentType, body, headers }: Answer): Reply {
  const reply = new Reply(status, { kind: 'bytes', bytes: Buffer.from(body) });
  reply.headers.append('Content-Type', contentType);
  reply.headers.append('Cache-Control', 'no-store');
  reply.headers.append('X-Content-Type-Options', 'nosniff');
  for (const [name, value] of headers) reply.headers.append(name, value);
  return reply;
}

/** Waits for the end of a request, and then for its answer. */
class LateAnswer implements Intake {
  readonly wantsBody = true;
  private readonly begin: Later;
  private readonly say: (answer: Answer) => Reply;
  private client: IntakeClient | null = null;

  constructor(begin: Later, say: (answer: Answer) => Reply) {
    this.begin = begin;
    this.say = say;
  }

  open(client: IntakeClient): void {
    this.client = client;
  }

  /** An action takes no content. */
  take(): boolean {
    return true;
  }

  finish(): void {
    this.begin((answer) => this.client?.reply(this.say(answer)));
  }

  /** What was begun goes on. Nobody waits for its answer any more. */
  abort(): void {
    this.client = null;
  }
}
