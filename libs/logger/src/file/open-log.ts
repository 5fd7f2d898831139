import type { LineSink } from './line-sink.ts';
import type { BatchLimits } from './logger-udata.ts';

/** A log that is open for as long as the server runs: a file, or a system log. */
export interface OpenLog extends LineSink {
  /** Its name in the config, which is the same for all who share it. */
  readonly path: string;
  /** Whether a person reads it on a terminal that shows colors. */
  readonly colored: boolean;
  /** Lines that were never written. */
  readonly lost: number;
  /**
   * Takes a line of any text that ends with its line end.
   * @param severity of a system log (RFC 5424 section 6.2.1), 0 to 7; a file has no use for it
   */
  writeText(line: string, severity: number): void;
  /** Writes the collected lines with the next tick. */
  flushSoon(): void;
  flush(): void;
  /** Writes what it can before it returns. */
  flushSync(): void;
  /** Opens its destination again. @returns 0 or -errno: then nothing has changed */
  reopen(): number;
  /** Goes by other limits from now on. A system log has none. */
  limitTo(limits: BatchLimits): void;
  /** Makes an account the owner of what was created for the log. @returns 0 or -errno */
  giveTo(uid: number, gid: number): number;
  /** Writes everything through the loop, and lets go of every descriptor. */
  close(done: () => void): void;
}
