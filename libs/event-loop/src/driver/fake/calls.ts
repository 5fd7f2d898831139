import { present } from '../../assert.ts';
import { ERRNO } from '../../ffi/errno.ts';
import { Memory } from '../../memory.ts';
import { type Op, OpKind } from '../../op.ts';
import type { Random } from '../../random.ts';
import type { Completions } from '../completions.ts';
import type { FakeWrite } from './joins.ts';
import type { FakePeer } from './peer.ts';
import type { FaultPlan, FaultPoint } from './plan.ts';
import type { FakeDescriptors, FakeFile, FakeThing, FakeWatch } from './things.ts';

const LENT_SIZE = 64 << 10;
const POISON = 0xdb;
/** Connections accepted in one turn. */
const ACCEPTS_A_TURN = 16;

/**
 * The calls of the in-memory kernel: each tries the waiting operation once, and the seed decides what happens to it.
 */
export class FakeCalls {
  /** Buffers lent at this moment. */
  lent = 0;
  /** Faults injected, ever, by point. */
  readonly struck = new Map<FaultPoint, number>();
  /** Faults strike only while this is true: a test can set its world up undisturbed. */
  armed = true;
  /** Called with every fault. */
  onStrike: ((point: FaultPoint, errno: number) => void) | null = null;
  /** Children: -1 while they run, then their result until they are collected. */
  readonly children = new Map<number, number>();
  stir: (peer: FakePeer) => void = () => {};
  private readonly random: Random;
  private readonly plan: FaultPlan;
  private readonly split: number;
  private readonly descriptors: FakeDescriptors;
  private readonly completions: Completions;
  private readonly memory = Memory.allocate(LENT_SIZE);

  constructor(
    random: Random,
    plan: FaultPlan,
    split: number,
    descriptors: FakeDescriptors,
    completions: Completions,
  ) {
    this.random = random;
    this.plan = plan;
    this.split = split;
    this.descriptors = descriptors;
    this.completions = completions;
  }

  /** Faults injected, ever. */
  get faults(): number {
    let sum = 0;
    for (const count of this.struck.values()) sum += count;
    return sum;
  }

  /** @returns the error number to fail with, or 0 */
  strike(point: FaultPoint): number {
    const fault = this.plan[point];
    if (fault === undefined || !this.armed || !this.random.chance(fault.probability)) return 0;
    this.struck.set(point, (this.struck.get(point) ?? 0) + 1);
    const errno = fault.errors[this.random.below(fault.errors.length)];
    this.onStrike?.(point, errno);
    return errno;
  }

  /** Tries what waits on a watch. @returns true if there may be more to do without anything happening first */
  serve(watch: FakeWatch): boolean {
    const writeFirst = this.random.chance(0.5);
    let more = false;
    if (writeFirst && watch.writing !== null) more = this.write(watch, watch.writing);
    if (watch.reading !== null) more = this.read(watch, watch.reading) || more;
    if (!writeFirst && watch.writing !== null) more = this.write(watch, watch.writing) || more;
    return more;
  }

  // ---- reading -----------------------------------------------------------------------------------------------

  private read(watch: FakeWatch, op: Op): boolean {
    switch (op.kind) {
      case OpKind.ACCEPT:
        return this.accept(watch, op);
      case OpKind.CHILD:
        return this.child(watch, op);
      case OpKind.CHANGE:
        return this.changed(watch, op);
      default:
        return this.receive(watch, op);
    }
  }

  private receive(watch: FakeWatch, op: Op): boolean {
    const { thing } = watch;
    const own = op.memory;
    const memory = own ?? this.memory;
    // It is never at the same place, so that a reader that takes `offset` for granted fails.
    const offset = own === null ? this.random.below(64) : op.offset;
    const length = own === null ? LENT_SIZE - offset : op.length;
    let n = -ERRNO.EBADF;
    if (thing?.kind === 'stream') n = this.receiveFrom(thing, op, memory, offset, length);
    else if (thing?.kind === 'file') n = this.readFile(thing, op, memory, offset, length);
    if (n === -ERRNO.EAGAIN) return false;
    op.bytes = memory.bytes;
    op.offset = offset;
    watch.reading = null;
    if (own !== null) {
      this.completions.finish(op, n);
      return false;
    }
    this.lent++;
    this.completions.deliver(op, n);
    this.lent--;
    if (n > 0) memory.bytes.fill(POISON, offset, offset + n);
    return false;
  }

