import { type Address, parseIp } from '@webserv/config';
import { fitsHttp2, HTTP2_BODY_MAX, http2Request, type OneRequest } from '@webserv/connection';
import type { Asked } from './asked.ts';

/** What a body that nobody has is taken for, up to this size: bytes of zero. */
const BODY_MAX = 1 << 30;
/** What a client agrees on that has nothing special about it. */
const USUAL = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', resumed: false, client: null };

/** Returns a request as a client would send it to this address, or why it cannot be sent. */
export function requestOf(asked: Asked, { listen, servers }: Address): OneRequest | string {
  const { from, place, http2 } = asked;
  const own = servers[0]?.names.find((name) => !name.startsWith('*')) ?? 'localhost';
  const host = asked.authority === '' ? own : asked.authority;
  const chunked = /\bchunked\b/i.test(sentValue(asked, 'transfer-encoding') ?? '');
  const length = Number(sentValue(asked, 'content-length') ?? 0);
  const zeros = !chunked && Number.isInteger(length) && length > 0 ? Math.min(length, BODY_MAX) : 0;
  if (http2 && !listen.tls && !listen.h2c)
    return `${listen.text} speaks no HTTP/2: ask for https://, or write "listen ${listen.text} h2c;"`;
  const sent =
    http2 || listen.h2c ? inHttp2(asked, host, zeros, listen.tls) : inHttp1(asked, host, zeros, chunked);
  if (typeof sent === 'string') return sent;
  const named = place?.host ?? host.replace(/:\d*$/, '').toLowerCase();
  return {
    ...sent,
    remote: listen.family === 'unix' ? 'unix:' : from,
    ends: { serverAddress: listen.host, remotePort: 0 },
    // A client names no address to a handshake (RFC 6066, section 3).
    secure: listen.tls ? { ...USUAL, serverName: parseIp(named) === null ? named : '' } : null,
  };
}

/** A request in the words of its protocol. */
type Sent = Pick<OneRequest, 'protocol' | 'bytes' | 'zeros'>;

function sentValue({ fields }: Asked, name: string): string | undefined {
  return fields.find(([other]) => other.toLowerCase() === name)?.[1];
}

function inHttp1(asked: Asked, host: string, zeros: number, chunked: boolean): Sent {
  const { method, target, fields } = asked;
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(sentValue(asked, 'host') === undefined ? [`Host: ${host}`] : []),
    ...fields.map(([name, value]) => `${name}: ${value}`),
  ];
  const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${chunked ? '0\r\n\r\n' : ''}`);
  return { protocol: 'http/1.1', bytes, zeros };
}

function inHttp2(asked: Asked, host: string, zeros: number, tls: boolean): Sent | string {
  const { method, target, fields } = asked;
  const refused = fields.find(([name]) => !fitsHttp2(name));
  if (refused !== undefined)
    return `-H "${refused[0]}" has no place in HTTP/2, whose frames say it (RFC 9113, section 8.2.2)`;
  if (zeros > HTTP2_BODY_MAX)
    return `a body in HTTP/2 has at most ${HTTP2_BODY_MAX} bytes here: ask in HTTP/1.1 for a longer one`;
  const head = [
    [':method', method],
    [':scheme', tls ? 'https' : 'http'],
    [':authority', sentValue(asked, 'host') ?? host],
    [':path', target],
    ...fields.filter(([name]) => name.toLowerCase() !== 'host'),
  ] as const;
  return { protocol: 'h2', bytes: http2Request(head, zeros), zeros: 0 };
}
