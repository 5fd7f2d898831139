// Reads the addresses of `listen` in every spelling, and gives each address one key.

import type { Listen } from '../../model/types.ts';

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;
const DEFAULT_PORT = 80;
const DEFAULT_TLS_PORT = 443;

/**
 * Reads the address of a `listen`. Returns a text with the reason if that fails. A unix path stays as written.
 * @param tls whether its clients speak TLS
 */
export function parseListen(text: string, tls = false): Listen | string {
  if (text.startsWith('unix:')) {
    const path = text.slice(5);
    // sun_path holds 104 bytes on the BSDs and macOS, and 108 on Linux. One of them is NUL.
    if (path === '') return 'the path of the socket is missing';
    if (new TextEncoder().encode(path).length > 103) return 'the path of a unix socket has at most 103 bytes';
    return {
      family: 'unix',
      host: '',
      port: 0,
      path,
      tls,
      h2c: false,
      proxyProtocol: false,
      text,
      key: `unix:${path}`,
    };
  }
  if (text.startsWith('[')) return parseIpv6(text, tls);
  if (/^\d+$/.test(text)) return finish('ipv4', '0.0.0.0', text, text, tls);
  const colon = text.lastIndexOf(':');
  const hostText = colon < 0 ? text : text.slice(0, colon);
  const host = hostText === '*' ? '0.0.0.0' : hostText === 'localhost' ? '127.0.0.1' : hostText;
  if (!IPV4.test(host)) {
    return hostText.includes(':') ? 'an IPv6 address needs [ ] around it' : 'this is not a numeric address';
  }
  return finish('ipv4', host, colon < 0 ? null : text.slice(colon + 1), text, tls);
}

/** The host parser of the URL standard reads every spelling of an IPv6 address, and writes one (RFC 5952). */
function parseIpv6(text: string, tls: boolean): Listen | string {
  const close = text.indexOf(']');
  const url = `http://${text.slice(0, close + 1)}/`;
  if (close < 0 || !URL.canParse(url)) return 'this is not an IPv6 address';
  const host = new URL(url).hostname.slice(1, -1);
  const rest = text.slice(close + 1);
  if (rest !== '' && !rest.startsWith(':')) return 'only :PORT can follow the ]';
  return finish('ipv6', host, rest === '' ? null : rest.slice(1), text, tls);
}

function finish(
  family: 'ipv4' | 'ipv6',
  host: string,
  port: string | null,
  text: string,
  tls: boolean,
): Listen | string {
  const usual = tls ? DEFAULT_TLS_PORT : DEFAULT_PORT;
  const value = port === null ? usual : /^\d{1,5}$/.test(port) ? Number(port) : 65_536;
  if (value > 65_535) return 'the port is not a number from 0 to 65535';
  const key = family === 'ipv6' ? `[${host}]:${value}` : `${host}:${value}`;
  return { family, host, port: value, path: '', tls, h2c: false, proxyProtocol: false, text, key };
}
