import { present } from '../../assert.ts';
import { EAGAIN, EINTR, ERRNO } from '../../ffi/errno.ts';
import { C } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import {
  IORING_CQE_F,
  IORING_OP,
  IORING_RECV_MULTISHOT,
  IOSQE,
  POLL_EVENTS,
} from '../../ffi/uring-layout.ts';
import type { Memory } from '../../memory.ts';
import { type Op, OpKind } from '../../op.ts';
import type { Completions } from '../completions.ts';
import { Interest } from '../driver.ts';
import { peerOf } from '../system/socket.ts';
import { deliverBacklog } from './backlog.ts';
import { UringChildren } from './children.ts';
import type { UringFiles } from './files.ts';
import { type Flight, GOES_ON, Recall, Tag } from './flight.ts';
import type { Flights } from './flights.ts';
import type { ProvidedBuffers } from './provided-buffers.ts';
import { Starved } from './starved.ts';

/** Connections delivered from one listening socket before the others have their turn. */
const ACCEPTS_A_TURN = 128;

const RECV_STREAM = IORING_OP.RECV | (IOSQE.BUFFER_SELECT << 8) | (IORING_RECV_MULTISHOT << 16);
const RECV_PIECE = IORING_OP.RECV | (IOSQE.BUFFER_SELECT << 8);
const READ_PIECE = IORING_OP.READ | (IOSQE.BUFFER_SELECT << 8);

/**
 * The operations that read.
 *
 * For a connection that asks and waits, one submission receives for all its life: RECV costs nothing to submit, and its
 * bytes come in small buffers that the kernel chooses. What comes while the owner has not asked is copied and held. If
 * that is more than a small buffer, the submission is taken back, so that the remainder waits in the kernel and the
 * connection's window closes. From then on the connection is *bulk*: each RECV is a submission of its own into a large
 * buffer, and nothing can come unasked. That lasts until a receive is short again. Until the kernel has given the
 * submission back, no more can come than there are small buffers (512 KiB), and that once: nothing is asked for again
 * before the owner has taken what is held.
 */
export class UringReads {
  private readonly flights: Flights;
  private readonly completions: Completions;
  private readonly small: ProvidedBuffers;
  private readonly large: ProvidedBuffers;
  private readonly files: UringFiles;
  private readonly children: UringChildren;
  private readonly starved = new Starved();

  constructor(
    flights: Flights,
    completions: Completions,
    files: UringFiles,
    small: ProvidedBuffers,
    large: ProvidedBuffers,
  ) {
    this.flights = flights;
    this.files = files;
    this.children = new UringChildren(flights, completions);
    this.completions = completions;
    this.small = small;
    this.large = large;
  }

  submit(flight: Flight, op: Op): void {
    flight.reading = op;
    if (flight.held !== null || flight.ending !== GOES_ON || flight.accepted >= 0 || op.last)
      this.flights.queue(flight);
    else if (flight.readTag === Tag.NONE) this.begin(flight, op);
    // A submission that cannot serve it is taken back; its completion begins the new one.
    else if (!serves(flight.readTag, op)) this.flights.recallRead(flight, Recall.ASKED);
  }

  private begin(flight: Flight, op: Op): void {
    const { flights } = this;
    const { fd } = flight;
    switch (op.kind) {
      case OpKind.RECV:
        if (op.memory !== null) this.startInto(flight, IORING_OP.RECV, op.memory, op, 0);
        else if (flight.bulk) this.startPiece(flight, RECV_PIECE, 0);
        else flights.start(flight, Tag.STREAM, RECV_STREAM, fd, 0, 0, 0, 0, this.small.group);
        break;
      case OpKind.READ: {
        const { memory } = op;
        if (memory === null) this.startPiece(flight, READ_PIECE, -1);
        else if (flight.interest === Interest.FILE) this.files.read(flight, op);
        else this.startInto(flight, IORING_OP.READ, memory, op, op.position);
        break;
      }
      case OpKind.ACCEPT: {
        const accepted = C.SOCK_NONBLOCK | C.SOCK_CLOEXEC;
        flights.start(flight, Tag.ACCEPT, IORING_OP.ACCEPT, fd, 0, 0, 0, accepted, 0);
        break;
      }
      case OpKind.CHILD:
        this.children.await(flight, op);
        break;
    }
  }

  private startPiece(flight: Flight, head: number, offset: number): void {
    const { group, size } = this.large;
    this.flights.start(flight, Tag.PIECE, head, flight.fd, 0, size, offset, 0, group);
  }

  private startInto(flight: Flight, head: number, memory: Memory, op: Op, position: number): void {
    flight.readPin = memory;
    const address = memory.address + op.offset;
    this.flights.start(flight, Tag.READ, head, flight.fd, address, op.length, position, 0, 0);
  }

