import { type Location, LocationMatcher, type Server } from '@webserv/config';
import { type Ended, type Site, Stage } from '@webserv/connection';
import { errnoName } from '@webserv/event-loop';
import { AccessEntry, type AccessLog, type ErrorLog } from '@webserv/logger';
import type { Ledger, MemoryLedger } from '@webserv/methods';
import type { Pages } from '@webserv/pages';
import { FieldId } from '@webserv/request';
import { ExchangeValues } from './exchange-values.ts';
import type { Tally } from './tally.ts';

/** One `server` block, in service: what its requests share. */
export class HostedSite implements Site {
  readonly server: Server;
  readonly pages: Pages;
  readonly accessLog: AccessLog;
  readonly errorLog: ErrorLog;
  readonly ledger: Ledger;
  readonly memory: MemoryLedger;
  /** The method stage answers. */
  readonly answers = null;
  private readonly tally: Tally;
  /** Made for the first request: of many sites, most wait for theirs for long. */
  private locations: LocationMatcher | null = null;

  constructor(
    server: Server,
    pages: Pages,
    accessLog: AccessLog,
    errorLog: ErrorLog,
    memory: MemoryLedger,
    tally: Tally,
    ledger: Ledger,
  ) {
    this.server = server;
    this.tally = tally;
    this.ledger = ledger;
    this.memory = memory;
    this.pages = pages;
    this.accessLog = accessLog;
    this.errorLog = errorLog;
  }

  /** What its metrics are called. */
  get label(): string {
    return this.tally.label;
  }

  locate(path: string): Location {
    this.locations ??= new LocationMatcher(this.server);
    return this.locations.locate(path);
  }

  record(ended: Ended, durationMs: number): void {
    this.tally.count(ended, durationMs);
    record(ended, this, durationMs);
  }

  info(message: string, facts: Readonly<Record<string, string | number>>): void {
    this.errorLog.info(message, facts);
  }

  warn(message: string, facts: Readonly<Record<string, string | number>>): void {
    this.errorLog.warn(message, facts);
  }

  /** Writes the counters of the cache into the error log. A site without a cache, or a request, writes nothing. */
  reportCache(level: 'info' | 'notice'): void {
    const { opened } = this.pages;
    if (this.server.cacheSize === 0 || opened === null) return;
    this.errorLog[level](`cache of ${this.server.names[0] ?? `server ${this.server.id + 1}`}`, {
      ...opened.stats,
    });
  }
}

/** nginx's status for the log alone: the connection ended before an answer. */
const NOT_ANSWERED = 499;

/** The logs that record the end of a request. */
interface Logs {
  readonly accessLog: AccessLog;
  readonly errorLog: ErrorLog;
}

/** Scratch: it is filled and written within one call, so one object is enough for all connections. */
const entry = new AccessEntry();
const values = new ExchangeValues();

/** Writes the end of a request to the logs: an access line, and an error line if a stage before the end failed. */
function record(ended: Ended, logs: Logs, durationMs: number): void {
  const { exchange, endedBy, cause } = ended;
  if (endedBy !== Stage.END) reportFailure(ended, logs);
  const { accessLog } = logs;
  if (!accessLog.enabled || accessLog.filter?.takes(hasFailed(ended)) === false) return;
  const { head } = exchange;
  entry.remote = exchange.remote;
  entry.user = exchange.user;
  entry.requestLine = ended.requestLine;
  entry.method = entry.requestLine === '' ? head.method : '';
  entry.target = head.target;
  entry.version = head.version;
  entry.host = head.host;
  entry.status = statusOf(ended);
  entry.bytes = ended.status === 0 ? 0 : ended.bodySent;
  entry.referer = head.headers.known(FieldId.REFERER) ?? '';
  entry.userAgent = head.headers.known(FieldId.USER_AGENT) ?? '';
  entry.durationMs = durationMs;
  entry.cache = ended.cache;
  entry.stage = endedBy;
  entry.errno = cause === null || cause.errno === 0 ? '' : errnoName(cause.errno);
  entry.place = cause === null ? '' : cause.place;
  entry.id = exchange.requestId;
  if (accessLog.custom) entry.request = values.of(exchange);
  accessLog.write(entry);
}

function hasFailed(ended: Ended): boolean {
  return ended.endedBy !== Stage.END || statusOf(ended) >= 400;
}

function statusOf({ status }: Ended): number {
  return status === 0 ? NOT_ANSWERED : status;
}

function reportFailure(ended: Ended, logs: Logs): void {
  const { exchange, endedBy, cause, faulty, requestLine } = ended;
  const status = statusOf(ended);
  const level = status >= 500 || faulty || cause?.faulty === true ? 'error' : 'info';
  if (!logs.errorLog.enabled(level)) return;
  // There is no cause if a script itself answers with an error.
  logs.errorLog[level](cause?.place ?? 'status', {
    client: exchange.remote,
    request: requestLine === '' ? `${exchange.head.method} ${exchange.head.target}` : requestLine,
    status,
    stage: endedBy,
    errno: cause === null || cause.errno === 0 ? 'none' : errnoName(cause.errno),
    ...(exchange.requestId === '' ? {} : { id: exchange.requestId }),
    ...(exchange.run === '' ? {} : { run: exchange.run }),
  });
}
