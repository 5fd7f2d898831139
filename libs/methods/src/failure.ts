import { fail, type Reply } from '@webserv/response';
import type { Exchange } from './exchange.ts';
import { statusOf } from './status-of.ts';

/** Seconds after which a client that gets 503 or 429 may try again. */
export const RETRY_AFTER = '1';

/**
 * Returns an error reply: the location's own page if it has one, otherwise the built-in one. If the location has a script
 * for the status, the answer of the script follows in its place.
 * @param place the call or rule that caused the error, for the log
 * @param errno negative, or 0 if no call failed
 */
export function failure(exchange: Exchange, status: number, place: string, errno = 0): Reply {
  exchange.services.trace?.note('answer', `${status}: ${place}`);
  const { location, server, services } = exchange;
  const reply = services.errorPage(server, location.errors, status) ?? fail(status);
  reply.cause = { errno, place };
  reply.successor = services.errorScript(exchange, status);
  // The shortage may end soon (RFC 9110 section 15.6.4, RFC 6585 section 4).
  if (status === 503 || status === 429) reply.headers.set('Retry-After', RETRY_AFTER);
  return reply;
}

/** Returns the error reply for a call that failed. */
export function failedCall(exchange: Exchange, errno: number, place: string): Reply {
  return failure(exchange, statusOf(errno), place, errno);
}
