import type { ErrorLogTarget, LogTarget } from '@webserv/config';
import { ERRNO, errnoMessage, errnoName, type Loop } from '@webserv/event-loop';
import type { AccessLog, ErrorLog, LogSystem, OpenLog } from '@webserv/logger';
import { Logs, LogWriters } from '@webserv/logger';
import { StartError } from './start-error.ts';

/** The log files that an edition uses, each with the target that named it first: its limits hold. */
export type LogUse = Map<OpenLog, LogTarget | ErrorLogTarget>;

/** The open logs that configs name. Servers that share a path share the file. */
export class LogBook {
  readonly logs: Logs;
  private readonly writers: LogWriters;

  constructor(loop: Loop, system: LogSystem) {
    this.logs = new Logs(loop, system);
    this.writers = new LogWriters(loop);
  }

  /** @throws StartError if it cannot be opened */
  access(target: LogTarget | null, use: LogUse): AccessLog {
    if (target === null) return this.writers.access(null, 'combined');
    const { format, errors, sample } = target;
    const all = sample === 1 || (sample === 0 && !errors);
    return this.writers.access(this.open(target, use), format, all ? null : { errors, sample });
  }

  /** @throws StartError if it cannot be opened */
  error(target: ErrorLogTarget | null, use: LogUse): ErrorLog {
    if (target === null) return this.writers.error(null, 'error', 'text');
    return this.writers.error(this.open(target, use), target.level, target.format);
  }

  /** Goes by the limits of the edition that is served from now on. */
  settle(use: LogUse): void {
    for (const [file, { bufferBytes, flushMs }] of use) file.limitTo({ bufferBytes, flushMs });
  }

  /** Closes the files that none of these use. */
  keep(uses: readonly LogUse[]): void {
    const paths = new Set(uses.flatMap((use) => [...use.keys()].map(({ path }) => path)));
    for (const file of this.logs.keep(paths)) this.writers.forget(file);
  }

  private open(target: LogTarget | ErrorLogTarget, use: LogUse): OpenLog {
    const log = this.opened(target);
    if (!use.has(log)) use.set(log, target);
    return log;
  }

  private opened(target: LogTarget | ErrorLogTarget): OpenLog {
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
