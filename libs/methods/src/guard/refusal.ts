import type { Reply } from '@webserv/response';
import type { Exchange } from '../exchange.ts';
import { failure } from '../failure.ts';
import type { Barred } from './barred.ts';

/** Returns the reply to a client that is barred. */
export function refusal(exchange: Exchange, { status, place, retryAfter, realm }: Barred): Reply {
  const reply = failure(exchange, status, place);
  if (retryAfter > 0) reply.headers.set('Retry-After', String(retryAfter));
  // Names and passwords come in UTF-8 then (RFC 7617, section 2.1).
  if (realm !== '') {
    const quoted = realm.replace(/["\\]/g, '\\$&');
    reply.headers.set('WWW-Authenticate', `Basic realm="${quoted}", charset="UTF-8"`);
  }
  return reply;
}
