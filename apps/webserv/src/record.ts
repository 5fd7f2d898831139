import { errnoName } from '@webserv/event-loop';
import { AccessEntry } from '@webserv/logger';
import type { Exchange } from '@webserv/methods';
import { FieldId } from '@webserv/request';
import type { Responder } from './responder.ts';
import type { Site } from './site.ts';
import { Stage } from './stage.ts';

/** Filled and written out within one call, so one is enough for all connections. */
const entry = new AccessEntry();

/** The end of a request in the logs: one access line, and an error line where a stage before the end has failed. */
export function record(
  site: Site,
  exchange: Exchange,
  responder: Responder,
  endedBy: Stage,
  durationMs: number,
): void {
  if (endedBy !== Stage.END) reportFailure(site, exchange, responder, endedBy);
  if (!site.accessLog.enabled) return;
  const { head } = exchange;
  entry.remote = exchange.remote;
  entry.method = head.method;
  entry.target = head.target;
  entry.version = head.version;
  entry.host = head.host;
  entry.status = responder.status;
  entry.bytes = responder.bodySent;
  entry.referer = head.headers.known(FieldId.REFERER) ?? '';
  entry.userAgent = head.headers.known(FieldId.USER_AGENT) ?? '';
  entry.durationMs = durationMs;
  entry.cache = responder.cache;
  entry.stage = endedBy;
  entry.errno = exchange.errno < 0 ? errnoName(exchange.errno) : '';
  entry.place = exchange.place;
  site.accessLog.write(entry);
}

function reportFailure(site: Site, exchange: Exchange, responder: Responder, endedBy: Stage): void {
  const level = responder.status >= 500 ? 'error' : 'info';
  if (!site.errorLog.enabled(level)) return;
  site.errorLog[level](exchange.place, {
    client: exchange.remote,
    request: `${exchange.head.method} ${exchange.head.target}`,
    status: responder.status,
    stage: endedBy,
    errno: exchange.errno < 0 ? errnoName(exchange.errno) : 'none',
  });
}
