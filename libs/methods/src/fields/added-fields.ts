import type { AnswerField, AnswerFields, Expires, Location } from '@webserv/config';
import { FieldId, type RequestHead } from '@webserv/request';
import { type HeaderList, notModified, type Reply } from '@webserv/response';

/**
 * Fields that stand beside those that an answer has already. Several policies of content hold together, so a config can
 * make the one of uploaded files stricter, and never weaker.
 */
const BESIDE: ReadonlySet<string> = new Set([
  'content-security-policy',
  'link',
  'set-cookie',
  'vary',
  'www-authenticate',
]);

/** Fields of an answer that keep content from acting in a browser: a config replaces and takes away only its own. */
const KEPT: ReadonlySet<string> = new Set(['content-security-policy', 'x-content-type-options']);

const CORS = 'Access-Control-Allow-Origin';
const ANY = '*';
const YEAR = 31_536_000;

/** What a block of the config adds, worked out once. */
interface Plan {
  readonly headers: readonly AnswerField[];
  readonly presets: readonly AnswerField[];
  /** In lower case, to be taken from the answer. */
  readonly withheld: readonly string[];
  /** The value of Cache-Control; '' for none. */
  readonly cacheControl: string;
  readonly cors: readonly string[];
  /** The names of all that is added, in lower case. */
  readonly names: ReadonlySet<string>;
}

const NO_NAMES: ReadonlySet<string> = new Set();
const plans = new WeakMap<AnswerFields, Plan>();
/** Of the blocks that add nothing, which are most: one look instead of a plan. */
const plain = new WeakSet<AnswerFields>();

function planOf({ fields }: Location): Plan | null {
  if (plain.has(fields)) return null;
  const known = plans.get(fields);
  if (known !== undefined) return known;
  const plan = made(fields);
  if (plan.names.size === 0 && plan.withheld.length === 0) {
    plain.add(fields);
    return null;
  }
  plans.set(fields, plan);
  return plan;
}

function made({ headers, withheld, expires, cors, presets }: AnswerFields): Plan {
  const present = presets.filter(([name]) => !withheld.has(name.toLowerCase()));
  const names = new Set([...headers, ...present].map(([name]) => name.toLowerCase()));
  const cacheControl = names.has('cache-control') ? '' : cacheControlOf(expires);
  if (cacheControl !== '') names.add('cache-control');
  if (cors.length > 0) names.add(CORS.toLowerCase());
  return {
    headers,
    presets: present.filter(([name]) => !isAmong(headers, name)),
    withheld: [...withheld].filter((name) => !KEPT.has(name)),
    cacheControl,
    cors,
    names,
  };
}

function isAmong(headers: readonly AnswerField[], name: string): boolean {
  return headers.some(([other]) => other.toLowerCase() === name.toLowerCase());
}

/** RFC 9111, section 5.2.2; immutable: RFC 8246. */
function cacheControlOf(expires: Expires): string {
  if (expires === 'off') return '';
  if (expires === 'max') return `public, max-age=${YEAR}, immutable`;
  return expires === 0 ? 'no-cache' : `max-age=${Math.floor(expires / 1000)}`;
}

/** Adds the fields of a location to an answer, before it is encoded. Call it once for an answer. `nameOrigin` follows. */
export function addFields(reply: Reply, location: Location): void {
  const plan = planOf(location);
  if (plan === null) return;
  const { headers } = reply;
  for (const name of plan.withheld) headers.remove(name);
  for (const [name] of plan.headers) if (!standsBeside(name, headers)) headers.remove(name);
  for (const [name, value] of plan.headers) {
    if (name.toLowerCase() === 'vary') vary(headers, value);
    else headers.append(name, value);
  }
  for (const [name, value] of plan.presets) if (!headers.has(name)) headers.append(name, value);
  if (plan.cacheControl !== '' && reply.status < 400 && !headers.has('Cache-Control'))
    headers.append('Cache-Control', plan.cacheControl);
  if (plan.cors.length === 0) return;
  // What a page of another origin may read depends on its origin, so caches must know.
  if (plan.cors[0] === ANY) headers.set(CORS, ANY);
  else vary(headers.remove(CORS), 'Origin');
}

/** One line holds all names: a 304 repeats one. */
function vary(headers: HeaderList, names: string): void {
  const before = headers.get('Vary');
  headers.set('Vary', before === undefined ? names : `${before}, ${names}`);
}

function standsBeside(name: string, headers: HeaderList): boolean {
  const lower = name.toLowerCase();
  return BESIDE.has(lower) || (KEPT.has(lower) && headers.has(name));
}

/**
 * Returns the origin that an answer must name for this request, or ''. An answer that is kept for all clients names none of
 * a list: the origin is added for each client (the Fetch standard, section 3.3.1).
 */
export function originToName({ fields: { cors } }: Location, { headers }: RequestHead): string {
  if (cors.length === 0 || cors[0] === ANY || !headers.hasAny(1 << FieldId.ORIGIN)) return '';
  const origin = headers.known(FieldId.ORIGIN);
  return origin !== undefined && cors.includes(origin) ? origin : '';
}

/** Names the origin of a request in its answer, if the location allows it. */
export function nameOrigin(reply: Reply, location: Location, head: RequestHead): void {
  const origin = originToName(location, head);
  if (origin !== '') reply.headers.set(CORS, origin);
}

/** Returns the 304 for an answer that has the fields of its location already. */
export function notModifiedOf(fields: HeaderList, location: Location): Reply {
  return notModified(fields, planOf(location)?.names ?? NO_NAMES);
}