  /** @param op the pending one */
  cancel(flight: Flight, op: Op): void {
    if (flight.readTag === Tag.READ || flight.readTag === Tag.READ_THREAD) {
      // The kernel may be writing into the owner's memory: its completion ends the op.
      this.flights.recallRead(flight, Recall.CANCELLED);
      return;
    }
    // A stream or a piece stays: what it brings is held for the next RECV, and nothing is lost.
    if (flight.readTag === Tag.ACCEPT || flight.readTag === Tag.CHILD)
      this.flights.recallRead(flight, Recall.ASKED);
    if (op.kind === OpKind.CHILD) this.children.forget(flight);
    flight.reading = null;
    this.completions.finish(op, -ERRNO.ECANCELED);
  }

  /** A completion of this direction. */
  completed(flight: Flight, tag: Tag, result: number, flags: number): void {
    const more = (flags & IORING_CQE_F.MORE) !== 0;
    const cancelled = flight.readRecall === Recall.CANCELLED;
    if (!more) {
      flight.readTag = Tag.NONE;
      flight.readRecall = Recall.NONE;
    }
    switch (tag) {
      case Tag.STREAM:
        this.received(flight, this.small, result, flags);
        break;
      case Tag.PIECE:
        this.received(flight, this.large, result, flags);
        break;
      case Tag.READ:
      case Tag.READ_THREAD:
        this.readInto(flight, tag, result, cancelled);
        break;
      case Tag.ACCEPT:
        this.accepted(flight, result);
        break;
      default:
        // CHILD and READABLE: the operation itself looks again.
        this.lookAgain(flight);
    }
    // An accept goes on until it is cancelled.
    if (!more && flight.reading?.kind === OpKind.ACCEPT && flight.readTag === Tag.NONE)
      this.flights.queue(flight);
  }

  /** Frees what the completion of a closed flight brings. */
  drop(flight: Flight, tag: number, result: number, flags: number): void {
    if ((flags & IORING_CQE_F.MORE) === 0) flight.readTag = Tag.NONE;
    if ((flags & IORING_CQE_F.BUFFER) !== 0) {
      const buffers = tag === Tag.STREAM ? this.small : this.large;
      buffers.take(flags >>> 16);
      buffers.recycle(flags >>> 16);
    }
    if (tag === Tag.ACCEPT && result >= 0) libc.close(result);
    if (flight.readTag === Tag.NONE) flight.readPin = null;
  }

  /** Frees what a flight that is being closed has of its own. */
  terminate(flight: Flight): void {
    this.children.forget(flight);
    if (flight.accepted >= 0) libc.close(flight.accepted);
    flight.accepted = -1;
    flight.held = null;
    this.flights.recallRead(flight, Recall.ASKED);
  }

  /** Delivers what is held, or begins again what has to be begun again. */
  turn(flight: Flight, op: Op): void {
    if (op.kind === OpKind.ACCEPT) this.deliverAccepted(flight, op);
    else if (flight.held !== null) this.deliverHeld(flight, op, flight.held);
    else if (flight.ending !== GOES_ON) this.deliverEnding(flight, op);
    else if (flight.readTag === Tag.NONE) this.begin(flight, op);
    else if (!serves(flight.readTag, op)) this.flights.recallRead(flight, Recall.ASKED);
  }

  // ---- streams -----------------------------------------------------------------------------------------------

  private received(flight: Flight, buffers: ProvidedBuffers, result: number, flags: number): void {
    if ((flags & IORING_CQE_F.BUFFER) === 0) {
      if (result <= 0) this.ended(flight, result);
      return;
    }
    const id = flags >>> 16;
    const offset = buffers.take(id);
    if (result > 0) this.bring(flight, buffers, offset, result);
    else this.ended(flight, result);
    buffers.recycle(id);
  }

  private bring(flight: Flight, buffers: ProvidedBuffers, offset: number, length: number): void {
    const op = flight.reading;
    if (length < this.small.size) flight.bulk = false;
    const { round } = this.flights;
    if (op === null || flight.held !== null || flight.servedIn === round || !isLent(op)) {
      this.hold(flight, buffers, offset, length);
      return;
    }
    flight.servedIn = round;
    flight.reading = null;
    op.bytes = buffers.memory.bytes;
    op.offset = offset;
    this.completions.deliver(op, length);
  }

  private hold(flight: Flight, buffers: ProvidedBuffers, offset: number, length: number): void {
    flight.held ??= [];
    flight.held.push(Buffer.from(buffers.memory.bytes.subarray(offset, offset + length)));
    flight.heldBytes += length;
    if (flight.reading !== null) this.flights.queue(flight);
    if (flight.heldBytes < this.small.size) return;
    flight.bulk = true;
    if (flight.readTag === Tag.STREAM) this.flights.recallRead(flight, Recall.ASKED);
  }

  private deliverHeld(flight: Flight, op: Op, held: Buffer[]): void {
    const bytes = held.length === 1 ? held[0] : Buffer.concat(held);
    let length = bytes.length;
    if (op.memory === null) {
      op.bytes = bytes;
      op.offset = 0;
    } else {
      length = Math.min(length, op.length);
      bytes.copy(op.memory.bytes, op.offset, 0, length);
      op.bytes = op.memory.bytes;
    }
    flight.held = length < bytes.length ? [bytes.subarray(length)] : null;
    flight.heldBytes = bytes.length - length;
    flight.reading = null;
    this.completions.deliver(op, length);
  }

