import {
  type AccessRule,
  type Guard,
  isWithin,
  type Location,
  parseIp,
  type RateLimit,
} from '@webserv/config';
import { type Barred, type Exchange, isAsking, type Judgement } from '@webserv/methods';
import { RateTable } from './rate-table.ts';

/** How the loop names a client of a unix socket. */
const LOCAL_PEER = 'unix:';

const DENIED: Barred = { status: 403, place: 'deny', retryAfter: 0, realm: '' };

/** What inherits a limit shares its object. */
const tables = new WeakMap<RateLimit, RateTable>();

/** A clock that only goes forward, in milliseconds. */
interface Clock {
  readonly now: number;
}

/** Judges the client of a request by all rules of a location: its address, how often it comes, and who it says it is. */
export function judge(location: Location, exchange: Exchange, clock: Clock): Judgement {
  const { guard } = location;
  if (guard === null) return null;
  const { rateLimit, accounts } = guard;
  if (!mayCome(guard, exchange)) return DENIED;
  const { services } = exchange;
  const early =
    rateLimit?.key === 'address'
      ? counted(rateLimit, exchange, services.addressOf(exchange.remote), clock)
      : null;
  if (early !== null || accounts === null) return early;
  const asked = services.ask(exchange, accounts);
  if (rateLimit?.key !== 'user') return asked;
  const ofUser = (barred: Barred | null) => barred ?? counted(rateLimit, exchange, exchange.user, clock);
  if (!isAsking(asked)) return ofUser(asked);
  return { wait: (done) => asked.wait((barred) => done(ofUser(barred))), leave: () => asked.leave() };
}

/** Judges a client that another location has let in already: its request is counted once. */
export function admit(location: Location, exchange: Exchange): Judgement {
  const { guard } = location;
  if (guard === null) return null;
  if (!mayCome(guard, exchange)) return DENIED;
  return guard.accounts === null ? null : exchange.services.ask(exchange, guard.accounts);
}

/** Counts a request for its address or user. @returns why it comes too early, or null */
function counted(rateLimit: RateLimit, exchange: Exchange, whose: string, { now }: Clock): Barred | null {
  if (whose === '') return null;
  let table = tables.get(rateLimit);
  if (table === undefined) {
    table = new RateTable(rateLimit);
    tables.set(rateLimit, table);
  }
  const wait = table.take(whose, now);
  exchange.services.trace?.note(
    'access',
    `rate_limit: ${whose} ${wait === 0 ? 'is within it' : 'comes too often'}`,
  );
  return wait === 0
    ? null
    : { status: 429, place: 'rate_limit', retryAfter: Math.ceil(wait / 1000), realm: '' };
}

function mayCome({ access }: Guard, exchange: Exchange): boolean {
  if (access.length === 0) return true;
  const { remote, services } = exchange;
  const rule = ruleFor(access, exchange);
  const may = rule === null || rule.allows;
  services.trace?.note('access', `${ruleText(rule)}: ${remote} may ${may ? 'come' : 'not come'}`);
  return may;
}

/** Returns the first rule that has the address of the client, or null. */
function ruleFor(rules: readonly AccessRule[], { remote, caller }: Exchange): AccessRule | null {
  const { met } = caller;
  // A reload brings other rules, and a proxy brings requests of other addresses.
  if (met !== null && met.rules === rules && met.remote === remote) return met.rule;
  const ip = remote === LOCAL_PEER ? null : parseIp(remote);
  const rule = rules.find(({ network }) => network === null || isWithin([network], ip)) ?? null;
  caller.met = { rules, remote, rule };
  return rule;
}

function ruleText(rule: AccessRule | null): string {
  if (rule === null) return 'no rule of allow and deny has this address';
  return `${rule.allows ? 'allow' : 'deny'} ${rule.network?.text ?? 'all'}`;
}
