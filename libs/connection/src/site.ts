import type { Location, Server } from '@webserv/config';
import type { Exchange, MemoryLedger, Outcome } from '@webserv/methods';
import type { Pages } from '@webserv/pages';
import type { Cause } from '@webserv/response';
import type { Stage } from './transaction/stage.ts';

/** A request that is over, as far as the logs want to know it. */
export interface Ended {
  readonly exchange: Exchange;
  /** Of the answer; 0 where nothing was answered. */
  readonly status: number;
  /** Bytes of the answer's body that have left. */
  readonly bodySent: number;
  /** Whether the cache had the answer (`hit`), took it in (`miss`), or had nothing to do with it. */
  readonly cache: 'hit' | 'miss' | 'none';
  /** Why it was answered with an error, or not to its end; null where nothing is to be said of that. */
  readonly cause: Cause | null;
  /** The stage that ended it, which is END for one that was answered as it asked. */
  readonly endedBy: Stage;
  /** The server could not answer, or not to the end, through no fault of its client. */
  readonly faulty: boolean;
  /** What came in place of a request line; '' where that was understood. */
  readonly requestLine: string;
}

/** One `server` block at work, as its connections see it. */
export interface Site {
  readonly server: Server;
  readonly pages: Pages;
  /** What its requests take of the memory that they may take. */
  readonly memory: MemoryLedger;
  /** Answers in place of the method stage: what the site says comes from no file. Null for a site of files and scripts. */
  readonly answers: ((exchange: Exchange) => Outcome) | null;
  /** The location that a decoded path belongs to. */
  locate(path: string): Location;
  /** Writes the end of a request to the logs. Called once for each request. */
  record(ended: Ended, durationMs: number): void;
  /** Writes a line to the error log of the site: what is of use, and what needs somebody's attention. */
  info(message: string, facts: Readonly<Record<string, string | number>>): void;
  warn(message: string, facts: Readonly<Record<string, string | number>>): void;
}
