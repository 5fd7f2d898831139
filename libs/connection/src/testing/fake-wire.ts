import {
  ERRNO,
  type Loop,
  Memory,
  type Op,
  OpKind,
  OpState,
  type Slice,
  Timer,
  Udata,
} from '@webserv/event-loop';
import { type FakeDriver, FakePeer, Random } from '@webserv/event-loop/testing';
import type { Wire } from '../wire.ts';

/** What the seed may do to a connection. */
export interface FakeWireOptions {
  /** 1 unless said. One seed, one run. */
  readonly seed?: number;
  /** Probability that a transfer moves fewer bytes than it could. */
  readonly split?: number;
  /** Probability that a direction waits for the next turn. */
  readonly delay?: number;
  /** Probability that a try fails, with one of `errors` (positive). The connection is broken then. */
  readonly fault?: number;
  readonly errors?: readonly number[];
  /** Bytes after which a send fails with EPIPE: the peer has gone. */
  readonly cutAt?: number;
  /** Bytes that each direction holds. */
  readonly buffer?: number;
}

const BUFFER = 64 << 10;
const POISON = 0xdb;
const ERRORS = [ERRNO.ECONNRESET, ERRNO.EPIPE, ERRNO.ETIMEDOUT, ERRNO.ENOMEM];

/**
 * One connection in memory. A seed decides how transfers are split, what waits, and what fails. The test holds the other
 * end, `peer`. Turns of the wire come from a timer of the loop, so whatever drives the loop drives the wire.
 */
export class FakeWire extends Udata implements Wire {
  readonly loop: Loop;
  readonly peer: FakePeer;
  /** Bytes that have left. */
  sent = 0;
  /** Calls of `release`. */
  releases = 0;
  private readonly driver: FakeDriver;
  private readonly random: Random;
  private readonly options: FakeWireOptions;
  private readonly turn = new Timer(this);
  private readonly lent = Memory.allocate(BUFFER);
  private receiving: Op | null = null;
  private sending: Op | null = null;
  private closed = false;

  /** @param driver of the loop: its files are what `sendFile` sends from */
  constructor(loop: Loop, driver: FakeDriver, options: FakeWireOptions = {}) {
    super('wire', -1);
    this.loop = loop;
    this.driver = driver;
    this.options = options;
    this.random = new Random(options.seed ?? 1);
    this.peer = new FakePeer(options.buffer ?? BUFFER, () => this.stir());
  }

  recv(op: Op): void {
    op.kind = OpKind.RECV;
    op.memory = null;
    this.receiving = this.begin(op, this.receiving);
  }

  recvInto(op: Op, memory: Memory, offset: number, length: number): void {
    op.kind = OpKind.RECV;
    op.memory = memory;
    op.offset = offset;
    op.length = length;
    this.receiving = this.begin(op, this.receiving);
  }

  send(op: Op, memory: Memory, offset: number, length: number): void {
    op.kind = OpKind.SEND;
    op.memory = memory;
    op.offset = offset;
    op.length = length;
    op.vector = null;
    this.sending = this.begin(op, this.sending);
  }

  sendAll(op: Op, vector: readonly Slice[]): void {
    op.kind = OpKind.SEND;
    op.memory = null;
    op.vector = vector;
    this.sending = this.begin(op, this.sending);
  }

  sendFile(op: Op, file: number, position: number, length: number): void {
    op.kind = OpKind.SENDFILE;
    op.vector = null;
    op.file = file;
    op.position = position;
    op.length = length;
    this.sending = this.begin(op, this.sending);
  }

  sayNow(_udata: Udata, memory: Memory, offset: number, length: number): void {
    if (!this.closed) this.peer.outward.push(Buffer.from(memory.bytes.subarray(offset, offset + length)));
    this.stir();
  }

  finish(_udata: Udata): void {
    this.peer.outwardEnded = true;
    this.stir();
  }

  abort(udata: Udata): void {
    this.peer.breakWith(ERRNO.ECONNRESET);
    this.close(udata);
  }

  close(udata: Udata): void {
    if (!this.closed) {
      this.closed = true;
      for (const op of [this.receiving, this.sending]) if (op !== null) op.state = OpState.IDLE;
      this.receiving = null;
      this.sending = null;
      this.peer.open = false;
      // As TCP: closing with bytes unread resets the connection.
      if (this.peer.inward.length > 0) this.peer.breakWith(ERRNO.ECONNRESET);
      this.peer.outwardEnded = true;
      this.stir();
    }
    this.loop.close(udata);
  }

  look(): void {}

  complete(op: Op): void {
    throw new Error(`${op.owner.kind}: an operation that nobody has submitted has ended`);
  }

  release(): void {
    this.releases++;
  }

