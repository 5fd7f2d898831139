import { LOCAL_PEER } from '../../address.ts';
import { present } from '../../assert.ts';
import { EAGAIN, EINTR, ERRNO } from '../../ffi/errno.ts';
import * as libc from '../../ffi/libc.ts';
import { inThread } from '../../ffi/threads.ts';
import { Memory } from '../../memory.ts';
import { type Op, OpKind } from '../../op.ts';
import type { Udata } from '../../udata.ts';
import type { Completions } from '../completions.ts';
import { Interest } from '../driver.ts';
import { reap, reapUnwatched } from '../system/child.ts';
import { coldLength, sendFileInThread, sendFileTurn } from '../system/file-transfer.ts';
import { COLD_STRETCH, discarded, readWarm } from '../system/page-cache.ts';
import { closeDescriptor, waitsForDisk } from '../system/slow-file.ts';
import { accept, acceptedPeer, hasRoom } from '../system/socket.ts';
import * as transfer from '../system/transfer.ts';
import { BulkShare, Turn, WRITE_BUDGET, writeTurn } from '../system/transfer.ts';
import type { Poller } from './poller.ts';
import { type Watch, Writer } from './watch.ts';

/** What one receive takes at most: larger than any request head, and small enough to stay in the processor's cache. */
const RECEIVE_SIZE = 64 << 10;
/** Connections accepted from one listening socket before the others have their turn. */
const ACCEPTS_A_TURN = 128;
/** A thread writes what is written to a file, from this many bytes on. */
const WRITE_IN_THREAD = 256 << 10;

/**
 * The operations themselves. Each tries its system call. If the call would block, it asks the poller and tries again
 * when the poller reports the descriptor. If it has had its share, it is queued for another turn.
 */
export class Attempts {
  notify: () => void = () => {};
  /** The driver is disposed of: what a thread still brings back is freed at once. */
  ended = false;
  readonly share = new BulkShare();
  private readonly poller: Poller;
  private readonly completions: Completions;
  /** One buffer, lent to every receive in turn: what is ready is read at once and consumed at once. */
  private readonly lent = Memory.allocate(RECEIVE_SIZE);
  /** Descriptors accepted from unix sockets that are not registered yet. */
  private readonly local = new Set<number>();
  private again: Watch[] = [];
  private spare: Watch[] = [];

  constructor(poller: Poller, completions: Completions) {
    this.poller = poller;
    this.completions = completions;
  }

  /** Some watches want another turn. */
  get waiting(): boolean {
    return this.again.length > 0;
  }

  /** Serves those that had more to give or to take than one turn allows. */
  takeTurns(): void {
    const turns = this.again;
    if (turns.length === 0) return;
    this.again = this.spare;
    this.spare = turns;
    for (let index = 0; index < turns.length; index++) {
      const watch = turns[index];
      watch.queued = false;
      if (watch.closed) continue;
      if (watch.writing !== null && watch.writable) this.write(watch, watch.writing);
      if (watch.reading !== null && watch.readable) this.read(watch, watch.reading);
    }
    turns.length = 0;
  }

  /** Nothing holds this watch any more. */
  retire(watch: Watch): void {
    closeDescriptor(watch);
    this.release(watch.udata);
  }

  /** A udata whose descriptor is closed is disposed of out of the next `deliver`. */
  release(udata: Udata): void {
    this.completions.release(udata);
    if (this.ended) this.completions.disposeClosed();
    else this.notify();
  }

  /**
   * Whether a descriptor was accepted from a unix socket. It is asked once, when the descriptor is registered or
   * closed.
   */
  takeLocal(fd: number): boolean {
    return this.local.size > 0 && this.local.delete(fd);
  }

  queue(watch: Watch): void {
    if (watch.queued) return;
    watch.queued = true;
    this.again.push(watch);
  }

  // ---- reading -----------------------------------------------------------------------------------------------

  read(watch: Watch, op: Op): void {
    switch (op.kind) {
      case OpKind.RECV:
      case OpKind.READ:
        this.readStream(watch, op);
        break;
      case OpKind.ACCEPT:
        this.accept(watch, op);
        break;
      case OpKind.CHILD:
        this.childEnded(watch, op);
        break;
    }
  }

  private readStream(watch: Watch, op: Op): void {
    const own = op.memory;
    const memory = own ?? this.lent;
    const offset = own === null ? 0 : op.offset;
    const length = own === null ? memory.size : op.length;
    const n =
      op.kind === OpKind.RECV
        ? transfer.receive(watch.fd, memory.address + offset, length)
        : transfer.readPipe(watch.fd, memory.address + offset, length);
    if (n === -EAGAIN) {
      this.wantRead(watch);
      return;
    }
    if (n > 0 && n < length && op.kind === OpKind.RECV && this.drained(watch, n)) watch.readable = false;
    if (n > 0) watch.available -= n;
    op.bytes = memory.bytes;
    op.offset = offset;
    watch.reading = null;
    if (n === 0 && watch.error > 0) this.completions.deliver(op, -watch.error);
    else this.completions.deliver(op, n);
    watch.error = 0;
  }

