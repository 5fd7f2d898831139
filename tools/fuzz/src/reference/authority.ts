import { isIPv6 } from 'node:net';

export interface Authority {
  readonly host: string;
  /** -1 if none is written. */
  readonly port: number;
}

const AUTHORITY = /^(\[[0-9a-f:.]+\]|(?:[\w\-.~!$&'()*+,;=]|%[0-9a-f]{2})+)(?::(\d*))?$/i;

/** `host [":" port]` of RFC 3986 section 3.2, without user information, empty names and addresses of the future. */
export function authorityOf(text: string): Authority | null {
  const match = AUTHORITY.exec(text);
  if (match === null) return null;
  const [, name, digits = ''] = match as unknown as [string, string, string | undefined];
  if (name.startsWith('[') && !isIPv6(name.slice(1, -1))) return null;
  const port = digits === '' ? -1 : Number(digits);
  if (port > 65_535 || name === '.') return null;
  return { host: name.replace(/\.$/, '').toLowerCase(), port };
}