  private receiveFrom(peer: FakePeer, op: Op, memory: Memory, offset: number, length: number): number {
    const failed = this.fail(peer, op.kind === OpKind.RECV ? 'recv' : 'read');
    if (failed < 0) return failed;
    if (peer.inward.length > 0) {
      const n = peer.inward.take(memory.bytes, offset, this.cut(Math.min(length, peer.inward.length)));
      this.stir(peer);
      return n;
    }
    return peer.inwardEnded || peer.wasReset ? 0 : -ERRNO.EAGAIN;
  }

  private readFile(file: FakeFile, op: Op, memory: Memory, offset: number, length: number): number {
    const position = op.position < 0 ? file.cursor : op.position;
    const n = this.readAt(file, memory, offset, length, position);
    if (op.position < 0 && n > 0) file.cursor += n;
    return n;
  }

  /** As `Driver.readNow`: half of the files are not at hand. */
  readNow(fd: number, memory: Memory, offset: number, length: number, position: number): number {
    const file = this.descriptors.get(fd);
    if (file?.kind !== 'file') return -ERRNO.EBADF;
    return this.random.chance(0.5) ? -ERRNO.EAGAIN : this.readAt(file, memory, offset, length, position);
  }

  /** As `Driver.sendNow`. */
  sendNow(fd: number, memory: Memory, offset: number, length: number): number {
    const peer = this.descriptors.get(fd);
    if (peer?.kind !== 'stream') return -ERRNO.EBADF;
    if (peer.wasReset || peer.outwardEnded || peer.gone) return -ERRNO.EPIPE;
    const room = Math.min(length, peer.capacity - peer.outward.length);
    if (room <= 0) return -ERRNO.EAGAIN;
    peer.outward.push(Buffer.from(memory.bytes.subarray(offset, offset + room)));
    this.stir(peer);
    return room;
  }

  private readAt(file: FakeFile, memory: Memory, offset: number, length: number, position: number): number {
    const struck = this.strike('read');
    if (struck > 0) return -struck;
    const { bytes } = file.content;
    const there = Math.max(0, Math.min(length, bytes.length - position));
    const n = there === 0 ? 0 : this.cut(there);
    if (n > 0) bytes.copy(memory.bytes, offset, position, position + n);
    return n;
  }

  private accept(watch: FakeWatch, op: Op): boolean {
    const { thing } = watch;
    const { backlog } = present(thing?.kind === 'listener' ? thing : null, 'the listener of an accept');
    for (let turn = 0; turn < ACCEPTS_A_TURN; turn++) {
      const caller = backlog[0];
      if (caller === undefined) {
        if (op.last) {
          watch.reading = null;
          this.completions.finish(op, -ERRNO.ECANCELED);
        }
        return false;
      }
      const struck = this.strike('accept');
      const fd = struck > 0 ? -struck : this.descriptors.add(caller.peer);
      if (fd < 0) {
        watch.reading = null;
        this.completions.finish(op, fd);
        return false;
      }
      backlog.shift();
      op.text = caller.from;
      this.completions.deliverMore(op, fd);
      if (watch.reading !== op) return false;
    }
    return true;
  }

  private child(watch: FakeWatch, op: Op): boolean {
    const result = this.children.get(op.file) ?? -ERRNO.ECHILD;
    // Only a child that still runs has to be watched, and that can fail (pidfd_open, EV_ADD).
    if (result === -1) {
      const struck = this.strike('child');
      if (struck === 0) return false;
      watch.reading = null;
      this.completions.finish(op, -struck);
      return false;
    }
    this.children.delete(op.file);
    watch.reading = null;
    this.completions.finish(op, result);
    return false;
  }

  private changed(watch: FakeWatch, op: Op): boolean {
    const struck = this.strike('change');
    if (struck > 0) {
      watch.reading = null;
      this.completions.finish(op, -struck);
      return false;
    }
    const change = watch.changes.shift();
    if (change === undefined) return false;
    op.text = change.name;
    this.completions.deliverMore(op, change.bits);
    return watch.changes.length > 0;
  }

  // ---- writing -----------------------------------------------------------------------------------------------

  private write(watch: FakeWatch, op: Op): boolean {
    const { thing } = watch;
    let n = -ERRNO.EBADF;
    const total = totalOf(op);
    // A thread has a stretch of the SENDFILE in hand, which reaches nobody.
    if (watch.cancelled && op.kind === OpKind.SENDFILE) n = -ERRNO.EAGAIN;
    else if (total === 0) n = 0;
    else if (thing?.kind === 'file') n = this.writeFile(thing, op, total);
    else if (thing?.kind === 'stream') n = this.send(thing, op, total);
    const { cancelled } = watch;
    if (n === -ERRNO.EAGAIN && !cancelled) return false;
    if (n > 0) op.done += n;
    let result = n < 0 ? n : op.done;
    // A cancelled write has its true result if that was on its way, and moves nothing further.
    if (cancelled && (n === -ERRNO.EAGAIN || (n > 0 && op.done < total))) result = -ERRNO.ECANCELED;
    else if (n > 0 && op.done < total) return true;
    watch.cancelled = false;
    watch.writing = null;
    this.completions.finish(op, result);
    return false;
  }

