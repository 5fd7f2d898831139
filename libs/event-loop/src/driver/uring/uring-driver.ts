import { ERRNO } from '../../ffi/errno.ts';
import * as libc from '../../ffi/libc.ts';
import { IORING_CQE_F, IORING_OP, POLL_EVENTS } from '../../ffi/uring-layout.ts';
import { type Op, OpKind, OpState } from '../../op.ts';
import type { Udata } from '../../udata.ts';
import type { Driver, Interest } from '../driver.ts';
import { handOver } from '../hand-over.ts';
import { EventList } from '../system/event-list.ts';
import { LinuxNotices } from '../system/linux-notices.ts';
import { SystemDriver } from '../system/system-driver.ts';
import { UringFiles } from './files.ts';
import { type Flight, isInThread, Tag } from './flight.ts';
import { Flights, NOBODY } from './flights.ts';
import { openUring, type Uring, type UringSizes } from './probe.ts';
import { UringReads } from './reads.ts';
import type { Ring } from './ring.ts';
import { UringWrites } from './writes.ts';

/** How long the end of the loop waits for what the kernel cannot call back: a disk that does not answer. */
const JOIN_MS = 5000;
/** Drivers whose kernel has not given everything back: their memory is not freed for as long as the process lives. */
const abandoned = new Set<UringDriver>();

interface Completion {
  readonly index: number;
  readonly tag: Tag;
  readonly result: number;
  readonly flags: number;
}

/**
 * io_uring(7): operations go to the kernel as they are, and come back completed. One system call a round submits what
 * all udatas want and brings what all of them get.
 *
 * Life of a flight (what is registered here): registered -> closed, while the kernel still has something of it and is
 * asked to give it back -> retired, as soon as the kernel has nothing. Only then the descriptor is closed and the index
 * is free.
 */
export class UringDriver extends SystemDriver implements Driver {
  readonly name = 'io_uring';
  readonly fd: number;
  readonly ring: Ring;
  private readonly uring: Uring;
  private readonly flights: Flights;
  private readonly reads: UringReads;
  private readonly writes: UringWrites;
  private readonly bySlot: (Flight | null)[] = [];
  private readonly notices = new LinuxNotices((fd) => this.awaitNotices(fd));
  private readonly changes = new EventList(1024);
  /** Completions that `join` met while it waited for another one, and what threads have brought. */
  private readonly later: Completion[] = [];
  private noticesAwaited = false;
  private ended = false;
  private readonly turnOf = (flight: Flight): void => this.turn(flight);

  private constructor(uring: Uring) {
    super();
    this.uring = uring;
    this.ring = uring.ring;
    this.fd = uring.ring.eventFd;
    this.flights = new Flights(uring.ring, this.completions);
    this.flights.brought = (index, tag, result) => this.brought(index, tag, result);
    const files = new UringFiles(this.flights);
    this.reads = new UringReads(this.flights, this.completions, files, uring.small, uring.large);
    this.writes = new UringWrites(this.flights, this.completions, files);
  }

  /** @returns the driver, or why it is not available. Sizes and flags are for tests. */
  static open(sizes?: UringSizes, flags?: number): UringDriver | string {
    const uring = openUring(sizes, flags);
    return typeof uring === 'string' ? uring : new UringDriver(uring);
  }

  get notify(): () => void {
    return this.flights.notify;
  }

  set notify(notify: () => void) {
    this.flights.notify = notify;
  }

  get busy(): boolean {
    return this.due || this.ring.prepared > 0;
  }

  /** Something can be delivered without asking the kernel. */
  private get due(): boolean {
    return this.flights.waiting || this.reads.starving || this.completions.busy || this.later.length > 0;
  }

  /** What the kernel and the flights hold now: for tests. */
  get counts(): { readonly flights: number; readonly lent: number; readonly held: number } {
    let held = 0;
    for (const flight of this.bySlot) held += flight?.heldBytes ?? 0;
    return { flights: this.flights.live, lent: this.uring.small.lent + this.uring.large.lent, held };
  }

  register(udata: Udata, interest: Interest): number {
    if (udata.slot >= 0) return -ERRNO.EEXIST;
    this.table.insert(udata);
    this.bySlot[udata.slot] = this.flights.add(udata, interest);
    return 0;
  }

