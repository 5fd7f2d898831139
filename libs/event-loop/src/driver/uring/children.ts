import { EAGAIN, ERRNO } from '../../ffi/errno.ts';
import * as libc from '../../ffi/libc.ts';
import { IORING_OP, POLL_EVENTS } from '../../ffi/uring-layout.ts';
import type { Op } from '../../op.ts';
import type { Completions } from '../completions.ts';
import { reap, reapUnwatched } from '../system/child.ts';
import { openChild } from '../system/linux-notices.ts';
import { type Flight, Tag } from './flight.ts';
import type { Flights } from './flights.ts';

/** The operations that wait for a child: each polls a descriptor that stands for it. */
export class UringChildren {
  private readonly flights: Flights;
  private readonly completions: Completions;

  constructor(flights: Flights, completions: Completions) {
    this.flights = flights;
    this.completions = completions;
  }

  await(flight: Flight, op: Op): void {
    const fd = flight.childFd >= 0 ? flight.childFd : openChild(op.file);
    if (fd >= 0) {
      flight.childFd = fd;
      this.flights.start(flight, Tag.CHILD, IORING_OP.POLL_ADD, fd, 0, 0, 0, POLL_EVENTS.IN, 0);
    } else if (fd === -ERRNO.ESRCH) {
      // The child has ended already, and waits to be collected.
      this.ended(flight, op);
    } else {
      flight.reading = null;
      this.completions.finish(op, reapUnwatched(op.file, fd));
    }
  }

  ended(flight: Flight, op: Op): void {
    const result = reap(op.file);
    if (result === -EAGAIN) {
      this.flights.queue(flight);
      return;
    }
    this.forget(flight);
    flight.reading = null;
    this.completions.finish(op, result);
  }

  forget(flight: Flight): void {
    if (flight.childFd >= 0) libc.close(flight.childFd);
    flight.childFd = -1;
  }
}
