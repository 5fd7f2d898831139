import type { ErrorLogTarget, LogTarget } from '@webserv/config';
import { ERRNO, errnoMessage, errnoName, type Loop } from '@webserv/event-loop';
import type { AccessLog, ErrorLog, LogSystem, OpenLog } from '@webserv/logger';
import { Logs, LogWriters } from '@webserv/logger';
import { StartError } from './start-error.ts';

/** The open logs that a config names. Servers that share a path share the file. */
export class LogBook {
  readonly logs: Logs;
  private readonly writers: LogWriters;

  constructor(loop: Loop, system: LogSystem) {
    this.logs = new Logs(loop, system);
    this.writers = new LogWriters(loop);
  }

  access(target: LogTarget | null): AccessLog {
    if (target === null) return this.writers.access(null, 'combined');
    const { format, errors, sample } = target;
    const all = sample === 1 || (sample === 0 && !errors);
    return this.writers.access(this.open(target), format, all ? null : { errors, sample });
  }

  error(target: ErrorLogTarget | null): ErrorLog {
    if (target === null) return this.writers.error(null, 'error', 'text');
    return this.writers.error(this.open(target), target.level, target.format);
  }

  private open(target: LogTarget | ErrorLogTarget): OpenLog {
    if (target.syslog !== null) return this.logs.syslog(target.path, target.syslog);
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
