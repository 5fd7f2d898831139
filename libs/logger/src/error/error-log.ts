/// <reference path="./pino-browser.d.ts" />
// pino without its destinations, transports and worker threads, which our own destination takes the place of: this
// build loads in 3 ms where the other takes 24, and it hands over records instead of JSON that would have to be parsed.
import { type Pino, pino } from 'pino/browser.js';
import type { LogFile } from '../file/log-file.ts';
import { LogClock } from '../text/log-clock.ts';
import { type ErrorRecord, errorJson, errorText } from './error-line.ts';

export const LEVELS = ['debug', 'info', 'notice', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];
export type ErrorFormat = 'text' | 'json';

/** What a line says besides its message. `level`, `msg` and `time` are the line's own names. */
export type Fields = Readonly<Record<string, unknown>>;

const NONE: Fields = {};
/** Between pino's info (30) and warn (40): what is normal, and worth knowing without asking for more. */
const NOTICE = 35;

function open(file: LogFile | null, level: Level, format: ErrorFormat, clock: LogClock): Pino {
  const render = format === 'json' ? errorJson : errorText;
  const writer = (name: Level, urgent: boolean) => (record: ErrorRecord) => {
    file?.writeText(render(clock, name, record));
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
 * The error log: pino in front, one of our own log files behind. Lines of `warn` and `error` leave with the next tick,
 * the others when their batch does.
 */
export class ErrorLog {
  private readonly pino: Pino;

  private constructor(logger: Pino) {
    this.pino = logger;
  }

  /** @param file where it goes; null for `off` */
  static to(
    file: LogFile | null,
    level: Level,
    format: ErrorFormat = 'text',
    clock: LogClock = new LogClock(),
  ): ErrorLog {
    return new ErrorLog(open(file, level, format, clock));
  }

  /** Whether lines of this level are written: worth asking where a message costs something to make. */
  enabled(level: Level): boolean {
    return this.pino.isLevelEnabled(level);
  }

  /** A log whose lines all carry `fields` as well. */
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
