import { type Loop, Memory, type Op, OpKind, OpState, type Slice, Timer, Udata } from '@webserv/event-loop';
import type { Ends } from '@webserv/methods';
import type { Wire } from '../wire.ts';

/** Bytes of one receive. */
const PIECE = 64 << 10;
/** Bytes of a response that are kept: more than any head has. */
const KEPT = 256 << 10;

/**
 * A connection in memory, of a client that has sent one request and takes all that comes. The beginning of the response is
 * kept. Content is counted, and files are not read for it.
 */
export class MemoryWire extends Udata implements Wire {
  readonly loop: Loop;
  private readonly near: Ends;
  private readonly turn = new Timer(this);
  private readonly lent = Memory.allocate(PIECE);
  private readonly kept: Buffer[] = [];
  private keptBytes = 0;
  /** What the client sends, from `sent` on, and zeros behind it. */
  private readonly head: Buffer;
  private zeros: number;
  private readonly isOver: ((received: Buffer) => boolean) | null;
  private sent = 0;
  private receiving: Op | null = null;
  private sending: Op | null = null;
  private finished = false;
  private closed = false;

  /**
   * @param head what the client sends first
   * @param zeros how many bytes of zero follow, in place of a body
   * @param isOver whether the client has received its last, and goes; null if it waits for the server to close
   */
  constructor(
    loop: Loop,
    near: Ends,
    head: Buffer,
    zeros: number,
    isOver: ((received: Buffer) => boolean) | null,
  ) {
    super('wire', -1);
    this.loop = loop;
    this.near = near;
    this.head = head;
    this.zeros = zeros;
    this.isOver = isOver;
  }

  /** The beginning of what the client has received. */
  get received(): Buffer {
    return Buffer.concat(this.kept);
  }

  /** The two ends of the connection. */
  ends(): Ends {
    return this.near;
  }

  recv(op: Op): void {
    op.kind = OpKind.RECV;
    op.memory = null;
    this.receiving = this.begin(op);
  }

  recvInto(op: Op, memory: Memory, offset: number, length: number): void {
    op.kind = OpKind.RECV;
    op.memory = memory;
    op.offset = offset;
    op.length = length;
    this.receiving = this.begin(op);
  }

  send(op: Op, memory: Memory, offset: number, length: number): void {
    this.sendAll(op, [{ memory, offset, length }]);
  }

  sendAll(op: Op, vector: readonly Slice[]): void {
    op.kind = OpKind.SEND;
    op.vector = vector;
    op.length = vector.reduce((sum, { length }) => sum + length, 0);
    for (const { memory, offset, length } of vector) this.keep(memory, offset, length);
    if (this.isOver?.(this.received) === true) this.finished = true;
    this.sending = this.begin(op);
  }

  sendFile(op: Op, file: number, position: number, length: number): void {
    op.kind = OpKind.SENDFILE;
    op.vector = null;
    op.file = file;
    op.position = position;
    op.length = length;
    this.sending = this.begin(op);
  }

  sayNow(_udata: Udata, memory: Memory, offset: number, length: number): void {
    this.keep(memory, offset, length);
  }

  finish(): void {
    this.finished = true;
    this.loop.arm(this.turn, 0);
  }

  abort(udata: Udata): void {
    this.close(udata);
  }

  close(udata: Udata): void {
    this.closed = true;
    for (const op of [this.receiving, this.sending]) if (op !== null) op.state = OpState.IDLE;
    this.receiving = null;
    this.sending = null;
    this.loop.disarm(this.turn);
    this.loop.close(udata);
  }

  look(): void {}

  override complete(op: Op): void {
    throw new Error(`${op.owner.kind}: an operation that nobody has submitted has ended`);
  }

  release(): void {}

  override expire(): void {
    const { sending } = this;
    if (sending !== null) {
      this.sending = null;
      sending.done = sending.length;
      this.end(sending, sending.length);
    }
    this.receive();
  }

  private receive(): void {
    const { receiving: op } = this;
    const left = this.head.length - this.sent + this.zeros;
    // The client waits for its answer, and goes when nothing more will come.
    if (op === null || (left === 0 && !this.finished)) return;
    this.receiving = null;
    const memory = op.memory ?? this.lent;
    if (op.memory === null) op.offset = 0;
    const most = op.memory === null ? PIECE : op.length;
    const ofHead = Math.min(most, this.head.length - this.sent);
    const ofZeros = Math.min(most - ofHead, this.zeros);
    this.head.copy(memory.bytes, op.offset, this.sent, this.sent + ofHead);
    memory.bytes.fill(0, op.offset + ofHead, op.offset + ofHead + ofZeros);
    this.sent += ofHead;
    this.zeros -= ofZeros;
    op.bytes = memory.bytes;
    this.end(op, ofHead + ofZeros);
  }

  private keep({ bytes }: Memory, offset: number, length: number): void {
    const size = Math.min(length, KEPT - this.keptBytes);
    if (size <= 0) return;
    this.keptBytes += size;
    this.kept.push(Buffer.from(bytes.subarray(offset, offset + size)));
  }

  private begin(op: Op): Op | null {
    if (this.closed) return null;
    op.state = OpState.PENDING;
    op.done = 0;
    this.loop.arm(this.turn, 0);
    return op;
  }

  private end(op: Op, result: number): void {
    op.state = OpState.IDLE;
    op.result = result;
    op.owner.complete(op);
  }
}