  /**
   * epoll(7): a short read of a stream means that it is drained, and new data will be a new edge. A hang-up that was
   * reported already would not be reported again. What comes in pieces was cut by the kernel. What comes from a pipe
   * may be cut too: its writer decides (O_DIRECT, pipe(2)).
   */
  private drained(watch: Watch, n: number): boolean {
    if (n < watch.available) watch.inPieces = true;
    return !watch.hangup && !watch.inPieces && this.poller.shortReadDrains;
  }

  private wantRead(watch: Watch): void {
    watch.readable = false;
    this.poller.want(watch.fd, Interest.READ, watch.slot, watch.generation);
  }

  private accept(watch: Watch, op: Op): void {
    for (let turn = 0; turn < ACCEPTS_A_TURN; turn++) {
      const fd = accept(watch.fd);
      if (fd === -EAGAIN && !op.last) {
        this.wantRead(watch);
        return;
      }
      if (fd < 0) {
        watch.reading = null;
        watch.readable = fd !== -EAGAIN;
        this.completions.deliver(op, fd === -EAGAIN ? -ERRNO.ECANCELED : fd);
        return;
      }
      op.text = acceptedPeer();
      if (op.text === LOCAL_PEER) this.local.add(fd);
      this.completions.deliverMore(op, fd);
      // The owner has cancelled or closed it. The backlog waits in the kernel.
      if (watch.reading !== op) return;
    }
    this.queue(watch);
  }

  readFile(watch: Watch, op: Op): void {
    const memory = present(op.memory, 'the memory of an operation');
    const address = memory.address + op.offset;
    op.bytes = memory.bytes;
    const n = readWarm(watch.fd, address, op.length, op.position);
    if (n !== -EAGAIN) {
      watch.reading = null;
      this.completions.finish(op, n);
      return;
    }
    watch.readingInThread = true;
    const { fd } = watch;
    const [call, args] =
      op.position < 0
        ? [libc.read, [fd, address, op.length]]
        : [libc.pread, [fd, address, op.length, op.position]];
    this.inThread(watch, call, args, (result) => {
      // This closure holds `memory`: the thread writes into it whatever the owner does meanwhile.
      op.bytes = memory.bytes;
      watch.readingInThread = false;
      watch.reading = null;
      this.completions.finish(op, result);
    });
  }

  /**
   * Makes a call on a worker thread: the disk makes that thread wait, and not the loop. After a close `then` is not
   * called.
   */
  private inThread(
    watch: Watch,
    call: libc.Call,
    args: readonly number[],
    then: (result: number) => void,
  ): void {
    watch.inThreads++;
    inThread(call, args, (result) => this.returned(watch, () => then(result)));
  }

  private returned(watch: Watch, then: () => void): void {
    watch.inThreads--;
    if (!watch.closed) then();
    else if (watch.inThreads === 0) this.retire(watch);
    this.notify();
  }

  // ---- writing -----------------------------------------------------------------------------------------------

  write(watch: Watch, op: Op): void {
    // The write goes on when the thread is back.
    if (watch.writer !== Writer.LOOP) return;
    if (op.kind === OpKind.SENDFILE) this.sendFile(watch, op, 0);
    else this.writeBytes(watch, op);
  }

  private writeBytes(watch: Watch, op: Op): void {
    const total = transfer.totalOf(op);
    if (watch.interest === Interest.FILE && (waitsForDisk(watch) || total - op.done >= WRITE_IN_THREAD))
      this.writeInThread(watch, op);
    else this.turned(watch, op, writeTurn(watch.fd, op, this.share));
  }

  /**
   * A thread writes a large piece of a file, or any piece on a slow disk. As a rule pwrite(2) copies into the page
   * cache. But it waits for the disk if much of the cache waits to be written (balance_dirty_pages), or if the memory
   * for it has to be found.
   */
  private writeInThread(watch: Watch, op: Op): void {
    const memory = present(op.memory, 'the memory of an operation');
    const { done } = op;
    const length = Math.min(op.length - done, WRITE_BUDGET);
    watch.writer = Writer.THREAD;
    watch.pin = memory;
    const address = memory.address + op.offset + done;
    const [call, args] =
      op.position < 0
        ? [libc.write, [watch.fd, address, length]]
        : [libc.pwrite, [watch.fd, address, length, op.position + done]];
    this.inThread(watch, call, args, (result) => {
      watch.pin = null;
      const cancelled = this.isBack(watch);
      if (result > 0) op.done += result;
      if (op.done >= op.length) this.finishWrite(watch, op, op.done);
      else if (result <= 0 && result !== -EINTR)
        this.finishWrite(watch, op, result === 0 ? -ERRNO.EIO : result);
      else if (cancelled) this.finishWrite(watch, op, -ERRNO.ECANCELED);
      else this.writeBytes(watch, op);
    });
  }

