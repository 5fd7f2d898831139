import { EAGAIN, ERRNO } from '../../ffi/errno.ts';
import { type Op, OpKind } from '../../op.ts';
import type { BulkShare } from './bulk-share.ts';
import { FileTurn } from './file-transfer.ts';
import { sendRemaining, totalOf, writeRemaining } from './transfer.ts';

/** Bytes that one turn moves at most, so that one fast peer does not keep the others waiting. */
export const WRITE_BUDGET = 1 << 20;

/**
 * Sends or writes from `op.done` on, as much as one turn allows.
 * @param share what this round may send
 * @returns WHOLE, SHARE or ROOM of `FileTurn`, or -errno
 */
export function writeTurn(fd: number, op: Op, share: BulkShare): number {
  const sends = op.kind === OpKind.SEND;
  const total = totalOf(op);
  const most = Math.min(total - op.done, WRITE_BUDGET);
  for (let budget = sends ? share.turn(most) : most; op.done < total; ) {
    if (budget <= 0) return FileTurn.SHARE;
    const n = sends ? sendRemaining(fd, op, budget) : writeRemaining(fd, op);
    if (n === -EAGAIN) return FileTurn.ROOM;
    // A file that takes nothing and names no reason would be asked for ever.
    if (n <= 0) return n === 0 ? -ERRNO.EIO : n;
    op.done += n;
    budget -= n;
    if (sends) share.sent(n);
  }
  return FileTurn.WHOLE;
}
