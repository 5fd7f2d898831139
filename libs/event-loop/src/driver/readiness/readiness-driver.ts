import { present } from '../../assert.ts';
import { ERRNO } from '../../ffi/errno.ts';
import * as libc from '../../ffi/libc.ts';
import { type Op, OpKind, OpState } from '../../op.ts';
import type { Udata } from '../../udata.ts';
import { type Driver, type DriverName, Interest } from '../driver.ts';
import { handOver } from '../hand-over.ts';
import { Ready } from '../system/event-list.ts';
import { SystemDriver } from '../system/system-driver.ts';
import { Attempts } from './attempts.ts';
import type { Poller } from './poller.ts';
import { Watch, Writer } from './watch.ts';

/**
 * Turns readiness into completion, in this one place. It tries the call. If the call would block, it goes back to the
 * poller and tries again when the poller reports the descriptor.
 */
export class ReadinessDriver extends SystemDriver implements Driver {
  private readonly poller: Poller;
  private readonly watches: (Watch | null)[] = [];
  private readonly attempts: Attempts;
  /**
   * The events of a round are being delivered. What their owners send leaves when all have been called. To receive,
   * answer, receive and answer would cost a request a twelfth more CPU: each answer wakes its peer, which has gone to
   * sleep again between two answers, and sending and receiving push each other out of the processor's caches.
   */
  private inRound = false;

  constructor(poller: Poller) {
    super();
    this.poller = poller;
    this.attempts = new Attempts(poller, this.completions);
    if (poller.waitInThread !== undefined) {
      this.waitInThread = (timeoutMs, woken) => poller.waitInThread?.(timeoutMs, woken);
    }
  }

  waitInThread?: (timeoutMs: number, woken: () => void) => void;

  get name(): DriverName {
    return this.poller.name;
  }

  get fd(): number {
    return this.poller.fd;
  }

  get notify(): () => void {
    return this.attempts.notify;
  }

  set notify(notify: () => void) {
    this.attempts.notify = notify;
  }

  get busy(): boolean {
    return this.due || this.poller.pending;
  }

  /** Something can be delivered without asking the poller. */
  private get due(): boolean {
    return this.attempts.waiting || this.completions.busy;
  }

  register(udata: Udata, interest: Interest): number {
    if (udata.slot >= 0) return -ERRNO.EEXIST;
    this.table.insert(udata);
    const watch = new Watch(udata, interest);
    watch.inPieces = this.attempts.takeLocal(udata.fd);
    this.watches[udata.slot] = watch;
    if (udata.fd < 0 || interest === Interest.FILE) return 0;
    const error = this.poller.add(udata.fd, interest, udata.slot, udata.generation);
    if (error < 0) {
      this.watches[udata.slot] = null;
      this.table.remove(udata);
    }
    return error;
  }

  submit(op: Op): void {
    const watch = this.watchFor(op);
    if (watch === null) return;
    const writes = op.kind >= OpKind.SEND;
    if (op.state !== OpState.IDLE || (writes ? watch.writing : watch.reading) !== null) {
      throw new Error(`${op.owner.kind}: an operation of this direction is pending; wait for its end`);
    }
    op.state = OpState.PENDING;
    op.done = 0;
    if (writes) this.submitWrite(watch, op);
    else this.submitRead(watch, op);
    if (this.due) this.attempts.notify();
  }

  private submitWrite(watch: Watch, op: Op): void {
    watch.writing = op;
    watch.readTo = 0;
    watch.coldTo = 0;
    if (!watch.writable) this.poller.want(watch.fd, Interest.WRITE, watch.slot, watch.generation);
    else if (this.inRound && op.kind === OpKind.SEND) this.attempts.queue(watch);
    else this.attempts.write(watch, op);
  }

  private submitRead(watch: Watch, op: Op): void {
    watch.reading = op;
    if (op.kind === OpKind.CHILD) this.attempts.awaitChild(watch, op);
    else if (op.kind === OpKind.CHANGE) this.attempts.awaitChange(watch, op);
    else if (watch.interest === Interest.FILE) this.attempts.readFile(watch, op);
    else if (watch.readable || op.last) {
      watch.readable = true;
      this.attempts.queue(watch);
    } else this.poller.want(watch.fd, Interest.READ, watch.slot, watch.generation);
  }

