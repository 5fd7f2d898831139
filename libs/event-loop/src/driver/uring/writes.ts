import { present } from '../../assert.ts';
import { EAGAIN, EINTR, ERRNO } from '../../ffi/errno.ts';
import { C } from '../../ffi/layout.ts';
import { IORING_OP, POLL_EVENTS } from '../../ffi/uring-layout.ts';
import { type Op, OpKind } from '../../op.ts';
import type { Completions } from '../completions.ts';
import { Interest } from '../driver.ts';
import { coldLength, sendFileInThread, sendFileTurn } from '../system/file-transfer.ts';
import { COLD_STRETCH, discarded } from '../system/page-cache.ts';
import { mayWait } from '../system/slow-file.ts';
import { BulkShare, Turn, totalOf, WRITE_BUDGET } from '../system/transfer.ts';
import { ASYNC, type UringFiles } from './files.ts';
import { type Flight, Recall, Tag } from './flight.ts';
import type { Flights } from './flights.ts';
import { MessageHeaders } from './message-headers.ts';

/**
 * The operations that write. What was sent short is submitted again from where it stopped, so that `done` shows the
 * progress. The kernel waits for room.
 *
 * SENDFILE is sendfile(2) itself, because io_uring has no such operation: a splice always goes to a thread of the
 * kernel, and keeps it for as long as the peer does not read. Only its waits go through the ring: a poll waits for
 * room, and a read of the cold stretch for the disk. If the call may wait for the disk even then, a thread of this
 * process makes it.
 */
export class UringWrites {
  readonly share = new BulkShare();
  private readonly flights: Flights;
  private readonly completions: Completions;
  private readonly files: UringFiles;
  private readonly headers: MessageHeaders;

  constructor(flights: Flights, completions: Completions, files: UringFiles) {
    this.flights = flights;
    this.files = files;
    this.completions = completions;
    this.headers = new MessageHeaders(flights.ring);
  }

  submit(flight: Flight, op: Op): void {
    flight.writing = op;
    if (op.kind === OpKind.SENDFILE) {
      flight.readTo = 0;
      flight.coldTo = 0;
      this.sendFile(flight, op, 0);
    } else if (totalOf(op) === 0) this.end(flight, op, 0);
    else this.begin(flight, op);
  }

  private begin(flight: Flight, op: Op): void {
    const { flights } = this;
    const { fd } = flight;
    const { vector } = op;
    if (vector !== null) {
      const header = this.headers.gather(vector, op.done);
      // The kernel takes nothing at the moment: another turn finds room.
      if (header === 0) {
        flights.queue(flight);
        return;
      }
      flight.writePin = vector;
      flights.start(flight, Tag.SEND, IORING_OP.SENDMSG, fd, header, 1, 0, C.MSG_NOSIGNAL, 0);
      return;
    }
    if (flight.interest === Interest.FILE) {
      this.files.write(flight, op);
      return;
    }
    const memory = present(op.memory, 'the memory of an operation');
    flight.writePin = memory;
    const address = memory.address + op.offset + op.done;
    const remaining = op.length - op.done;
    if (op.kind === OpKind.SEND) {
      const length = this.share.turn(Math.min(remaining, WRITE_BUDGET));
      this.share.sent(length);
      flights.start(flight, Tag.SEND, IORING_OP.SEND, fd, address, length, 0, C.MSG_NOSIGNAL, 0);
    } else {
      const length = Math.min(remaining, WRITE_BUDGET);
      const position = op.position < 0 ? -1 : op.position + op.done;
      flights.start(flight, Tag.WRITE, IORING_OP.WRITE, fd, address, length, position, 0, 0);
    }
  }

  /** @param op the pending one */
  cancel(flight: Flight, op: Op): void {
    if (flight.writeTag === Tag.NONE) {
      this.end(flight, op, -ERRNO.ECANCELED);
      return;
    }
    this.flights.recallWrite(flight, Recall.CANCELLED);
  }

  /** A completion of this direction. */
  completed(flight: Flight, tag: Tag, result: number): void {
    const op = present(flight.writing, 'the operation of a completion');
    const cancelled = flight.writeRecall === Recall.CANCELLED;
    flight.writeTag = Tag.NONE;
    flight.writeRecall = Recall.NONE;
    flight.writePin = null;
    if (tag === Tag.ROOM || tag === Tag.WARM) {
      if (tag === Tag.WARM) flight.readTo = flight.warming;
      if (cancelled) this.end(flight, op, -ERRNO.ECANCELED);
      else if (op.kind !== OpKind.SENDFILE) this.begin(flight, op);
      else if (tag === Tag.ROOM) this.sendFile(flight, op, 0);
      else this.warmed(flight, op, result);
      return;
    }
    if (result > 0) op.done += result;
    const total = totalOf(op);
    if (op.done >= total) this.deliver(flight, op, op.done);
    else if (op.kind === OpKind.SENDFILE) this.sentByThread(flight, op, cancelled, result);
    else if (!cancelled && flight.interest === Interest.FILE && this.files.retry(flight, op, tag, result))
      return;
    else if (cancelled)
      this.deliver(flight, op, result < 0 && !isTransient(result) ? result : -ERRNO.ECANCELED);
    else if (result > 0 || result === -EINTR) this.begin(flight, op);
    else if (result === -EAGAIN && flight.interest !== Interest.FILE) this.awaitRoom(flight);
    // A file that takes nothing and names no reason would be asked for ever.
    else this.deliver(flight, op, result === 0 || result === -EAGAIN ? -ERRNO.EIO : result);
  }