  /** One turn: what is under way moves, then each pending op is tried. */
  override expire(): void {
    const { random, peer } = this;
    const more = peer.move(this.cut(peer.capacity));
    const sendFirst = random.chance(0.5);
    if (sendFirst) this.trySend();
    this.tryReceive();
    if (!sendFirst) this.trySend();
    if (more) this.stir();
  }

  private begin(op: Op, pending: Op | null): Op | null {
    if (this.closed) return null;
    if (op.state !== OpState.IDLE || pending !== null)
      throw new Error('an operation of this direction is pending');
    op.state = OpState.PENDING;
    op.done = 0;
    this.stir();
    return op;
  }

  private stir(): void {
    if (!this.turn.armed) this.loop.arm(this.turn, 0);
  }

  private tryReceive(): void {
    const { receiving: op, peer } = this;
    if (op === null) return;
    const errno = this.fail();
    if (errno === 0 && peer.inward.length === 0 && !peer.inwardEnded && !peer.wasReset) return;
    if (this.waits()) return;
    this.receiving = null;
    let n = errno;
    const memory = op.memory ?? this.lent;
    if (n === 0) {
      // Never at the same place: a caller that takes `offset` for granted is found out.
      if (op.memory === null) op.offset = this.random.below(64);
      const length = op.memory === null ? memory.size - op.offset : op.length;
      n = peer.inward.take(memory.bytes, op.offset, this.cut(Math.min(length, peer.inward.length)));
      op.bytes = memory.bytes;
      this.stir();
    }
    const from = op.offset;
    const lent = op.memory === null;
    this.tell(op, n);
    if (lent && n > 0) memory.bytes.fill(POISON, from, from + n);
  }

  private trySend(): void {
    const { sending: op, peer } = this;
    if (op === null || this.waits()) return;
    const total = totalOf(op);
    const errno = this.fail();
    const cutAt = this.options.cutAt ?? Number.POSITIVE_INFINITY;
    const room = Math.min(peer.capacity - peer.outward.length, total - op.done, cutAt - this.sent);
    if (errno < 0) this.endSend(op, errno);
    else if (peer.gone || (room === 0 && this.sent === cutAt && op.done < total)) {
      peer.breakWith(ERRNO.EPIPE);
      this.endSend(op, -ERRNO.EPIPE);
    } else if (room > 0 || op.done === total) this.move(op, total, this.cut(room));
  }

  private move(op: Op, total: number, count: number): void {
    const bytes = this.bytesOf(op, op.done, count);
    this.peer.outward.push(bytes);
    op.done += bytes.length;
    this.sent += bytes.length;
    this.stir();
    const shorter = op.kind === OpKind.SENDFILE && count > 0 && bytes.length === 0;
    if (op.done === total || shorter) this.endSend(op, op.done);
  }

  private endSend(op: Op, result: number): void {
    this.sending = null;
    this.tell(op, result);
  }

  /** What a connection throws costs that connection, as on a driver. */
  private tell(op: Op, result: number): void {
    op.state = OpState.IDLE;
    op.result = result;
    try {
      op.owner.complete(op);
    } catch (error) {
      this.loop.driver.fault(op.owner, error);
      this.close(op.owner);
    }
  }

  private bytesOf(op: Op, from: number, count: number): Buffer {
    if (op.kind === OpKind.SENDFILE) {
      const content = this.driver.contentOf(op.file) ?? Buffer.alloc(0);
      return Buffer.from(content.subarray(op.position + from, op.position + from + count));
    }
    const pieces = op.vector ?? [{ memory: op.memory as Memory, offset: op.offset, length: op.length }];
    const bytes = Buffer.alloc(count);
    let at = -from;
    for (const { memory, offset, length } of pieces) {
      if (at < count && at + length > 0) {
        const skip = Math.max(0, -at);
        bytes.set(memory.bytes.subarray(offset + skip, offset + Math.min(length, count - at)), at + skip);
      }
      at += length;
    }
    return bytes;
  }

  /** @returns 0, or -errno: the connection is broken, by the peer before or by the seed now */
  private fail(): number {
    const { peer, random, options } = this;
    if (peer.error > 0) {
      const { error } = peer;
      peer.error = 0;
      return -error;
    }
    if (!random.chance(options.fault ?? 0)) return 0;
    const errno = random.pick(options.errors ?? ERRORS);
    peer.faults++;
    peer.breakWith(errno);
    peer.error = 0;
    return -errno;
  }

  private waits(): boolean {
    const waits = this.random.chance(this.options.delay ?? 0);
    if (waits) this.stir();
    return waits;
  }

  private cut(count: number): number {
    return count > 1 && this.random.chance(this.options.split ?? 0) ? 1 + this.random.below(count) : count;
  }
}

function totalOf(op: Op): number {
  return op.vector === null ? op.length : op.vector.reduce((sum, { length }) => sum + length, 0);
}
