import { EAGAIN } from '../ffi/errno.ts';
import type { Op } from '../op.ts';
import { COLD_CHUNK, isWarm, lookLength } from './page-cache.ts';
import { SENDFILE_CHUNK, sendFromFile } from './sendfile.ts';
import { hasRoom, TRUSTED_AFTER, trust } from './socket.ts';

/** Where a turn of a SENDFILE has ended; a failure is a negative errno instead. */
export const FileTurn = {
  /** All has left, or all that the file has: it may have become shorter than it was. */
  WHOLE: 0,
  /** It has had its share, and the others have their turn. */
  SHARE: 1,
  /** The socket takes no more. */
  ROOM: 2,
  /** What follows is not in the page cache: sendfile(2) would wait for the disk. */
  COLD: 3,
} as const;

/** Who is sent to: what drivers keep of a connection from turn to turn. */
export interface FileReceiver {
  readonly fd: number;
  /** Up to here threads have read the file: it was in the page cache, and may have gone while the client took its time. */
  readTo: number;
  /** Up to here the file is taken for cold. */
  coldTo: number;
  /** It has read so much of a file that the bound on unsent bytes was lifted. */
  trusted: boolean;
}

/**
 * Sends from `op.done` on, as much as one turn allows.
 * @param warmTo up to here the file is known to be in the page cache: it was looked at, or read, in this very turn
 * @returns one of `FileTurn`, or -errno
 */
export function sendFileTurn(to: FileReceiver, op: Op, warmTo: number): number {
  let known = warmTo;
  for (let budget = SENDFILE_CHUNK; op.done < op.length; ) {
    if (budget <= 0) return FileTurn.SHARE;
    const position = op.position + op.done;
    const chunk = Math.min(op.length - op.done, budget);
    if (position >= known) {
      const length = lookLength(position, chunk, to.readTo, to.coldTo);
      if (length === 0 || !isWarm(op.file, position, length)) return FileTurn.COLD;
      known = position + length;
    }
    const asked = Math.min(chunk, known - position);
    const n = sendFromFile(to.fd, op.file, position, asked);
    if (n === -EAGAIN) return FileTurn.ROOM;
    if (n < 0) return n;
    if (n === 0) return FileTurn.WHOLE;
    op.done += n;
    budget -= n;
    if (op.done >= TRUSTED_AFTER && !to.trusted) {
      to.trusted = true;
      trust(to.fd);
    }
    // Short: the socket is full, or the file has become shorter. While the peer reads, a full one would take a few
    // packets at each further try, at the price of a call each.
    if (n < asked && !hasRoom(to.fd)) return FileTurn.ROOM;
  }
  return FileTurn.WHOLE;
}

/** How much of what follows is to be brought into the page cache, where a turn has ended with COLD. */
export function coldLength(op: Op): number {
  return Math.min(op.length - op.done, COLD_CHUNK);
}
