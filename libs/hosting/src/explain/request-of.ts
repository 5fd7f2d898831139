import { type Address, parseIp } from '@webserv/config';
import type { OneRequest } from '@webserv/connection';
import type { Asked } from './asked.ts';

/** What a body that nobody has is taken for, up to this size: bytes of zero. */
const BODY_MAX = 1 << 30;
/** What a client agrees on that has nothing special about it. */
const USUAL = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', resumed: false, client: null };

/** Returns a request as a client would send it to this address, in HTTP/1.1. */
export function requestOf(asked: Asked, { listen, servers }: Address): OneRequest {
  const { method, target, fields, from, place } = asked;
  const has = (name: string): string | undefined =>
    fields.find(([other]) => other.toLowerCase() === name)?.[1];
  const own = servers[0]?.names.find((name) => !name.startsWith('*')) ?? 'localhost';
  const host = asked.authority === '' ? own : asked.authority;
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(has('host') === undefined ? [`Host: ${host}`] : []),
    ...fields.map(([name, value]) => `${name}: ${value}`),
  ];
  const chunked = /\bchunked\b/i.test(has('transfer-encoding') ?? '');
  const length = Number(has('content-length') ?? 0);
  const named = place?.host ?? host.replace(/:\d*$/, '').toLowerCase();
  return {
    bytes: Buffer.from(`${lines.join('\r\n')}\r\n\r\n${chunked ? '0\r\n\r\n' : ''}`),
    zeros: !chunked && Number.isInteger(length) && length > 0 ? Math.min(length, BODY_MAX) : 0,
    remote: listen.family === 'unix' ? 'unix:' : from,
    ends: { serverAddress: listen.host, remotePort: 0 },
    // A client names no address to a handshake (RFC 6066, section 3).
    secure: listen.tls ? { ...USUAL, serverName: parseIp(named) === null ? named : '' } : null,
  };
}
