import { type Guard, isWithin, type Location, parseIp, type RateLimit } from '@webserv/config';
import type { Exchange } from '@webserv/methods';
import { RateTable } from './rate-table.ts';

/** How the loop names a client of a unix socket. */
const LOCAL_PEER = 'unix:';

/** Why a client is not answered. */
export interface Barred {
  readonly status: 403 | 429;
  readonly place: string;
  /** Seconds after which it may ask again; 0 if that is not known. */
  readonly retryAfter: number;
}

const DENIED: Barred = { status: 403, place: 'deny', retryAfter: 0 };

/** What inherits a limit shares its object. */
const tables = new WeakMap<RateLimit, RateTable>();

/** Returns why the rules of a location bar the client of a request, or null. @param nowMs of a clock that only goes forward */
export function barredAt(location: Location, exchange: Exchange, nowMs: number): Barred | null {
  const { guard } = location;
  if (guard === null) return null;
  if (!mayCome(guard, exchange)) return DENIED;
  const { rateLimit } = guard;
  const address = rateLimit === null ? '' : exchange.services.addressOf(exchange.remote);
  if (rateLimit === null || address === '') return null;
  let table = tables.get(rateLimit);
  if (table === undefined) {
    table = new RateTable(rateLimit);
    tables.set(rateLimit, table);
  }
  const wait = table.take(address, nowMs);
  exchange.services.trace?.note(
    'access',
    `rate_limit: ${address} ${wait === 0 ? 'is within it' : 'comes too often'}`,
  );
  return wait === 0 ? null : { status: 429, place: 'rate_limit', retryAfter: Math.ceil(wait / 1000) };
}

function mayCome({ access }: Guard, { remote, services }: Exchange): boolean {
  if (access.length === 0) return true;
  const ip = remote === LOCAL_PEER ? null : parseIp(remote);
  const rule = access.find(({ network }) => network === null || isWithin([network], ip));
  const may = rule === undefined || rule.allows;
  services.trace?.note('access', `${ruleText(rule)}: ${remote} may ${may ? 'come' : 'not come'}`);
  return may;
}

function ruleText(rule: Guard['access'][number] | undefined): string {
  if (rule === undefined) return 'no rule of allow and deny has this address';
  return `${rule.allows ? 'allow' : 'deny'} ${rule.network?.text ?? 'all'}`;
}
