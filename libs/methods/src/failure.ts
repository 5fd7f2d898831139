import { fail, type Reply } from '@webserv/response';
import { ERRNO as E } from './errno.ts';
import type { Exchange } from './exchange.ts';

/** Seconds after which a client that is turned away for now may try again. */
const RETRY_AFTER = '1';

/** The status that a failed call on a file leads to. The client learns nothing else of it. */
export function statusOf(errno: number): number {
  switch (-errno) {
    case E.ENOENT:
    case E.ENOTDIR:
    case E.ENAMETOOLONG:
    case E.ELOOP:
    case E.EXDEV:
    case E.ENXIO:
    // A disk that knows UTF-8 alone (APFS, ZFS) has no file of another name.
    case E.EILSEQ:
      return 404;
    case E.EACCES:
    case E.EPERM:
    case E.EROFS:
    case E.EISDIR:
      return 403;
    case E.EEXIST:
      return 409;
    case E.EFBIG:
      return 413;
    case E.EMFILE:
    case E.ENFILE:
    case E.ENOMEM:
      return 503;
    case E.ENOSPC:
    case E.EDQUOT:
      return 507;
    default:
      return 500;
  }
}

/**
 * An error reply: the server's own page where it has one, else the built-in one.
 * @param place the call or rule in which it arose, for the log
 * @param errno negative, or 0 where no call failed
 */
export function failure(exchange: Exchange, status: number, place: string, errno = 0): Reply {
  const reply = exchange.services.errorPage(exchange.server, status) ?? fail(status);
  reply.cause = { errno, place };
  // What is short now may be there soon (RFC 9110 section 15.6.4, RFC 6585 section 4).
  if (status === 503 || status === 429) reply.headers.set('Retry-After', RETRY_AFTER);
  return reply;
}

/** The error reply for a call that failed. */
export function failedCall(exchange: Exchange, errno: number, place: string): Reply {
  return failure(exchange, statusOf(errno), place, errno);
}
