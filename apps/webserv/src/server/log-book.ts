import type { ErrorLogTarget, LogTarget } from '@webserv/config';
import { ERRNO, errnoMessage, errnoName, type Loop } from '@webserv/event-loop';
import { AccessLog, ErrorLog, LogClock, type LogFile, type LogSystem, Logs } from '@webserv/logger';
import { StartError } from './start-error.ts';

/** The open logs that a config names. Servers that share a path share the file. */
export class LogBook {
  readonly logs: Logs;
  private readonly clock: LogClock;

  constructor(loop: Loop, system: LogSystem) {
    this.logs = new Logs(loop, system);
    this.clock = new LogClock(loop);
  }

  access(target: LogTarget | null): AccessLog {
    return new AccessLog(
      target === null ? null : this.open(target),
      target?.format ?? 'combined',
      this.clock,
    );
  }

  error(target: ErrorLogTarget | null): ErrorLog {
    if (target === null) return ErrorLog.to(null, 'error', 'text', this.clock);
    return ErrorLog.to(this.open(target), target.level, target.format, this.clock);
  }

  private open(target: LogTarget | ErrorLogTarget): LogFile {
    const file = this.logs.open(target.path, { bufferBytes: target.bufferBytes, flushMs: target.flushMs });
    if (typeof file !== 'number') return file;
    throw new StartError(
      `cannot open the log ${target.path}: ${errnoName(file)}, ${errnoMessage(file)}${hint(file)}`,
    );
  }
}

function hint(error: number): string {
  if (error !== -ERRNO.ELOOP && error !== -ERRNO.EMLINK) return '';
  return ' (root opens no log through a link, nor a file with a second name in a folder that others can write)';
}
