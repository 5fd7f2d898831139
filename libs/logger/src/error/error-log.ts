/// <reference path="./pino-browser.d.ts" />
// Pino without its destinations, transports and worker threads, which LogFile replaces. This build loads in 3 ms, the
// other in 24 ms. It passes on records, where the other passes on JSON that would have to be parsed.
import { type Pino, pino } from 'pino/browser.js';
import type { OpenLog } from '../file/open-log.ts';
import { LogClock } from '../text/log-clock.ts';
import { type ErrorRecord, errorJson, errorText } from './error-line.ts';

export const LEVELS = ['debug', 'info', 'notice', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];
export type ErrorFormat = 'text' | 'json';

/** The fields of a line, beside its message. `level`, `msg` and `time` are the line's own names. */
export type Fields = Readonly<Record<string, unknown>>;

const NONE: Fields = {};
/** Between pino's info (30) and warn (40): normal events that an operator should see by default. */
const NOTICE = 35;
/** As a system log numbers them (RFC 5424 section 6.2.1). */
const SEVERITIES: Readonly<Record<Level, number>> = { debug: 7, info: 6, notice: 5, warn: 4, error: 3 };

function open(file: OpenLog | null, level: Level, format: ErrorFormat, clock: LogClock): Pino {
  const render = format === 'json' ? errorJson : errorText;
  const writer = (name: Level, urgent: boolean) => (record: ErrorRecord) => {
    file?.writeText(render(clock, name, record), SEVERITIES[name]);
    if (urgent) file?.flushSoon();
  };
  return pino({
    level: file === null ? 'silent' : level,
    customLevels: { notice: NOTICE },
    timestamp: false,
    browser: {
      write: {
        debug: writer('debug', false),
        info: writer('info', false),
        notice: writer('notice', false),
        warn: writer('warn', true),
        error: writer('error', true),
      },
    },
  });
}

/**
 * The error log: pino makes the records, and an open log writes them. Lines of `warn` and `error` leave with the next
 * tick, the others with their batch.
 */
export class ErrorLog {
  private readonly pino: Pino;

  private constructor(logger: Pino) {
    this.pino = logger;
  }

  /** @param file the log; null for `off` */
  static to(
    file: OpenLog | null,
    level: Level,
    format: ErrorFormat = 'text',
    clock: LogClock = new LogClock(),
  ): ErrorLog {
    return new ErrorLog(open(file, level, format, clock));
  }

  /** Returns true if lines of this level are written. Ask before making a message that costs something. */
  enabled(level: Level): boolean {
    return this.pino.isLevelEnabled(level);
  }

  /** Returns a log that adds `fields` to each line. */
  child(fields: Fields): ErrorLog {
    return new ErrorLog(this.pino.child(fields));
  }

  debug(message: string, fields: Fields = NONE): void {
    this.pino.debug(fields, message);
  }

  info(message: string, fields: Fields = NONE): void {
    this.pino.info(fields, message);
  }

  notice(message: string, fields: Fields = NONE): void {
    this.pino.notice(fields, message);
  }

  warn(message: string, fields: Fields = NONE): void {
    this.pino.warn(fields, message);
  }

  error(message: string, fields: Fields = NONE): void {
    this.pino.error(fields, message);
  }
}