  /**
   * The completion of a cancelled write that `join` waited for. It is delivered later, like what ends within a submit.
   */
  joined(flight: Flight, op: Op, result: number): void {
    this.drop(flight);
    flight.writeRecall = Recall.NONE;
    if (result > 0) op.done += result;
    const total = totalOf(op);
    if (op.done >= total) this.end(flight, op, op.done);
    else this.end(flight, op, result < 0 && !isTransient(result) ? result : -ERRNO.ECANCELED);
  }

  /** A closed flight's completion. */
  drop(flight: Flight): void {
    flight.writeTag = Tag.NONE;
    flight.writePin = null;
  }

  terminate(flight: Flight): void {
    this.flights.recallWrite(flight, Recall.ASKED);
  }

  /** A write that has had its share, or found no room in the ring, goes on. */
  turn(flight: Flight, op: Op): void {
    if (flight.writeTag !== Tag.NONE) return;
    if (op.kind === OpKind.SENDFILE) this.sendFile(flight, op, 0);
    else this.begin(flight, op);
  }

  /** @param warmTo as of `sendFileTurn` */
  private sendFile(flight: Flight, op: Op, warmTo: number): void {
    const turn = sendFileTurn(flight, op, this.share, warmTo);
    switch (turn) {
      case Turn.WHOLE:
        this.end(flight, op, op.done);
        break;
      case Turn.SHARE:
        this.flights.queue(flight);
        break;
      case Turn.ROOM:
        this.awaitRoom(flight);
        break;
      case Turn.COLD:
        this.warm(flight, op, op.position + op.done, coldLength(op));
        break;
      case Turn.THREAD:
        // It is read ahead, so that a disk that does not answer keeps a thread of the kernel, which has more of them.
        if (op.position + op.done < flight.readTo) this.sendFileInThread(flight, op);
        else this.warm(flight, op, op.position + op.done, coldLength(op));
        break;
      default:
        this.end(flight, op, turn);
    }
  }

  /** sendfile itself meets an error of the disk again, and reports it. */
  private warmed(flight: Flight, op: Op, result: number): void {
    // The kernel can have no thread: one of this process may wait.
    if (result === -ERRNO.ECANCELED) this.sendFileInThread(flight, op);
    else this.sendFile(flight, op, mayWait(op.file) ? 0 : flight.readTo);
  }

  private sendFileInThread(flight: Flight, op: Op): void {
    const { index } = flight;
    this.flights.startThread(flight, Tag.WRITE_THREAD);
    sendFileInThread(flight.fd, op, (result) => this.flights.brought(index, Tag.WRITE_THREAD, result));
  }

  private sentByThread(flight: Flight, op: Op, cancelled: boolean, result: number): void {
    if (result === 0) this.deliver(flight, op, op.done);
    else if (cancelled) this.deliver(flight, op, -ERRNO.ECANCELED);
    else if (result === -EAGAIN) this.awaitRoom(flight);
    else if (result < 0 && result !== -EINTR) this.deliver(flight, op, result);
    else this.sendFile(flight, op, 0);
  }

  /**
   * Brings a stretch of a cold file into the page cache; otherwise sendfile(2) would wait for it here. A thread of the
   * kernel does it from the start. With a try first, as usual, this thread would find the memory, ask the disk (and
   * wait if its queue is full) and copy.
   */
  private warm(flight: Flight, op: Op, position: number, length: number): void {
    if (position >= flight.coldTo) flight.coldTo = position + COLD_STRETCH;
    flight.warming = position + length;
    const { address } = discarded;
    this.flights.start(flight, Tag.WARM, IORING_OP.READ | ASYNC, op.file, address, length, position, 0, 0);
  }

  private awaitRoom(flight: Flight): void {
    this.flights.start(flight, Tag.ROOM, IORING_OP.POLL_ADD, flight.fd, 0, 0, 0, POLL_EVENTS.OUT, 0);
  }

  private end(flight: Flight, op: Op, result: number): void {
    flight.writing = null;
    this.completions.finish(op, result);
  }

  private deliver(flight: Flight, op: Op, result: number): void {
    flight.writing = null;
    this.completions.deliver(op, result);
  }
}

function isTransient(result: number): boolean {
  return result === -EAGAIN || result === -EINTR;
}