  submit(op: Op): void {
    const flight = this.flightFor(op);
    if (flight === null) return;
    const writes = op.kind >= OpKind.SEND;
    if (op.state !== OpState.IDLE || (writes ? flight.writing : flight.reading) !== null) {
      throw new Error(`${op.owner.kind}: an operation of this direction is pending; wait for its end`);
    }
    op.state = OpState.PENDING;
    op.done = 0;
    if (writes) this.writes.submit(flight, op);
    else if (op.kind === OpKind.CHANGE) this.awaitChange(flight, op);
    else this.reads.submit(flight, op);
  }

  cancel(op: Op): void {
    const flight = this.flightFor(op);
    if (flight === null || op.state !== OpState.PENDING) return;
    if (op === flight.writing) this.writes.cancel(flight, op);
    else {
      if (op.kind === OpKind.CHANGE) this.notices.remove(flight.slot);
      this.reads.cancel(flight, op);
    }
    this.notify();
  }

  join(op: Op, timeoutMs: number): void {
    const flight = this.flightFor(op);
    if (flight === null || op !== flight.writing) return;
    const { ring, later } = this;
    const { index, writeTag } = flight;
    // Another join may have taken it out of the ring.
    const met = later.findIndex((completion) => completion.index === index && completion.tag === writeTag);
    if (met >= 0) {
      const [completion] = later.splice(met, 1);
      this.writes.joined(flight, op, completion.result);
      return;
    }
    if (isInThread(writeTag)) return;
    const until = performance.now() + timeoutMs;
    for (let left = timeoutMs; left > 0; left = until - performance.now()) {
      const end = ring.end;
      while (ring.next(end)) {
        if (ring.index === index && ring.tag === writeTag) {
          this.writes.joined(flight, op, ring.result);
          return;
        }
        later.push({ index: ring.index, tag: ring.tag, result: ring.result, flags: ring.flags });
      }
      ring.enter(1, Math.ceil(left));
    }
  }

  handOver(from: Udata, to: Udata): void {
    handOver(this.table, this.flightOf(from), from, to);
  }

  close(udata: Udata): void {
    const flight = this.flightOf(udata);
    const { fd } = udata;
    udata.fd = -1;
    if (flight === null) {
      // It was never registered: there is only the descriptor to close.
      if (fd < 0) return;
      libc.close(fd);
      this.flights.release(udata);
      return;
    }
    flight.closed = true;
    if (flight.reading?.kind === OpKind.CHANGE) this.notices.remove(flight.slot);
    if (flight.reading !== null) flight.reading.state = OpState.IDLE;
    if (flight.writing !== null) flight.writing.state = OpState.IDLE;
    flight.reading = null;
    flight.writing = null;
    this.bySlot[udata.slot] = null;
    this.table.remove(udata);
    this.reads.terminate(flight);
    this.writes.terminate(flight);
    this.flights.retireIfDone(flight);
  }

  wait(timeoutMs: number): number {
    const { ring } = this;
    ring.hush();
    if (timeoutMs !== 0 && !this.due) return ring.enter(1, timeoutMs);
    return ring.quiet ? 0 : ring.enter(0, 0);
  }

  /** Called before the thread sleeps elsewhere, on `fd`. @returns false if there is something to do after all */
  armDescriptor(): boolean {
    return !this.busy && this.ring.listen();
  }

  deliver(): number {
    const { ring, completions, flights } = this;
    // A timer of this same tick may have disposed of the loop.
    if (this.ended) return 0;
    const before = completions.delivered;
    flights.round++;
    this.writes.share.begin();
    if (this.later.length > 0) this.dispatchLater();
    const end = ring.end;
    while (!this.ended && ring.next(end)) this.dispatch(ring.index, ring.tag, ring.result, ring.flags);
    flights.takeTurns(this.turnOf);
    this.reads.feed();
    completions.drain();
    completions.disposeClosed();
    this.uring.small.publish();
    this.uring.large.publish();
    return completions.delivered - before;
  }