  /** Ends a cancelled write now. */
  endCancelled(watch: FakeWatch, op: Op): void {
    if (watch.cancelled && watch.writing === op) this.write(watch, op);
  }

  /**
   * What a kernel has taken of a write whose owner has closed: it reads the owner's memory as that is by now. No fault
   * strikes.
   */
  writeLate(write: FakeWrite, thing: FakeThing): void {
    const remaining = totalOf(write) - write.done;
    if (remaining <= 0) return;
    if (thing.kind === 'file') {
      const bytes = present(this.bytesOf(write, this.cut(remaining)), 'what a write writes');
      const { content } = thing;
      content.write(bytes, write.position < 0 ? content.bytes.length : write.position + write.done);
    } else if (thing.kind === 'stream' && !thing.wasReset && !thing.outwardEnded && !thing.gone) {
      const room = Math.min(remaining, thing.capacity - thing.outward.length);
      if (room > 0) thing.outward.push(present(this.bytesOf(write, this.cut(room)), 'what a write sends'));
    }
  }

  private send(peer: FakePeer, op: Op, total: number): number {
    const failed = this.fail(peer, POINTS[op.kind] ?? 'send');
    if (failed < 0) return failed;
    if (peer.wasReset || peer.outwardEnded) return -ERRNO.EPIPE;
    if (peer.gone) {
      peer.breakWith(ERRNO.EPIPE);
      peer.error = 0;
      return -ERRNO.EPIPE;
    }
    const room = peer.capacity - peer.outward.length;
    if (room <= 0) return -ERRNO.EAGAIN;
    const bytes = this.bytesOf(op, this.cut(Math.min(room, total - op.done)));
    if (bytes === null) return -ERRNO.EBADF;
    peer.outward.push(bytes);
    this.stir(peer);
    return bytes.length;
  }

  private writeFile(file: FakeFile, op: Op, total: number): number {
    const struck = this.strike('write');
    if (struck > 0) return -struck;
    const bytes = present(this.bytesOf(op, this.cut(total - op.done)), 'what a write writes');
    file.content.write(bytes, op.position < 0 ? file.content.bytes.length : op.position + op.done);
    return bytes.length;
  }

  /**
   * The next `count` bytes of an op, copied: what the owner does to its memory later has no effect. Returns null if the
   * file of a SENDFILE is none.
   */
  private bytesOf(op: FakeWrite, count: number): Buffer | null {
    if (op.kind === OpKind.SENDFILE) {
      const file = this.descriptors.get(op.file);
      if (file?.kind !== 'file') return null;
      const start = op.position + op.done;
      return Buffer.from(file.content.bytes.subarray(start, start + count));
    }
    if (op.vector === null) {
      const start = op.offset + op.done;
      return Buffer.from(
        present(op.memory, 'the memory of an operation').bytes.subarray(start, start + count),
      );
    }
    const bytes = Buffer.allocUnsafe(count);
    let skip = op.done;
    let filled = 0;
    for (let index = 0; index < op.vector.length && filled < count; index++) {
      const { memory, offset, length } = op.vector[index];
      if (skip < length) filled += memory.bytes.copy(bytes, filled, offset + skip, offset + length);
      skip = Math.max(0, skip - length);
    }
    return bytes;
  }

  // ---- chance ------------------------------------------------------------------------------------------------

  /** What has become of the connection meanwhile, or becomes of it now. @returns 0 or -errno */
  private fail(peer: FakePeer, point: FaultPoint): number {
    const pending = peer.error;
    if (pending > 0) {
      peer.error = 0;
      return -pending;
    }
    const struck = this.strike(point);
    if (struck > 0) peer.faults++;
    if (struck === ERRNO.ECONNRESET || struck === ERRNO.EPIPE || struck === ERRNO.ETIMEDOUT) {
      peer.breakWith(struck);
      peer.error = 0;
    }
    return -struck;
  }

  private cut(count: number): number {
    return count > 1 && this.random.chance(this.split) ? 1 + this.random.below(count) : count;
  }
}

const POINTS: { readonly [kind: number]: FaultPoint } = {
  [OpKind.SEND]: 'send',
  [OpKind.WRITE]: 'write',
  [OpKind.SENDFILE]: 'sendFile',
};

function totalOf(op: FakeWrite): number {
  if (op.vector === null || op.kind === OpKind.SENDFILE) return op.length;
  let total = 0;
  for (const { length } of op.vector) total += length;
  return total;
}
