import { EAGAIN, ERRNO } from '../../ffi/errno.ts';
import type { Op } from '../../op.ts';
import type { Completions } from '../completions.ts';
import { accept, acceptedPeer } from '../system/socket.ts';
import type { Flight } from './flight.ts';

/**
 * Brings an ACCEPT those who are in the kernel's backlog, for as long as it wants them; one that is the last is then
 * cancelled. The ring has nothing under way: what came meanwhile is found by a plain call.
 * @returns whether there may be more, for another turn
 */
export function tellBacklog(flight: Flight, op: Op, completions: Completions, turns: number): boolean {
  for (let turn = 0; turn < turns; turn++) {
    const fd = accept(flight.fd);
    if (fd === -EAGAIN && !op.last) return false;
    if (fd < 0) {
      flight.reading = null;
      completions.tell(op, fd === -EAGAIN ? -ERRNO.ECANCELED : fd);
      return false;
    }
    op.text = acceptedPeer();
    completions.tellMore(op, fd);
    // Cancelled or closed by what was told.
    if (flight.reading !== op) return false;
  }
  return true;
}
