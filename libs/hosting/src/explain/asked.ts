import { parseIp } from '@webserv/config';

/** A request that somebody asks about, in words of HTTP. */
export interface Asked {
  readonly method: string;
  /** Null asks about the first address of the config. */
  readonly place: { readonly secure: boolean; readonly host: string; readonly port: number } | null;
  /** What the Host field says, if no field of the asker does; '' for the name of the server. */
  readonly authority: string;
  /** The path and the query, as a client sends them. */
  readonly target: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** The address of the client. */
  readonly from: string;
  /** The client speaks HTTP/2 where the address does. */
  readonly http2: boolean;
}

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
const URL_FORM = /^(https?):\/\/([^/?#]*)([^#]*)/i;
const AUTHORITY = /^(\[[0-9a-f:.]+\]|[^:@[\]]+)(?::(\d*))?$/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const NO_URL = /[\x00-\x20\x7f<>"]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const NO_VALUE = /[\x00-\x08\x0a-\x1f\x7f]/;

/**
 * Reads the words of `webserv explain`.
 * @param words a URL, and perhaps a method before it
 * @param lines fields as `Name: value`
 * @param from the address of the client
 * @param http2 whether it is asked in HTTP/2
 * @returns the request, or what is wrong with the words
 */
export function readAsked(
  words: readonly string[],
  lines: readonly string[],
  from: string,
  http2 = false,
): Asked | string {
  const [first = '', second] = words;
  const [method, url] = second === undefined ? ['GET', first] : [first, second];
  if (!TOKEN.test(method)) return `"${method}" is no method: expected a token, such as GET or POST`;
  if (parseIp(from) === null) return `"${from}" is no address of a client: expected one such as 192.0.2.1`;
  const fields: [string, string][] = [];
  for (const line of lines) {
    const field = fieldOf(line);
    if (typeof field === 'string') return field;
    fields.push(field);
  }
  const place = placeOf(url);
  return typeof place === 'string' ? place : { method, ...place, fields, from, http2 };
}

function placeOf(url: string): Pick<Asked, 'place' | 'authority' | 'target'> | string {
  const expected = 'expected one such as http://localhost:8080/path, or a path from /';
  if (NO_URL.test(url))
    return `"${url}" is no URL: a space or a mark in it must be written as %20 and the like`;
  if (url.startsWith('/') || url === '*') return { place: null, authority: '', target: targetOf(url) };
  const [, scheme = '', authority = '', rest = ''] = URL_FORM.exec(url) ?? [];
  if (scheme === '') return `"${url}" is no URL: ${expected}`;
  const [, host = '', digits = ''] = AUTHORITY.exec(authority) ?? [];
  const secure = scheme.toLowerCase() === 'https';
  const port = digits === '' ? (secure ? 443 : 80) : Number(digits);
  if (host === '' || port > 65_535) return `"${url}" names no host and port: ${expected}`;
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return { place: { secure, host: bare, port }, authority, target: targetOf(rest) };
}

/** As a browser would send it: other characters than ASCII are encoded, and the fragment stays behind. */
function targetOf(rest: string): string {
  const path = rest.replace(/#.*/, '');
  const sent = path.replace(/[^ -~]+/g, (text) => Buffer.from(text).toString('hex').replace(/../g, '%$&'));
  return sent.startsWith('/') || sent === '*' ? sent : `/${sent}`;
}

function fieldOf(line: string): [string, string] | string {
  const colon = line.indexOf(':');
  const name = line.slice(0, colon);
  if (colon < 1 || !TOKEN.test(name)) return `-H "${line}" is no field: expected "Name: value"`;
  const value = line.slice(colon + 1).trim();
  if (NO_VALUE.test(value))
    return `-H "${name}" has a character that no field may have (RFC 9110, section 5.5)`;
  return [name, value];
}
