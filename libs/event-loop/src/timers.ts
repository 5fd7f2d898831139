import { present } from './assert.ts';
import type { Udata } from './udata.ts';

const IDLE = -1;
const DUE = -2;

/** One deadline of one udata, made once, armed and moved as often as needed. */
export class Timer {
  readonly owner: Udata;
  /** When it runs out, in the loop's milliseconds. It means nothing while the timer is not armed. */
  deadline = 0;
  /** The deadline under which the heap has filed it: never later than `deadline`. */
  filed = 0;
  /** Place in the heap; IDLE while not armed, DUE between running out and `expire`. Only `Timers` writes it. */
  index = IDLE;

  constructor(owner: Udata) {
    this.owner = owner;
  }

  get armed(): boolean {
    return this.index !== IDLE;
  }
}

/**
 * Deadlines in a binary heap: arm and cancel in O(log n).
 *
 * In a server each request moves a deadline into the future. That costs one store: the heap keeps the timer filed under
 * its old deadline, finds out when that deadline comes, and files it again.
 */
export class Timers {
  private readonly heap: Timer[] = [];
  /** The timers that have run out in this round. */
  private readonly due: Timer[] = [];

  get size(): number {
    return this.heap.length;
  }

  /** Lets `timer` run out at `deadline`; an armed timer is moved. */
  arm(timer: Timer, deadline: number): void {
    timer.deadline = deadline;
    if (timer.index < 0) {
      timer.filed = deadline;
      timer.index = this.heap.length;
      this.heap.push(timer);
      this.up(timer);
    } else if (deadline < timer.filed) {
      timer.filed = deadline;
      this.up(timer);
    }
  }

  cancel(timer: Timer): void {
    if (timer.index >= 0) this.takeOut(timer);
    timer.index = IDLE;
  }

  /** The earliest moment at which a timer may run out, or Infinity. */
  next(): number {
    const first = this.heap[0];
    return first === undefined ? Number.POSITIVE_INFINITY : first.filed;
  }

  /**
   * Calls `expire` for every timer whose deadline has come. What one throws goes to `fault`, and the others go on. A
   * timer that is armed meanwhile, even for this very moment, waits for the next round: no `expire` can keep the loop
   * here. One that is cancelled meanwhile is not called.
   * @returns how many
   */
  fire(now: number, fault: (udata: Udata, error: unknown) => void): number {
    const { due, heap } = this;
    if (heap.length === 0 || heap[0].filed > now) return 0;
    for (let first = heap[0]; first !== undefined && first.filed <= now; first = heap[0]) {
      if (first.deadline > now) {
        first.filed = first.deadline;
        this.down(first);
        continue;
      }
      this.takeOut(first);
      first.index = DUE;
      due.push(first);
    }
    let fired = 0;
    for (let index = 0; index < due.length; index++) {
      const timer = due[index];
      if (timer.index !== DUE) continue;
      timer.index = IDLE;
      fired++;
      try {
        timer.owner.expire(timer);
      } catch (error) {
        fault(timer.owner, error);
      }
    }
    due.length = 0;
    return fired;
  }

  /** Takes a filed timer out of the heap. The caller sets its `index`. */
  private takeOut(timer: Timer): void {
    const { index } = timer;
    const last = present(this.heap.pop(), 'the last timer');
    if (last === timer) return;
    last.index = index;
    this.heap[index] = last;
    this.down(last);
    this.up(last);
  }

  private up(timer: Timer): void {
    let index = timer.index;
    while (index > 0) {
      const parent = this.heap[(index - 1) >> 1];
      if (parent.filed <= timer.filed) break;
      this.heap[index] = parent;
      parent.index = index;
      index = (index - 1) >> 1;
    }
    this.heap[index] = timer;
    timer.index = index;
  }

  private down(timer: Timer): void {
    const size = this.heap.length;
    let index = timer.index;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      if (child + 1 < size && this.heap[child + 1].filed < this.heap[child].filed) child++;
      const lower = this.heap[child];
      if (lower.filed >= timer.filed) break;
      this.heap[index] = lower;
      lower.index = index;
      index = child;
    }
    this.heap[index] = timer;
    timer.index = index;
  }
}
