import { type Op, OpState } from '../op.ts';
import type { Udata } from '../udata.ts';

/** Each `OpKind` is smaller. */
const KINDS = 16;

/**
 * Results on their way to their owners, and closed udatas on their way to `dispose`.
 *
 * An op that ends within the call that submits it (a small send) waits here and is delivered later. What an owner
 * submits in its `complete`, and what ends at once again, waits for the next round: otherwise a fast reader of a long
 * stream would keep the loop to itself.
 */
export class Completions {
  /** Completions delivered, ever. */
  delivered = 0;
  /** What results above 0 come to, by the kind of their operation: bytes, for those that move some. */
  readonly moved = new Float64Array(KINDS);
  /** Results that wait. */
  count = 0;
  fault: (udata: Udata, error: unknown) => void = (_udata, error) => {
    throw error;
  };
  private waiting: (Op | null)[] = [];
  private spare: (Op | null)[] = [];
  private readonly closed: Udata[] = [];
  private disposed = 0;

  get busy(): boolean {
    return this.count > 0 || this.closed.length > this.disposed;
  }

  /** Ends an op from within a submit, or on behalf of a thread. Its completion is delivered later. */
  finish(op: Op, result: number): void {
    op.result = result;
    op.state = OpState.DONE;
    this.waiting[this.count++] = op;
  }

  /** Delivers what has ended since `count` was `mark`. What ends meanwhile waits. */
  drainFrom(mark: number): void {
    const { waiting } = this;
    const end = this.count;
    for (let index = mark; index < end; index++) {
      const op = waiting[index];
      waiting[index] = null;
      if (op !== null) this.deliverDone(op);
    }
    if (this.count === end) this.count = mark;
  }

  /** Delivers all that waits. What ends meanwhile waits. */
  drain(): void {
    const { waiting, count } = this;
    if (count === 0) return;
    this.waiting = this.spare;
    this.spare = waiting;
    this.count = 0;
    for (let index = 0; index < count; index++) {
      const op = waiting[index];
      waiting[index] = null;
      if (op !== null) this.deliverDone(op);
    }
  }

  /** Delivers the last result of an op. */
  deliver(op: Op, result: number): void {
    op.state = OpState.IDLE;
    this.deliverMore(op, result);
  }

  /** Delivers one result of an op that goes on. */
  deliverMore(op: Op, result: number): void {
    op.result = result;
    this.delivered++;
    if (result > 0) this.moved[op.kind] += result;
    try {
      op.owner.complete(op);
    } catch (error) {
      this.fault(op.owner, error);
    }
  }

  /** Nothing holds this udata any more. */
  release(udata: Udata): void {
    this.closed.push(udata);
  }

  disposeClosed(): void {
    if (this.closed.length === 0) return;
    // A `dispose` may close other udatas, which this same loop then serves, or dispose of the whole driver, which comes
    // here again. So each udata is taken out before it is called.
    while (this.disposed < this.closed.length) {
      const udata = this.closed[this.disposed++];
      try {
        udata.dispose();
      } catch (error) {
        this.fault(udata, error);
      }
    }
    this.closed.length = 0;
    this.disposed = 0;
  }

  private deliverDone(op: Op): void {
    // A close since then has taken the op back.
    if (op.state !== OpState.DONE) return;
    if (op.registration?.closed === false) this.deliver(op, op.result);
    else op.state = OpState.IDLE;
  }
}
