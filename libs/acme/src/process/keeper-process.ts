import { Alarm, type Launcher, type ProcessOwner, ScriptProcess, ScriptUdata } from '@webserv/cgi';
import { Interest, type Loop, Memory, type Op } from '@webserv/event-loop';
import type { Job, Report } from '../keeper/job.ts';

/** The wait until a keeper that has ended is started again. It doubles up to the second figure. */
const AGAIN_MS = 1000;
const AGAIN_MAX_MS = 300_000;

/** Where the keeper's reports go. */
export interface KeeperLog {
  notice(message: string, facts?: Readonly<Record<string, string | number>>): void;
  warn(message: string, facts?: Readonly<Record<string, string | number>>): void;
}

/** How the process is started. */
export interface KeeperProgram {
  /** An absolute path. */
  readonly file: string;
  /** All arguments, the program's own name first. */
  readonly args: readonly string[];
}

/**
 * The keeper at work, as the server sees it: a child that gets the job by its standard input and says lines. It ends when
 * the input does, so also when the server is killed. A keeper that ends by itself is started again.
 */
export class KeeperProcess implements ProcessOwner {
  private readonly loop: Loop;
  private readonly launcher: Launcher;
  private readonly program: KeeperProgram;
  private readonly log: KeeperLog;
  private readonly job: Memory;
  private process: ScriptProcess | null = null;
  private input: ScriptUdata | null = null;
  private readonly again: Alarm;
  private waitMs = AGAIN_MS;
  private written = 0;
  private onClosed: (() => void) | null = null;

  constructor(loop: Loop, launcher: Launcher, program: KeeperProgram, job: Job, log: KeeperLog) {
    this.loop = loop;
    this.launcher = launcher;
    this.program = program;
    this.log = log;
    this.job = Memory.from(`${JSON.stringify(job)}\n`);
    this.again = new Alarm(loop, () => this.start());
  }

  start(): void {
    const { file, args } = this.program;
    const env = Object.entries(process.env).map(([name, value]) => `${name}=${value}`);
    this.process = new ScriptProcess(this.loop, this.launcher, this);
    this.process.start({ file, args, env, cwd: '', stdin: -1 });
  }

  /** Ends the keeper. @param done called once, when it is gone */
  close(done: () => void): void {
    this.onClosed = done;
    this.again.stop();
    this.closeInput();
    if (this.process === null) this.settle();
    else this.process.end();
  }

  started(): void {
    const { process } = this;
    if (process === null) return;
    // It says all that it has to say on its stderr.
    this.loop.discard(process.stdout);
    const input = new ScriptUdata({ worked: (_, op) => this.wrote(op), gone: () => {} }, process.stdin);
    process.stdout = -1;
    process.stdin = -1;
    this.input = input;
    this.written = 0;
    if (this.loop.register(input, Interest.WRITE) < 0) process.end();
    else this.write();
  }

  notStarted(errno: number): void {
    this.process = null;
    this.ended(`it cannot be started (${errno})`);
  }

  exited(status: number): void {
    this.process = null;
    this.closeInput();
    this.ended(status < 256 ? `it ended with code ${status}` : `it was ended by signal ${status - 256}`);
  }

  said(line: string): void {
    const report = reportOf(line);
    if (report === null) this.log.warn(`acme: ${line}`);
    else if (report.event === 'issued') {
      this.waitMs = AGAIN_MS;
      this.log.notice('acme: a certificate has been issued', {
        name: report.name,
        until: iso(report.notAfter),
      });
    } else {
      const next = iso(report.nextAt);
      this.log.warn('acme: no certificate', { name: report.name, reason: report.reason, next });
    }
  }

  private write(): void {
    const { input, job, written } = this;
    if (input !== null && written < job.size) {
      this.loop.write(input.writing, job, written, job.size - written, -1);
    }
  }

  private wrote(op: Op): void {
    if (op.result < 0) this.closeInput();
    else {
      this.written += op.result;
      this.write();
    }
  }

  private closeInput(): void {
    const { input } = this;
    this.input = null;
    if (input !== null) this.loop.close(input);
  }

  private ended(why: string): void {
    if (this.onClosed !== null) {
      this.settle();
      return;
    }
    this.log.warn('acme: the keeper of certificates is started again', { why, seconds: this.waitMs / 1000 });
    this.again.set(this.waitMs);
    this.waitMs = Math.min(2 * this.waitMs, AGAIN_MAX_MS);
  }

  private settle(): void {
    const done = this.onClosed;
    this.onClosed = null;
    done?.();
  }
}

function reportOf(line: string): Report | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as Report;
  } catch {
    return null;
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
