import type { Loop } from '@webserv/event-loop';
import type { AccessChoice } from './access/access-filter.ts';
import { type AccessFormat, AccessLog } from './access/access-log.ts';
import { type ErrorFormat, ErrorLog, type Level } from './error/error-log.ts';
import type { OpenLog } from './file/open-log.ts';
import { LogClock } from './text/log-clock.ts';

/**
 * The access and error logs of a process, over its files. Servers that write the same form to the same file share one
 * log, because each log has caches of its own, and thousands of servers mostly write to a few files.
 */
export class LogWriters {
  private readonly clock: LogClock;
  private readonly accessLogs = new Map<OpenLog | null, Map<string, AccessLog>>();
  private readonly errorLogs = new Map<OpenLog | null, Map<string, ErrorLog>>();

  /** @param loop its time decides when to read the wall clock; without a loop, each line reads it */
  constructor(loop?: Loop) {
    this.clock = new LogClock(loop);
  }

  /** Forgets the logs of a file that is closed. */
  forget(file: OpenLog): void {
    this.accessLogs.delete(file);
    this.errorLogs.delete(file);
  }

  /**
   * @param file the log; null for `off`
   * @param choice the requests that are written, counted over all servers that share the log; null for all
   */
  access(file: OpenLog | null, format: AccessFormat, choice: AccessChoice | null = null): AccessLog {
    const form = `${typeof format === 'string' ? format : JSON.stringify(format)} ${JSON.stringify(choice)}`;
    return shared(this.accessLogs, file, form, () => {
      return new AccessLog(file, format, this.clock, file?.colored ?? false, choice);
    });
  }

  /** @param file the log file; null for `off` */
  error(file: OpenLog | null, level: Level, format: ErrorFormat): ErrorLog {
    return shared(this.errorLogs, file, `${level} ${format}`, () =>
      ErrorLog.to(file, level, format, this.clock),
    );
  }
}

function shared<T>(
  logs: Map<OpenLog | null, Map<string, T>>,
  file: OpenLog | null,
  form: string,
  make: () => T,
): T {
  let known = logs.get(file);
  if (known === undefined) {
    known = new Map();
    logs.set(file, known);
  }
  let log = known.get(form);
  if (log === undefined) {
    log = make();
    known.set(form, log);
  }
  return log;
}
