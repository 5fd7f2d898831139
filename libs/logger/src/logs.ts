import { write } from 'node:fs';
import { type Loop, openDatagram } from '@webserv/event-loop';
import type { ErrorLog } from './error/error-log.ts';
import { type Destination, openDestination } from './file/destination.ts';
import { LogFile } from './file/log-file.ts';
import { type LogNotice, noticeText } from './file/log-notice.ts';
import type { BatchLimits } from './file/logger-udata.ts';
import type { OpenLog } from './file/open-log.ts';
import { type Dial, SyslogLog } from './syslog/syslog-log.ts';
import type { SyslogTarget } from './syslog/syslog-target.ts';

/** The events of an ending process that the logs use. */
export interface EndingProcess {
  on(event: 'exit' | 'uncaughtExceptionMonitor', listener: () => void): unknown;
  off(event: 'exit' | 'uncaughtExceptionMonitor', listener: () => void): unknown;
}

const STDERR = 2;

/** What the logs use of the system beside the loop. A test supplies its own. */
export interface LogSystem {
  /** Opens a log for appending. @returns the destination, or -errno */
  open(path: string): Destination | number;
  /** Opens the way to a system log. @returns a connected datagram socket, or -errno */
  readonly dial: Dial;
  /** Returns the log that stands for the one at this path, which is then neither opened nor dialled. */
  readonly instead?: (path: string) => OpenLog;
  /** Reports to an operator what no log can report. It does not wait, and ignores errors. */
  tell(text: string): void;
}

export const logSystem: LogSystem = {
  open: openDestination,
  dial: openDatagram,
  // A stalled standard error must not stall the server.
  tell: (text) => write(STDERR, text, () => {}),
};

/**
 * All logs of a process, each path open once. Two servers that name the same file share its batches, so their lines
 * stay whole and in order.
 */
export class Logs {
  private readonly loop: Loop;
  private readonly system: LogSystem;
  private readonly files = new Map<string, OpenLog>();
  private errors: ErrorLog | null = null;
  private errorPath = '';

  constructor(loop: Loop, system: LogSystem = logSystem) {
    this.loop = loop;
    this.system = system;
  }

  /** Returns the log at this path. It opens the path once, and the first limits hold. @returns the log, or -errno */
  open(path: string, limits: BatchLimits): OpenLog | number {
    const known = this.known(path);
    if (known !== undefined) return known;
    const open = this.system.open;
    const file = LogFile.open(this.loop, path, limits, (notice) => this.notice(notice), open);
    if (typeof file !== 'number') this.files.set(path, file);
    return file;
  }

  /**
   * Returns the system log that a config names so. It never fails: a receiver that is not there is a trouble of the log,
   * which is over when the receiver comes.
   */
  syslog(path: string, target: SyslogTarget): OpenLog {
    const known = this.known(path);
    if (known !== undefined) return known;
    const log = new SyslogLog(this.loop, path, target, this.system.dial, (notice) => this.notice(notice));
    this.files.set(path, log);
    return log;
  }

  private known(path: string): OpenLog | undefined {
    const known = this.files.get(path);
    if (known !== undefined || this.system.instead === undefined) return known;
    const log = this.system.instead(path);
    this.files.set(path, log);
    return log;
  }

  /** Closes every log but those at these paths. Its lines are written first. @returns the logs that are closed */
  keep(paths: ReadonlySet<string>): OpenLog[] {
    const others = [...this.files.values()].filter(({ path }) => !paths.has(path));
    for (const file of others) {
      this.files.delete(file.path);
      file.close(() => {});
    }
    return others;
  }

  /** Sets where the logs report their own troubles: an error log, and its path. The default is standard error: null. */
  reportTo(errors: ErrorLog | null, path: string): void {
    this.errors = errors;
    this.errorPath = path;
  }

  /** The lines of all logs that were never written. */
  get lost(): number {
    let lost = 0;
    for (const file of this.files.values()) lost += file.lost;
    return lost;
  }

  /** Writes the collected lines now. */
  flush(): void {
    for (const file of this.files.values()) file.flush();
  }

  /** Opens every path again, for log rotation. It reports a path that cannot be opened, and keeps that log as it is. */
  reopen(): void {
    for (const file of this.files.values()) {
      const error = file.reopen();
      if (error < 0) this.notice({ path: file.path, kind: 'failing', error, lost: 0 });
    }
  }

  /** Makes an account the owner of every file (see `LogFile.giveTo`). @returns the paths for which this failed */
  giveTo(uid: number, gid: number): string[] {
    const failed: string[] = [];
    for (const file of this.files.values()) if (file.giveTo(uid, gid) < 0) failed.push(file.path);
    return failed;
  }

  /** Writes everything before it returns. The error log is last, so it gets what the others report. */
  flushSync(): void {
    for (const file of this.files.values()) if (file.path !== this.errorPath) file.flushSync();
    this.files.get(this.errorPath)?.flushSync();
  }

  /** Flushes when the process ends, and before an exception ends it. @returns a function that undoes this */
  flushAtExit(ending: EndingProcess): () => void {
    const flush = (): void => this.flushSync();
    ending.on('exit', flush);
    ending.on('uncaughtExceptionMonitor', flush);
    return () => {
      ending.off('exit', flush);
      ending.off('uncaughtExceptionMonitor', flush);
    };
  }

  /** Writes everything through the loop and closes every log, the error log last. */
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
    // A log in trouble cannot report it itself, but it can report that the trouble is over.
    if (this.errors !== null && !(own && notice.kind !== 'recovered')) {
      if (notice.kind === 'failing') this.errors.error(noticeText(notice));
      else this.errors.warn(noticeText(notice));
    } else if (notice.path !== '/dev/stderr') {
      this.system.tell(`webserv: ${noticeText(notice)}\n`);
    }
  }
}
