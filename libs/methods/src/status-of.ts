import { ERRNO as E } from './disk/errno.ts';

/** The status of a call on a path of the site that has failed. The client learns nothing else of it. */
export function statusOf(errno: number): number {
  switch (-errno) {
    case E.ENOENT:
    case E.ENOTDIR:
    case E.ENAMETOOLONG:
    case E.ELOOP:
    case E.EXDEV:
    case E.ENXIO:
    // A disk that takes only UTF-8 (APFS, ZFS) has no file of another name.
    case E.EILSEQ:
      return 404;
    case E.EISDIR:
      return 403;
    default:
      return commonStatus(errno);
  }
}

/** The status of a call on the upload folder that has failed: what is missing there is no fault of the client's. */
export function uploadStatusOf(errno: number): number {
  switch (-errno) {
    // A folder of that name counts as taken, too.
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

/** What an errno means wherever it arises. */
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
