import { errnoMessage, errnoName } from '@webserv/event-loop';

/** What a log has to say of itself: it cannot be written, its reader does not keep up, or it goes on again. */
export interface LogNotice {
  readonly path: string;
  readonly kind: 'failing' | 'stalled' | 'recovered' | 'closed';
  /** The negative errno of `failing`; 0 otherwise. */
  readonly error: number;
  /** Lines lost since the trouble began; known when it is over (`recovered`, `closed`). */
  readonly lost: number;
}

/** The notice as one line for a person, without a line end. */
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