  dispose(): void {
    this.ended = true;
    this.completions.disposeClosed();
    if (this.noticesAwaited) this.flights.cancel(NOBODY, Tag.NOTICES);
    this.notices.dispose();
    const until = performance.now() + JOIN_MS;
    this.dispatchLater();
    while (this.inFlight && performance.now() < until) {
      if (this.later.length === 0) this.ring.enter(1, JOIN_MS / 50);
      this.dispatchLater();
      const end = this.ring.end;
      while (this.ring.next(end))
        this.dispatch(this.ring.index, this.ring.tag, this.ring.result, this.ring.flags);
      this.completions.disposeClosed();
    }
    if (this.inFlight) abandoned.add(this);
    else this.ring.dispose();
  }

  private get inFlight(): boolean {
    return this.flights.inRing || this.noticesAwaited;
  }

  /** The flight of an op's owner. From its second submit on, it is found without a look at the owner. */
  private flightFor(op: Op): Flight | null {
    // Only its owner's driver writes this field, and this driver's registrations are flights.
    const known = op.registration as Flight | null;
    if (known !== null && !known.closed) return known;
    const flight = this.flightOf(op.owner);
    op.registration = flight;
    return flight;
  }

  private flightOf(udata: Udata): Flight | null {
    return udata.slot < 0 ? null : (this.bySlot[udata.slot] ?? null);
  }

  /** Gives one completion to its flight. */
  private dispatch(index: number, tag: Tag, result: number, flags: number): void {
    const flight = this.flights.at(index);
    if (flight === null) {
      if (tag === Tag.NOTICES) this.drainNotices();
    } else if (flight.closed) {
      // The table counts it, as every token that has outlived its object.
      this.table.get(flight.slot, flight.generation);
      if (tag < Tag.SEND) this.reads.drop(flight, tag, result, flags);
      else this.writes.drop(flight);
      if ((flags & IORING_CQE_F.MORE) === 0) this.flights.retireIfDone(flight);
    } else if (tag < Tag.SEND) this.reads.completed(flight, tag, result, flags);
    else this.writes.completed(flight, tag, result);
  }

  private brought(index: number, tag: Tag, result: number): void {
    this.later.push({ index, tag, result, flags: 0 });
    if (!this.ended) this.flights.notify();
    else {
      this.dispatchLater();
      this.completions.disposeClosed();
    }
  }

  /**
   * Dispatches what came while a single write was waited for. It goes one by one: a completion may join the write of a
   * later one.
   */
  private dispatchLater(): void {
    const { later } = this;
    for (let turns = later.length; turns > 0; turns--) {
      const completion = later.shift();
      if (completion === undefined) return;
      this.dispatch(completion.index, completion.tag, completion.result, completion.flags);
    }
  }

  private turn(flight: Flight): void {
    const { reading, writing } = flight;
    if (writing !== null) this.writes.turn(flight, writing);
    if (reading !== null && flight.reading === reading) this.reads.turn(flight, reading);
  }

  // ---- watched paths -----------------------------------------------------------------------------------------

  private awaitChange(flight: Flight, op: Op): void {
    flight.reading = op;
    const error = this.notices.add(op.text, flight.slot, flight.generation);
    if (error >= 0) return;
    flight.reading = null;
    this.completions.finish(op, error);
  }

  /** One poll for all watched paths, submitted again after each drain: it reports at once what a drain has not read. */
  private awaitNotices(fd: number): number {
    this.noticesAwaited = true;
    this.ring.prepare(IORING_OP.POLL_ADD, fd, 0, 0, 0, POLL_EVENTS.IN, 0, NOBODY, Tag.NOTICES);
    return 0;
  }

  private drainNotices(): void {
    this.noticesAwaited = false;
    if (this.ended) return;
    this.awaitNotices(this.notices.fd);
    const { changes } = this;
    changes.count = 0;
    this.notices.drain(changes);
    for (let at = 0; at < changes.count; at++) {
      const slot = changes.slots[at];
      const udata = this.table.get(slot, changes.generations[at]);
      const op = udata === null ? null : (this.bySlot[slot]?.reading ?? null);
      if (op === null || op.kind !== OpKind.CHANGE) continue;
      op.text = changes.names[at];
      this.completions.deliverMore(op, changes.detail[at]);
      if (this.ended) return;
    }
  }
}
