import type { Listen } from '@webserv/config';
import type { Protocol } from './accept/guest.ts';
import { http1 } from './http1/http1.ts';
import { http2 } from './http2/http2.ts';
import { proxied } from './proxy/proxied.ts';
import type { Contexts } from './tls/contexts.ts';
import { https } from './tls/https.ts';

/**
 * Returns what an address speaks with all of its clients.
 * @param contexts what it shows to them; null on an address without TLS
 */
export function protocolOf({ h2c, proxyProtocol }: Listen, contexts: Contexts | null): Protocol {
  const protocol = contexts !== null ? https(contexts) : h2c ? http2 : http1;
  return proxyProtocol ? proxied(protocol) : protocol;
}
