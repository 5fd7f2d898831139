import type * as libc from '../../ffi/libc.ts';
import { inThread } from '../../ffi/threads.ts';
import { IORING_OP, IOSQE } from '../../ffi/uring-layout.ts';
import type { Udata } from '../../udata.ts';
import type { Completions } from '../completions.ts';
import type { Interest } from '../driver.ts';
import { closeDescriptor } from '../system/slow-file.ts';
import { Flight, isInThread, Recall, Tag } from './flight.ts';
import type { Ring } from './ring.ts';

/** The index that no flight has. */
export const NOBODY = 0;

/**
 * Everything that is registered, by the index that the kernel carries, and the way to the ring. A flight notes what is
 * submitted for it, and retires when the kernel has nothing of it any more.
 */
export class Flights {
  readonly ring: Ring;
  notify: () => void = () => {};
  /** Called with what a thread has brought, in the form of a completion. The driver sets it. */
  brought: (index: number, tag: Tag, result: number) => void = () => {};
  /** Counts the rounds of `deliver`. */
  round = 1;
  /** Flights that have not retired. */
  live = 0;
  private readonly completions: Completions;
  private readonly list: (Flight | null)[] = [null];
  private readonly free: number[] = [];
  private again: Flight[] = [];
  private spare: Flight[] = [];

  constructor(ring: Ring, completions: Completions) {
    this.ring = ring;
    this.completions = completions;
  }

  add(udata: Udata, interest: Interest): Flight {
    const flight = new Flight(udata, interest);
    flight.index = this.free.pop() ?? this.list.length;
    this.list[flight.index] = flight;
    this.live++;
    return flight;
  }

  at(index: number): Flight | null {
    return this.list[index] ?? null;
  }

  /** Prepares the submission of a flight's direction, which must have nothing in flight. Arguments as for the ring. */
  start(
    flight: Flight,
    tag: Tag,
    head: number,
    fd: number,
    address: number,
    length: number,
    offset: number,
    opFlags: number,
    group: number,
  ): void {
    if (tag < Tag.SEND) flight.readTag = tag;
    else flight.writeTag = tag;
    this.ring.prepare(head, fd, address, length, offset, opFlags, group, flight.index, tag);
  }

  /** Has a thread of this process serve a direction of a flight. The flight pins the memory. */
  inThread(flight: Flight, tag: Tag, call: libc.Call, args: readonly number[]): void {
    this.startThread(flight, tag);
    inThread(call, args, (result) => this.brought(flight.index, tag, result));
  }

  /** A thread is about to work for a flight: `brought` follows. */
  startThread(flight: Flight, tag: Tag): void {
    if (tag < Tag.SEND) flight.readTag = tag;
    else flight.writeTag = tag;
  }

  /**
   * Asks the kernel, once, to give back what it has of the reading direction. Its completion follows either way.
   * @param why ASKED or CANCELLED; the greater of two stands
   */
  recallRead(flight: Flight, why: Recall): void {
    const { readTag, readRecall } = flight;
    if (readTag === Tag.NONE) return;
    if (why > readRecall) flight.readRecall = why;
    if (readRecall === Recall.NONE && !isInThread(readTag)) this.cancel(flight.index, readTag);
  }

  /** The same for the writing direction. */
  recallWrite(flight: Flight, why: Recall): void {
    const { writeTag, writeRecall } = flight;
    if (writeTag === Tag.NONE) return;
    if (why > writeRecall) flight.writeRecall = why;
    if (writeRecall === Recall.NONE && !isInThread(writeTag)) this.cancel(flight.index, writeTag);
  }

  /**
   * A cancellation names its target by the 64 bits of the target's user data, in the field where other operations have
   * an address.
   */
  cancel(index: number, tag: Tag): void {
    const token = tag * 0x100000000 + index;
    const head = IORING_OP.ASYNC_CANCEL | (IOSQE.CQE_SKIP_SUCCESS << 8);
    this.ring.prepare(head, -1, token, 0, 0, 0, 0, NOBODY, Tag.NONE);
  }

  /** Some flights want another turn. */
  get waiting(): boolean {
    return this.again.length > 0;
  }

  queue(flight: Flight): void {
    if (flight.queued) return;
    flight.queued = true;
    this.again.push(flight);
  }

  /** Serves those that wanted a turn when this was called; `turn` may want another. */
  takeTurns(turn: (flight: Flight) => void): void {
    const turns = this.again;
    if (turns.length === 0) return;
    this.again = this.spare;
    this.spare = turns;
    for (let index = 0; index < turns.length; index++) {
      const flight = turns[index];
      flight.queued = false;
      if (!flight.closed) turn(flight);
    }
    turns.length = 0;
  }

  /**
   * A closed flight retires as soon as the kernel has nothing of it: the descriptor is closed, and `dispose` follows.
   */
  retireIfDone(flight: Flight): void {
    if (flight.inFlight) return;
    this.list[flight.index] = null;
    this.free.push(flight.index);
    this.live--;
    closeDescriptor(flight);
    this.release(flight.udata);
  }

  /** The kernel has something of some flights. */
  get inRing(): boolean {
    return this.list.some((flight) => flight?.inRing === true);
  }

  /** A udata whose descriptor is closed is disposed of out of the next `deliver`. */
  release(udata: Udata): void {
    this.completions.release(udata);
    this.notify();
  }
}
