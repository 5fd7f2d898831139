import { present } from '../../assert.ts';
import { EAGAIN, EINTR, ERRNO } from '../../ffi/errno.ts';
import * as libc from '../../ffi/libc.ts';
import { IORING_OP, IOSQE } from '../../ffi/uring-layout.ts';
import type { Op } from '../../op.ts';
import { DiskSpeed, waitsForDisk } from '../system/slow-file.ts';
import { WRITE_BUDGET } from '../system/transfer.ts';
import { type Flight, Tag } from './flight.ts';
import type { Flights } from './flights.ts';

/** A flag beside an operation's code: a thread of the kernel does it, without a try on this thread. */
export const ASYNC = IOSQE.ASYNC << 8;

/**
 * Reads and writes of files. If a file system cannot be asked without waiting, a thread of the kernel makes the call
 * from the start: a try on this thread would wait with the disk (FUSE), or be polled for ever. It always makes writes:
 * most file systems have none that do not wait. If the kernel can have no thread (a limit of processes), it cancels
 * operations by itself, and a thread of this process does the same work.
 */
export class UringFiles {
  private readonly flights: Flights;

  constructor(flights: Flights) {
    this.flights = flights;
  }

  read(flight: Flight, op: Op): void {
    const memory = present(op.memory, 'the memory of an operation');
    const address = memory.address + op.offset;
    const head = IORING_OP.READ | (waitsForDisk(flight) || flight.unblocked ? ASYNC : 0);
    if (flight.disk === DiskSpeed.SLOW) this.unblock(flight);
    flight.readPin = memory;
    this.flights.start(flight, Tag.READ, head, flight.fd, address, op.length, op.position, 0, 0);
  }

  write(flight: Flight, op: Op): void {
    const memory = present(op.memory, 'the memory of an operation');
    const address = memory.address + op.offset + op.done;
    const length = Math.min(op.length - op.done, WRITE_BUDGET);
    const position = op.position < 0 ? -1 : op.position + op.done;
    waitsForDisk(flight);
    this.unblock(flight);
    flight.writePin = memory;
    const head = IORING_OP.WRITE | ASYNC;
    this.flights.start(flight, Tag.WRITE, head, flight.fd, address, length, position, 0, 0);
  }

  /**
   * Goes on by another way if nothing was done and the owner has not cancelled. @returns false: the result is one to
   * report
   */
  retry(flight: Flight, op: Op, tag: Tag, result: number): boolean {
    const reads = tag < Tag.SEND;
    if (result === -EINTR || (result === -EAGAIN && !flight.unblocked)) {
      this.unblock(flight);
      if (reads) this.read(flight, op);
      else this.write(flight, op);
      return true;
    }
    if (result !== -ERRNO.ECANCELED) return false;
    if (reads) this.readInThread(flight, op);
    else this.writeInThread(flight, op);
    return true;
  }

  /** O_NONBLOCK has one effect on a file: the kernel gives up where it would have had a thread wait. */
  private unblock(flight: Flight): void {
    if (flight.unblocked) return;
    flight.unblocked = true;
    libc.markBlocking(flight.fd);
  }

  private readInThread(flight: Flight, op: Op): void {
    const memory = present(op.memory, 'the memory of an operation');
    const { fd } = flight;
    const address = memory.address + op.offset;
    flight.readPin = memory;
    const [call, args] =
      op.position < 0
        ? [libc.read, [fd, address, op.length]]
        : [libc.pread, [fd, address, op.length, op.position]];
    this.flights.inThread(flight, Tag.READ_THREAD, call, args);
  }

  private writeInThread(flight: Flight, op: Op): void {
    const memory = present(op.memory, 'the memory of an operation');
    const { fd } = flight;
    const address = memory.address + op.offset + op.done;
    const length = Math.min(op.length - op.done, WRITE_BUDGET);
    flight.writePin = memory;
    const [call, args] =
      op.position < 0
        ? [libc.write, [fd, address, length]]
        : [libc.pwrite, [fd, address, length, op.position + op.done]];
    this.flights.inThread(flight, Tag.WRITE_THREAD, call, args);
  }
}