  cancel(op: Op): void {
    const watch = this.watchFor(op);
    if (watch === null || op.state !== OpState.PENDING) return;
    if (op === watch.writing) {
      // The thread still uses the file or the memory: until it is back, both stay.
      if (watch.writer !== Writer.LOOP) {
        watch.writer = Writer.THREAD_CANCELLED;
        return;
      }
      watch.writing = null;
    } else {
      // A read that is on its way cannot be called back: its true result follows.
      if (watch.readingInThread) return;
      if (op.kind === OpKind.CHANGE) this.poller.removePath(watch.slot);
      if (op.kind === OpKind.CHILD) this.attempts.forgetChild(watch);
      watch.reading = null;
    }
    this.completions.finish(op, -ERRNO.ECANCELED);
    this.attempts.notify();
  }

  handOver(from: Udata, to: Udata): void {
    handOver(this.table, this.watchOf(from), from, to);
  }

  close(udata: Udata): void {
    const watch = this.watchOf(udata);
    const { fd } = udata;
    udata.fd = -1;
    if (watch === null) {
      // `register` refused the udata, or never got it: there is only the descriptor to close.
      if (fd < 0) return;
      libc.close(fd);
      this.attempts.release(udata);
      return;
    }
    watch.closed = true;
    if (watch.reading?.kind === OpKind.CHANGE) this.poller.removePath(udata.slot);
    this.attempts.forgetChild(watch);
    if (watch.reading !== null) watch.reading.state = OpState.IDLE;
    if (watch.writing !== null) watch.writing.state = OpState.IDLE;
    watch.reading = null;
    watch.writing = null;
    if (watch.fd >= 0 && watch.interest !== Interest.FILE) this.poller.remove(watch.fd, watch.interest);
    this.watches[udata.slot] = null;
    this.table.remove(udata);
    if (watch.inThreads === 0) this.attempts.retire(watch);
  }

  override discard(fd: number): void {
    this.attempts.takeLocal(fd);
    super.discard(fd);
  }

  wait(timeoutMs: number): number {
    return Math.min(this.poller.wait(this.due ? 0 : timeoutMs), 0);
  }

  deliver(): number {
    const { completions } = this;
    this.attempts.share.begin();
    const before = completions.delivered;
    const { events } = this.poller;
    const count = events.count;
    events.count = 0;
    if (events.changes > 0) this.deliverChanges(count);
    this.inRound = true;
    try {
      this.serveAll(count);
    } finally {
      this.inRound = false;
    }
    this.attempts.takeTurns();
    completions.drain();
    completions.disposeClosed();
    return completions.delivered - before;
  }

  private serveAll(count: number): void {
    const { completions, table } = this;
    const { events } = this.poller;
    for (let index = 0; index < count; index++) {
      const ready = events.ready[index];
      if (ready === Ready.CHANGE) continue;
      const slot = events.slots[index];
      if (table.get(slot, events.generations[index]) === null) continue;
      const mark = completions.count;
      const watch = present(this.watches[slot], 'the watch of a live slot');
      this.serve(watch, ready, events.detail[index]);
      if (completions.count > mark) completions.drainFrom(mark);
    }
  }

  /**
   * Delivers changes before all other events. A file was changed, and then somebody asked for it. Both are in the same
   * list, in any order, and the udata that answers must know of the change.
   */
  private deliverChanges(count: number): void {
    const { events } = this.poller;
    events.changes = 0;
    for (let index = 0; index < count; index++) {
      if (events.ready[index] !== Ready.CHANGE) continue;
      const slot = events.slots[index];
      if (this.table.get(slot, events.generations[index]) === null) continue;
      const watch = present(this.watches[slot], 'the watch of a live slot');
      this.attempts.changed(watch, events.detail[index], events.names[index]);
    }
  }

  dispose(): void {
    this.attempts.ended = true;
    this.completions.disposeClosed();
    this.poller.dispose();
  }

  /** The watch of an op's owner. From its second submit on, it is found without a look at the owner. */
  private watchFor(op: Op): Watch | null {
    // Only its owner's driver writes this field, and this driver's registrations are watches.
    const known = op.registration as Watch | null;
    if (known !== null && !known.closed) return known;
    const watch = this.watchOf(op.owner);
    op.registration = watch;
    return watch;
  }

  private watchOf(udata: Udata): Watch | null {
    return udata.slot < 0 ? null : (this.watches[udata.slot] ?? null);
  }

  private serve(watch: Watch, ready: number, detail: number): void {
    if ((ready & Ready.HANGUP) !== 0) {
      watch.hangup = true;
      watch.error = detail;
    }
    if ((ready & Ready.WRITE) !== 0) {
      watch.writable = true;
      if (watch.writing !== null) this.attempts.write(watch, watch.writing);
    }
    if ((ready & Ready.READ) !== 0) {
      watch.readable = true;
      watch.available = watch.hangup ? 0 : detail;
      if ((ready & Ready.PIECES) !== 0) watch.inPieces = true;
      if (watch.reading !== null) this.attempts.read(watch, watch.reading);
    }
  }
}
