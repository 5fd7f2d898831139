import type { LineSink } from '../file/line-sink.ts';
import { LogClock } from '../text/log-clock.ts';
import type { AccessEntry } from './access-entry.ts';
import type { AccessLine } from './access-line.ts';
import { CombinedLine } from './combined-line.ts';
import { JsonLine } from './json-line.ts';
import { ShortLine } from './short-line.ts';

export type AccessFormat = 'combined' | 'json' | 'short';

/** One line for each response. */
export class AccessLog {
  /** False for `access_log off`. Then the caller need not fill an entry. */
  readonly enabled: boolean;
  private readonly file: LineSink | null;
  private readonly line: AccessLine;

  /**
   * @param file the log file; null for `off`
   * @param clock several logs may share one; with `new LogClock(loop)` a line need not read the wall clock
   * @param colored whether the lines of `short` have colors
   */
  constructor(
    file: LineSink | null,
    format: AccessFormat,
    clock: LogClock = new LogClock(),
    colored = false,
  ) {
    this.enabled = file !== null;
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
  }
}
