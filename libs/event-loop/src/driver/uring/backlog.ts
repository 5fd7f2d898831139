import { EAGAIN, ERRNO } from '../../ffi/errno.ts';
import type { Op } from '../../op.ts';
import type { Completions } from '../completions.ts';
import { accept, acceptedPeer } from '../system/socket.ts';
import type { Flight } from './flight.ts';

/**
 * Delivers to an ACCEPT the connections in the kernel's backlog, for as long as the owner wants them. An ACCEPT that is
 * the last is then cancelled. The ring has nothing under way: a plain call finds what came meanwhile.
 * @returns whether there may be more, for another turn
 */
export function deliverBacklog(flight: Flight, op: Op, completions: Completions, turns: number): boolean {
  for (let turn = 0; turn < turns; turn++) {
    const fd = accept(flight.fd);
    if (fd === -EAGAIN && !op.last) return false;
    if (fd < 0) {
      flight.reading = null;
      completions.deliver(op, fd === -EAGAIN ? -ERRNO.ECANCELED : fd);
      return false;
    }
    op.text = acceptedPeer();
    completions.deliverMore(op, fd);
    // The owner has cancelled or closed it.
    if (flight.reading !== op) return false;
  }
  return true;
}
