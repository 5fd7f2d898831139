import type { LineSink } from '../file/line-sink.ts';
import { LogClock } from '../text/log-clock.ts';
import type { AccessEntry } from './access-entry.ts';
import { type AccessChoice, AccessFilter } from './access-filter.ts';
import type { AccessLine } from './access-line.ts';
import { CombinedLine } from './combined-line.ts';
import { CustomLine } from './custom-line.ts';
import { JsonLine } from './json-line.ts';
import type { LineFormat } from './line-format.ts';
import { ShortLine } from './short-line.ts';

export type AccessFormat = 'combined' | 'json' | 'short' | LineFormat;

/** One line for each response, or for those that a choice takes. */
export class AccessLog {
  /** False for `access_log off`. Then the caller need not fill an entry. */
  readonly enabled: boolean;
  /** Whether lines have values of `AccessEntry.request`. */
  readonly custom: boolean;
  /** Null if every request is written. Otherwise the caller asks it before it fills an entry. */
  readonly filter: AccessFilter | null;
  private readonly file: LineSink | null;
  private readonly line: AccessLine;

  /**
   * @param file the log file; null for `off`
   * @param clock several logs may share one; with `new LogClock(loop)` a line need not read the wall clock
   * @param colored whether the lines of `short` have colors
   * @param choice the requests that are written; null for all
   */
  constructor(
    file: LineSink | null,
    format: AccessFormat,
    clock: LogClock = new LogClock(),
    colored = false,
    choice: AccessChoice | null = null,
  ) {
    this.enabled = file !== null;
    this.custom = typeof format !== 'string';
    this.filter = choice === null ? null : new AccessFilter(choice);
    this.file = file;
    this.line = lineOf(format, clock, colored);
  }

  /** Logs one response. The caller keeps `entry`. */
  write(entry: AccessEntry): void {
    if (this.file !== null) this.line.write(entry, this.file);
  }
}

function lineOf(format: AccessFormat, clock: LogClock, colored: boolean): AccessLine {
  switch (format) {
    case 'json':
      return new JsonLine(clock);
    case 'short':
      return new ShortLine(clock, colored);
    case 'combined':
      return new CombinedLine(clock);
    default:
      return new CustomLine(format, clock);
  }
}
