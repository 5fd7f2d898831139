import { ERRNO } from '@webserv/event-loop';

/** What the network answers to one who sends: the client has gone, or cannot be reached any more. */
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

/** Whether a response was cut by its client, or by the way to it. */
export function isByPeer(result: number, place: string): boolean {
  return (place === 'send' || place === 'sendfile') && GONE.has(result);
}
