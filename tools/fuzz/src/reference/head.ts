import { type Authority, authorityOf } from './authority.ts';
import { trimBlanks } from './blanks.ts';
import { isQuery, pathOf } from './uri.ts';

/** A request head as RFC 9112 reads it, with the choices of the request library's README. */
interface ReadHead {
  readonly method: string;
  readonly target: string;
  readonly version: number;
  readonly form: number;
  readonly path: string;
  readonly query: string;
  readonly hasQuery: boolean;
  readonly host: string;
  readonly port: number;
  readonly contentLength: number;
  readonly chunked: boolean;
  readonly keepAlive: boolean;
  readonly expectContinue: boolean;
  readonly bytes: number;
  readonly fields: readonly (readonly [string, string])[];
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]";
const REQUEST_LINE = new RegExp(`^(${TOKEN}{1,32}) ([!-~]+) HTTP/1\\.([0-9])$`);
const FIELD_LINE = new RegExp(`^(${TOKEN}+):([\\t\\x20-\\x7e\\x80-\\xff]*)$`);
const MEMBER = new RegExp(`^${TOKEN}*$`);

/**
 * Reads the head that `text` begins with. It cuts the text into lines: a slow way, and not the parser's.
 * @returns null if a server must refuse the head, undefined if the head does not end in `text`
 */
export function readHead(text: string): ReadHead | null | undefined {
  const lead = /^(?:\r\n){0,2}/.exec(text)?.[0].length ?? 0;
  const end = text.indexOf('\r\n\r\n', lead);
  if (end < 0) return undefined;
  const [first, ...rest] = text.slice(lead, end).split('\r\n');
  const line = REQUEST_LINE.exec(first as string);
  if (line === null) return null;
  const fields: [string, string][] = [];
  for (const each of rest) {
    const field = FIELD_LINE.exec(each);
    if (field === null) return null;
    fields.push([field[1] as string, trimBlanks(field[2] as string)]);
  }
  const [, method, target, minor] = line as unknown as [string, string, string, string];
  const version = minor === '0' ? 10 : 11;
  const all = (name: string): string[] =>
    fields.filter(([n]) => n.toLowerCase() === name).map(([, value]) => value);
  const where = readTarget(method, target);
  const named = readHost(all('host'), version);
  const framing = readFraming(all('content-length'), all('transfer-encoding'), version);
  const connection = members(all('connection'));
  const expectations = members(all('expect'));
  if (where === null || named === null || framing === null || connection === null || expectations === null)
    return null;
  if (connection.some((each) => !MEMBER.test(each)) || expectations.some((each) => each !== '100-continue'))
    return null;
  const { authority, ...target4 } = where;
  return {
    method,
    target,
    version,
    ...target4,
    ...(authority ?? named),
    ...framing,
    keepAlive: !connection.includes('close') && (version === 11 || connection.includes('keep-alive')),
    expectContinue:
      expectations.length > 0 && version === 11 && (framing.chunked || framing.contentLength > 0),
    bytes: end + 4,
    fields,
  };
}

interface Where {
  readonly form: number;
  readonly path: string;
  readonly query: string;
  readonly hasQuery: boolean;
  readonly authority: Authority | null;
}

/** RFC 9112 section 3.2. */
function readTarget(method: string, target: string): Where | null {
  const none = { path: '/', query: '', hasQuery: false };
  if (method === 'CONNECT') {
    const authority = authorityOf(target);
    return authority === null || authority.port <= 0 ? null : { form: 2, ...none, authority };
  }
  if (target === '*') return method === 'OPTIONS' ? { form: 3, ...none, authority: null } : null;
  const absolute = /^http:\/\/([^/?]*)(.*)$/is.exec(target);
  if (absolute === null) return target.startsWith('/') ? readPath(target, 0, null) : null;
  const authority = authorityOf(absolute[1] as string);
  const rest = absolute[2] as string;
  return authority === null ? null : readPath(rest.startsWith('/') ? rest : `/${rest}`, 1, authority);
}

function readPath(text: string, form: number, authority: Authority | null): Where | null {
  const mark = text.indexOf('?');
  const path = pathOf(mark < 0 ? text : text.slice(0, mark));
  const query = mark < 0 ? '' : text.slice(mark + 1);
  return path === null || !isQuery(query) ? null : { form, path, query, hasQuery: mark >= 0, authority };
}

function readHost(values: readonly string[], version: number): Authority | null {
  if (values.length > 1) return null;
  if (values.length === 0) return version === 10 ? { host: '', port: -1 } : null;
  return authorityOf(values[0] as string);
}

/** RFC 9112 section 6.3, with the strict choice wherever there is one. */
function readFraming(
  lengths: readonly string[],
  codings: readonly string[],
  version: number,
): { contentLength: number; chunked: boolean } | null {
  if (codings.length > 0) {
    const right = codings.length === 1 && codings[0]?.toLowerCase() === 'chunked' && version === 11;
    return right && lengths.length === 0 ? { contentLength: -1, chunked: true } : null;
  }
  if (lengths.length === 0) return { contentLength: -1, chunked: false };
  const [length = ''] = lengths;
  if (lengths.length > 1 || !/^\d+$/.test(length)) return null;
  return BigInt(length) >= 2n ** 53n ? null : { contentLength: Number(length), chunked: false };
}

/** Returns the members of a list on any number of lines, lower-case, without empty ones; null if one holds white space. */
function members(values: readonly string[]): string[] | null {
  const found = values.flatMap((value) => value.split(',')).map((each) => trimBlanks(each).toLowerCase());
  return found.some((each) => /[ \t]/.test(each)) ? null : found.filter((each) => each !== '');
}
