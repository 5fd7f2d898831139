import type { Hsts, Server } from '@webserv/config';
import { Memory } from '@webserv/event-loop';

/** The value of Strict-Transport-Security (RFC 6797, section 6.1). */
function strictTransportOf({ maxAge, subdomains, preload }: Hsts): string {
  return `max-age=${maxAge}${subdomains ? '; includeSubDomains' : ''}${preload ? '; preload' : ''}`;
}

const values = new WeakMap<Hsts, string>();
const lines = new WeakMap<Hsts, Memory>();

/** The value of the field of a server; '' if the server does not send it. */
export function strictTransportValue({ hsts }: Server): string {
  if (hsts === null) return '';
  let value = values.get(hsts);
  if (value === undefined) {
    value = strictTransportOf(hsts);
    values.set(hsts, value);
  }
  return value;
}

/**
 * The field of a server as the last line of a head of HTTP/1.1, with the blank line behind it, or null if the server does
 * not send it. A page of the cache is the same over TLS and without: the line goes between its head and its content.
 */
export function strictTransportLine({ hsts }: Server): Memory | null {
  if (hsts === null) return null;
  let line = lines.get(hsts);
  if (line === undefined) {
    line = Memory.from(`Strict-Transport-Security: ${strictTransportOf(hsts)}\r\n\r\n`);
    lines.set(hsts, line);
  }
  return line;
}
