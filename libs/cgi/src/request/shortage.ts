import { ERRNO } from '@webserv/event-loop';
import { type Exchange, failure, type Script } from '@webserv/methods';
import type { Reply } from '@webserv/response';

/**
 * Returns the reply to a failed call for a script. The methods' own table is about the file that a path names. It does not
 * fit here: a missing folder for bodies is a fault of the server, and not 404.
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

/** The reply if a script could not be started. If exec refuses it, the script is at fault. */
export function notStarted(exchange: Exchange, { application }: Script, errno: number): Reply {
  if (application !== null) return applicationFailed(exchange, errno, `connect to ${application.text}`);
  const forbidden = errno === -ERRNO.EACCES || errno === -ERRNO.EPERM;
  return replyTo(exchange, errno, 'run script', forbidden ? 403 : 502);
}

/** The reply if a call failed on something of the server's own: a pipe, or the file that holds a body. */
export function failedWork(exchange: Exchange, errno: number, place: string): Reply {
  return replyTo(exchange, errno, place, 500);
}

/** The reply if an application, or a script, failed before its answer. */
export function applicationFailed(exchange: Exchange, errno: number, place: string): Reply {
  return replyTo(exchange, errno, place, errno === -ERRNO.ETIMEDOUT ? 504 : 502);
}
