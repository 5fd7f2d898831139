import { writeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { type Config, ConfigUnpacker } from '@webserv/config';
import type { GivenSocket } from '@webserv/connection';
import type { Running } from '../process/running.ts';
import { StartError } from '../process/start-error.ts';
import { CONFIG, Lines, type Order, type Question, REPORT_FD, type Wish, type Word } from './words.ts';

/** Starts a server. @param recorded as of `Order` @throws StartError */
type Begin = (config: Config, sockets: readonly GivenSocket[], recorded: boolean) => Running;

/**
 * What a worker does: it serves a part of the config that its parent says, on sockets that it inherits, and ends when its
 * parent does. Signals that mean the whole server are the parent's.
 */
export class Worker {
  private readonly begin: Begin;
  private readonly unpacker = new ConfigUnpacker();
  private order: Order | null = null;
  private running: Running | null = null;
  private stopping = false;

  constructor(input: Readable, begin: Begin) {
    this.begin = begin;
    const lines = new Lines((line) => this.take(line));
    input.setEncoding('utf8');
    input.on('data', (text: string) => lines.feed(text));
    // The parent has gone: requests under way end, and nobody else comes.
    input.on('end', () => this.stop(this.graceMs));
    process.on('SIGTERM', () => this.stop(this.graceMs));
    process.on('SIGQUIT', () => this.stop(this.graceMs));
    process.on('SIGINT', () => this.stop(0));
    process.on('SIGHUP', () => {});
    process.on('SIGUSR1', () => this.running?.reopenLogs());
    process.on('SIGUSR2', () => this.running?.reportCaches());
    process.on('exit', () => this.running?.flushLogs());
    process.on('uncaughtExceptionMonitor', () => this.running?.flushLogs());
  }

  private get graceMs(): number {
    return this.running?.config.stopTimeout ?? 0;
  }

  private take(line: string): void {
    if (this.order === null) this.order = JSON.parse(line) as Order;
    else if (line.startsWith(CONFIG)) {
      const config = this.unpacker.take(line.slice(CONFIG.length));
      if (config !== null) this.serve(config, this.order);
    } else this.heed(JSON.parse(line) as Wish);
  }

  private serve(config: Config, { addresses, recorded }: Order): void {
    const sockets = addresses.map((address, index) => {
      return { fd: REPORT_FD + 1 + index, name: address, address };
    });
    try {
      this.running = this.begin(config, sockets, recorded);
    } catch (error) {
      const problem = error instanceof StartError ? error.message : String((error as Error).stack);
      say({ is: 'failed', problem });
      process.exit(1);
    }
    say({ is: 'serving', driver: this.running.driver });
  }

  private heed(wish: Wish): void {
    const { running } = this;
    if (wish.do === 'stop') this.stop(wish.graceMs);
    else if (running === null) return;
    else if (wish.do === 'reopen') running.reopenLogs();
    else if (wish.do === 'log-holdings') running.reportCaches();
    else say({ is: 'report', id: wish.id, report: answerOf(running, wish.question) });
  }

  private stop(graceMs: number): void {
    const { running, stopping } = this;
    this.stopping = true;
    if (running === null) process.exit(0);
    void running.close(graceMs).then(() => {
      if (!stopping) process.exit(0);
    });
  }
}

function answerOf(running: Running, question: Question): unknown {
  return question.about === 'counts' ? running.report() : running.runs(question.id);
}

/** The parent reads at once, and a worker without one has nobody to say anything to. */
function say(word: Word): void {
  const bytes = Buffer.from(`${JSON.stringify(word)}\n`);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(REPORT_FD, bytes, at);
  } catch {
    // It has gone: the end of the input follows.
  }
}
