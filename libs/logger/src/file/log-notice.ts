import { errnoMessage, errnoName } from '@webserv/event-loop';

/** What a log reports of itself: it cannot be written, its reader does not keep up, or the trouble is over. */
export interface LogNotice {
  readonly path: string;
  readonly kind: 'failing' | 'stalled' | 'recovered' | 'closed';
  /** The negative errno of `failing`; 0 otherwise. */
  readonly error: number;
  /** Lines lost since the trouble began. Known when it is over (`recovered`, `closed`). */
  readonly lost: number;
}

/** Returns the notice as one line of text, without a line end. */
export function noticeText(notice: LogNotice): string {
  const { path, kind, error } = notice;
  const lost = notice.lost === 1 ? '1 line was lost' : `${notice.lost} lines were lost`;
  switch (kind) {
    case 'failing':
      return `log ${path} cannot be written: ${errnoName(error)}, ${errnoMessage(error)}`;
    case 'stalled':
      return `log ${path} is not read fast enough, lines are being lost`;
    case 'recovered':
      return `log ${path} is written again, ${lost}`;
    case 'closed':
      return `log ${path} was closed, ${lost}`;
  }
}
