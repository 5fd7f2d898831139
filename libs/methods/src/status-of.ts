import { ERRNO as E } from './disk/errno.ts';

/** Returns the status for a failed call on a path of the site. The client learns nothing else about the failure. */
export function statusOf(errno: number): number {
  switch (-errno) {
    case E.ENOENT:
    case E.ENOTDIR:
    case E.ENAMETOOLONG:
    case E.ELOOP:
    case E.EXDEV:
    case E.ENXIO:
    // A disk that takes only UTF-8 (APFS, ZFS) has no file with such a name.
    case E.EILSEQ:
      return 404;
    case E.EISDIR:
      return 403;
    default:
      return commonStatus(errno);
  }
}

/** Returns the status for a failed call on the upload folder. A missing folder is no fault of the client. */
export function uploadStatusOf(errno: number): number {
  switch (-errno) {
    // A folder of that name also counts as taken.
    case E.EISDIR:
    case E.ENOTEMPTY:
      return 409;
    // A disk that takes only UTF-8 (APFS, ZFS).
    case E.EILSEQ:
      return 400;
    case E.EAGAIN:
      return 503;
    default:
      return commonStatus(errno);
  }
}

/** Returns the status of an errno that means the same for every call. */
function commonStatus(errno: number): number {
  switch (-errno) {
    case E.EACCES:
    case E.EPERM:
    case E.EROFS:
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
