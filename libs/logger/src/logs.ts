import { write } from 'node:fs';
import type { Loop } from '@webserv/event-loop';
import type { ErrorLog } from './error/error-log.ts';
import { type Destination, openDestination } from './file/destination.ts';
import { LogFile } from './file/log-file.ts';
import { type LogNotice, noticeText } from './file/log-notice.ts';
import type { BatchLimits } from './file/logger-udata.ts';

/** The events of a process that end it, as far as the logs care. */
export interface EndingProcess {
  on(event: 'exit' | 'uncaughtExceptionMonitor', listener: () => void): unknown;
  off(event: 'exit' | 'uncaughtExceptionMonitor', listener: () => void): unknown;
}

const STDERR = 2;

/** What the logs ask of the system beside the loop: a test puts another in its place. */
export interface LogSystem {
  /** Opens a log for appending. @returns the destination, or -errno */
  open(path: string): Destination | number;
  /** Tells an operator what no log can tell. Nobody waits for it, nor for what becomes of it. */
  tell(text: string): void;
}

export const logSystem: LogSystem = {
  open: openDestination,
  // A stalled standard error must not stall the server.
  tell: (text) => write(STDERR, text, () => {}),
};

/**
 * All logs of a process, each path open once: two servers that name the same file share its batches, so their lines
 * stay whole and in order.
 */
export class Logs {
  private readonly loop: Loop;
  private readonly system: LogSystem;
  private readonly files = new Map<string, LogFile>();
  private errors: ErrorLog | null = null;
  private errorPath = '';

  constructor(loop: Loop, system: LogSystem = logSystem) {
    this.loop = loop;
    this.system = system;
  }

  /** The log at this path, opened unless it is (then under its first limits). @returns the log, or -errno */
  open(path: string, limits: BatchLimits): LogFile | number {
    const known = this.files.get(path);
    if (known !== undefined) return known;
    const open = this.system.open;
    const file = LogFile.open(this.loop, path, limits, (notice) => this.notice(notice), open);
    if (typeof file !== 'number') this.files.set(path, file);
    return file;
  }

  /** Where the logs report their own troubles: an error log, and its path. Without one, standard error. */
  reportTo(errors: ErrorLog, path: string): void {
    this.errors = errors;
    this.errorPath = path;
  }

  /** Lines that were never written, of all logs. */
  get lost(): number {
    let lost = 0;
    for (const file of this.files.values()) lost += file.lost;
    return lost;
  }

  /** Has what has collected written now. */
  flush(): void {
    for (const file of this.files.values()) file.flush();
  }

  /** Opens every path anew, for log rotation. Those that cannot be opened go on as they are, which is reported. */
  reopen(): void {
    for (const file of this.files.values()) {
      const error = file.reopen();
      if (error < 0) this.notice({ path: file.path, kind: 'failing', error, lost: 0 });
    }
  }

  /** Makes an account the owner of every file, see `LogFile.giveTo`. @returns the paths that could not be given */
  giveTo(uid: number, gid: number): string[] {
    const failed: string[] = [];
    for (const file of this.files.values()) if (file.giveTo(uid, gid) < 0) failed.push(file.path);
    return failed;
  }

  /** Writes everything before it returns: what the others have to report of it still reaches the error log. */
  flushSync(): void {
    for (const file of this.files.values()) if (file.path !== this.errorPath) file.flushSync();
    this.files.get(this.errorPath)?.flushSync();
  }

  /** Flushes when the process ends, and before it dies of an exception. @returns what undoes this */
  flushAtExit(ending: EndingProcess): () => void {
    const flush = (): void => this.flushSync();
    ending.on('exit', flush);
    ending.on('uncaughtExceptionMonitor', flush);
    return () => {
      ending.off('exit', flush);
      ending.off('uncaughtExceptionMonitor', flush);
    };
  }

  /** Writes everything, through the loop, and closes every log; the error log last. */
  close(done: () => void): void {
    const last = this.files.get(this.errorPath);
    const others = [...this.files.values()].filter((file) => file !== last);
    const closeLast = (): void => (last === undefined ? done() : last.close(done));
    let open = others.length;
    if (open === 0) closeLast();
    for (const file of others) {
      file.close(() => {
        if (--open === 0) closeLast();
      });
    }
  }

  private notice(notice: LogNotice): void {
    const own = notice.path === this.errorPath;
    // A log in trouble cannot tell so itself, but it can tell that it is over.
    if (this.errors !== null && !(own && notice.kind !== 'recovered')) {
      if (notice.kind === 'failing') this.errors.error(noticeText(notice));
      else this.errors.warn(noticeText(notice));
    } else if (notice.path !== '/dev/stderr') {
      this.system.tell(`webserv: ${noticeText(notice)}\n`);
    }
  }
}
