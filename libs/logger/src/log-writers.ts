import type { Loop } from '@webserv/event-loop';
import { type AccessFormat, AccessLog } from './access/access-log.ts';
import { type ErrorFormat, ErrorLog, type Level } from './error/error-log.ts';
import type { LogFile } from './file/log-file.ts';
import { LogClock } from './text/log-clock.ts';

/**
 * The access and error logs of a process, over its files. Servers that write the same form to the same file share one
 * log, because each log has caches of its own, and thousands of servers mostly write to a few files.
 */
export class LogWriters {
  private readonly clock: LogClock;
  private readonly accessLogs = new Map<LogFile | null, Map<string, AccessLog>>();
  private readonly errorLogs = new Map<LogFile | null, Map<string, ErrorLog>>();

  /** @param loop its time decides when to read the wall clock; without a loop, each line reads it */
  constructor(loop?: Loop) {
    this.clock = new LogClock(loop);
  }

  /** @param file the log file; null for `off` */
  access(file: LogFile | null, format: AccessFormat): AccessLog {
    return shared(this.accessLogs, file, format, () => {
      return new AccessLog(file, format, this.clock, file?.colored ?? false);
    });
  }

  /** @param file the log file; null for `off` */
  error(file: LogFile | null, level: Level, format: ErrorFormat): ErrorLog {
    return shared(this.errorLogs, file, `${level} ${format}`, () =>
      ErrorLog.to(file, level, format, this.clock),
    );
  }
}

function shared<T>(
  logs: Map<LogFile | null, Map<string, T>>,
  file: LogFile | null,
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