  private ended(flight: Flight, result: number): void {
    const op = flight.reading;
    if (result === -EAGAIN) {
      if (op !== null) this.awaitReadable(flight);
    } else if (result === -ERRNO.ENOBUFS) {
      if (op !== null) this.starved.push(flight);
    } else if (result === -ERRNO.ECANCELED || result === -EINTR) {
      if (op !== null) this.flights.queue(flight);
    } else if (op !== null && flight.held === null && isLent(op)) {
      flight.reading = null;
      this.completions.deliver(op, result);
    } else {
      flight.ending = result;
      if (op !== null) this.flights.queue(flight);
    }
  }

  /** As many may ask again as there are buffers, and all buffers are back at the end of a round. */
  feed(): void {
    for (let left = this.small.count; left > 0; left--) {
      const flight = this.starved.shift();
      if (flight === null) return;
      if (!flight.closed && flight.reading !== null) this.turn(flight, flight.reading);
    }
  }

  get starving(): boolean {
    return this.starved.some;
  }

  private deliverEnding(flight: Flight, op: Op): void {
    const { ending } = flight;
    flight.ending = GOES_ON;
    flight.reading = null;
    this.completions.deliver(op, ending);
  }

  private readInto(flight: Flight, tag: Tag, result: number, cancelled: boolean): void {
    const op = present(flight.reading, 'the operation of a completion');
    const memory = present(flight.readPin, 'the memory of a read');
    flight.readPin = null;
    if (flight.interest === Interest.FILE) {
      if (!cancelled && this.files.retry(flight, op, tag, result)) return;
      flight.reading = null;
      op.bytes = memory.bytes;
      this.completions.deliver(op, result === -EAGAIN ? -ERRNO.EIO : result);
      return;
    }
    if (result === -EAGAIN && !cancelled) {
      this.awaitReadable(flight);
      return;
    }
    if (result === -EINTR && !cancelled) {
      this.begin(flight, op);
      return;
    }
    flight.reading = null;
    op.bytes = memory.bytes;
    this.completions.deliver(op, result === -EINTR || result === -EAGAIN ? -ERRNO.ECANCELED : result);
  }

  /** A descriptor marked O_NONBLOCK that the kernel cannot wait on by itself (a pipe before Linux 6.4). */
  private awaitReadable(flight: Flight): void {
    this.flights.start(flight, Tag.READABLE, IORING_OP.POLL_ADD, flight.fd, 0, 0, 0, POLL_EVENTS.IN, 0);
  }

  private lookAgain(flight: Flight): void {
    const op = flight.reading;
    if (op === null) return;
    if (op.kind === OpKind.CHILD) this.children.ended(flight, op);
    else this.flights.queue(flight);
  }

  // ---- accepting ---------------------------------------------------------------------------------------------

  /**
   * The kernel brings one connection for each submission. It could bring all that come. But then a limit on connections
   * would hold only for those that were delivered: the kernel would accept a whole burst, and its descriptors would be
   * held here.
   */
  private accepted(flight: Flight, result: number): void {
    if (result >= 0) flight.accepted = result;
    else if (result !== -ERRNO.ECANCELED && result !== -ERRNO.ECONNABORTED && result !== -EINTR) {
      flight.ending = result;
    }
    if (flight.reading !== null) this.flights.queue(flight);
  }

  private deliverAccepted(flight: Flight, op: Op): void {
    const first = flight.accepted;
    if (first >= 0) {
      flight.accepted = -1;
      const peer = peerOf(first);
      // It was reset while it waited, as ECONNABORTED would have said (accept(2)).
      if (peer === '') libc.close(first);
      else {
        op.text = peer;
        this.completions.deliverMore(op, first);
      }
      if (flight.closed || flight.reading !== op) return;
    }
    if (flight.ending !== GOES_ON) this.deliverEnding(flight, op);
    else if (flight.readTag !== Tag.NONE) return;
    else if (deliverBacklog(flight, op, this.completions, ACCEPTS_A_TURN)) this.flights.queue(flight);
    else if (!flight.closed && flight.reading === op) this.begin(flight, op);
  }
}

function isLent(op: Op): boolean {
  return op.memory === null && (op.kind === OpKind.RECV || op.kind === OpKind.READ);
}

/** Whether what is in flight brings what the op asks for. */
function serves(tag: Tag, op: Op): boolean {
  switch (tag) {
    case Tag.STREAM:
    case Tag.PIECE:
      return isLent(op);
    case Tag.READABLE:
      return true;
    // The op stays pending until the kernel or the thread is done with its memory.
    case Tag.READ:
    case Tag.READ_THREAD:
      return true;
    case Tag.ACCEPT:
      return op.kind === OpKind.ACCEPT;
    default:
      return false;
  }
}
