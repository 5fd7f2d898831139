import { ERRNO } from '@webserv/event-loop';
import { type Exchange, failure } from '@webserv/methods';
import type { Reply } from '@webserv/response';

/**
 * The reply where a call for a script has failed. Not by the methods' own table, which speaks of what a path names: that
 * the server's folder for bodies is missing is nothing that the client has not found.
 */
function replyTo(exchange: Exchange, errno: number, place: string, other: number): Reply {
  switch (-errno) {
    case ERRNO.EAGAIN:
    case ERRNO.EMFILE:
    case ERRNO.ENFILE:
    case ERRNO.ENOMEM:
      return failure(exchange, 503, place, errno);
    case ERRNO.ENOSPC:
    case ERRNO.EDQUOT:
      return failure(exchange, 507, place, errno);
    default:
      return failure(exchange, other, place, errno);
  }
}

/** A script could not be started: what exec refuses is the script's fault. */
export function notStarted(exchange: Exchange, errno: number): Reply {
  const forbidden = errno === -ERRNO.EACCES || errno === -ERRNO.EPERM;
  return replyTo(exchange, errno, 'run script', forbidden ? 403 : 502);
}

/** A call about what belongs to the server has failed: a pipe, the file that a body is put aside in. */
export function failedWork(exchange: Exchange, errno: number, place: string): Reply {
  return replyTo(exchange, errno, place, 500);
}