  /** The thread of a write is back. @returns whether the write was cancelled meanwhile */
  private isBack(watch: Watch): boolean {
    const cancelled = watch.writer === Writer.THREAD_CANCELLED;
    watch.writer = Writer.LOOP;
    return cancelled;
  }

  /** @param warmTo as of `sendFileTurn` */
  private sendFile(watch: Watch, op: Op, warmTo: number): void {
    this.turned(watch, op, sendFileTurn(watch, op, this.share, warmTo));
  }

  /** Goes on with a write according to how its turn ended. */
  private turned(watch: Watch, op: Op, turn: number): void {
    switch (turn) {
      case Turn.WHOLE:
        this.finishWrite(watch, op, op.done);
        break;
      case Turn.SHARE:
        this.queue(watch);
        break;
      case Turn.ROOM:
        this.wantWrite(watch);
        break;
      case Turn.COLD:
        this.warm(watch, op, op.position + op.done, coldLength(op));
        break;
      case Turn.THREAD:
        this.sendFileInThread(watch, op);
        break;
      default:
        this.finishWrite(watch, op, turn);
    }
  }

  /** Brings a stretch of a cold file into the page cache on a thread. Otherwise sendfile(2) would wait for it here. */
  private warm(watch: Watch, op: Op, position: number, length: number): void {
    if (position >= watch.coldTo) watch.coldTo = position + COLD_STRETCH;
    watch.writer = Writer.THREAD;
    this.inThread(watch, libc.pread, [op.file, discarded.address, length, position], () => {
      // sendfile itself meets an error of the disk again, and reports it.
      watch.readTo = position + length;
      if (this.isBack(watch)) this.finishWrite(watch, op, -ERRNO.ECANCELED);
      else this.sendFile(watch, op, watch.readTo);
    });
  }

  private sendFileInThread(watch: Watch, op: Op): void {
    watch.writer = Writer.THREAD;
    watch.inThreads++;
    sendFileInThread(watch.fd, op, (result) => {
      this.returned(watch, () => {
        const cancelled = this.isBack(watch);
        if (result > 0) op.done += result;
        if (op.done >= op.length || result === 0) this.finishWrite(watch, op, op.done);
        else if (cancelled) this.finishWrite(watch, op, -ERRNO.ECANCELED);
        // The socket may have been reported as writable while the thread was on its way back: that edge is over.
        else if (result === -EAGAIN && !hasRoom(watch.fd)) this.wantWrite(watch);
        else if (result === -EAGAIN) this.sendFile(watch, op, 0);
        else if (result < 0 && result !== -EINTR) this.finishWrite(watch, op, result);
        else this.sendFile(watch, op, 0);
      });
    });
  }

  private wantWrite(watch: Watch): void {
    watch.writable = false;
    this.poller.want(watch.fd, Interest.WRITE, watch.slot, watch.generation);
  }

  private finishWrite(watch: Watch, op: Op, result: number): void {
    watch.writing = null;
    this.completions.finish(op, result);
  }

  // ---- children and paths ------------------------------------------------------------------------------------

  awaitChild(watch: Watch, op: Op): void {
    const got = this.poller.addChild(op.file, watch.slot, watch.generation);
    if (got > 0) watch.childFd = got;
    // ESRCH: the child has ended already, and waits to be collected.
    if (got === -ERRNO.ESRCH) this.childEnded(watch, op);
    else if (got < 0) {
      watch.reading = null;
      this.completions.finish(op, reapUnwatched(op.file, got));
    }
  }

  private childEnded(watch: Watch, op: Op): void {
    const result = reap(op.file);
    if (result === -EAGAIN) {
      // kqueue may report the end a moment before the child can be collected, and reports it once.
      watch.readable = true;
      this.queue(watch);
      return;
    }
    this.forgetChild(watch);
    watch.readable = false;
    watch.reading = null;
    this.completions.finish(op, result);
  }

  forgetChild(watch: Watch): void {
    if (watch.childFd <= 0) return;
    this.poller.remove(watch.childFd, Interest.READ);
    libc.close(watch.childFd);
    watch.childFd = 0;
  }

  awaitChange(watch: Watch, op: Op): void {
    const error = this.poller.addPath(op.text, watch.slot, watch.generation);
    if (error >= 0) return;
    watch.reading = null;
    this.completions.finish(op, error);
  }

  changed(watch: Watch, bits: number, name: string): void {
    const op = watch.reading;
    if (op === null || op.kind !== OpKind.CHANGE) return;
    op.text = name;
    this.completions.deliverMore(op, bits);
  }
}
