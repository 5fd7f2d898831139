import { ERRNO } from '@webserv/event-loop';

/** Errors of a send that say that the client has gone, or cannot be reached any more. */
const GONE: ReadonlySet<number> = new Set([
  -ERRNO.EPIPE,
  -ERRNO.ECONNRESET,
  -ERRNO.ECONNABORTED,
  -ERRNO.ETIMEDOUT,
  -ERRNO.ENOTCONN,
  -ERRNO.EHOSTUNREACH,
  -ERRNO.ENETUNREACH,
  -ERRNO.ENETDOWN,
]);

/** Whether the client, or the network between, has cut a response. */
export function isByPeer(result: number, place: string): boolean {
  return (place === 'send' || place === 'sendfile') && GONE.has(result);
}
