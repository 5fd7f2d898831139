import { assert, type Loop, Op, Timer, Udata } from '@webserv/event-loop';
import type { Ends, Meeting, MemoryLedger, Room, Secure } from '@webserv/methods';
import type { Wire } from './wire.ts';

/** After the last response: how long, and how many bytes, the client may still send before it is cut off. */
const LINGER_MS = 2000;
const LINGER_MAX = 1 << 20;
/** Bytes that are read ahead of time, so that the end of a client is seen even if it has sent something more. */
const AHEAD_MAX = 16 << 10;

/** Offers memory for what is received next, or null where any will do. */
interface Receiver {
  room(): Room | null;
}

/** Where the receiving side of a connection stands. */
const Intake = {
  OPEN: 0,
  /** The client sends no more. It may still be reading. */
  ENDED: 1,
  /** Nothing more is sent. What the client still sends is thrown away. */
  LINGERING: 2,
} as const;
type Intake = (typeof Intake)[keyof typeof Intake];

/**
 * The socket side of a client: bytes in, one operation out, and an end that loses nothing. What the bytes mean, the
 * protocol above it decides.
 *
 *     open --the client ends--> ended        open --linger()--> lingering --end, limit or time--> closed
 */
export abstract class Connection extends Udata {
  readonly wire: Wire;
  readonly sending = new Op(this);
  readonly timer = new Timer(this);
  /** What its backlog counts in. */
  readonly memory: MemoryLedger;
  /** What TLS has agreed on; null on a plain connection. */
  readonly secure: Secure | null;
  met: Meeting | null = null;
  private readonly receiving = new Op(this);
  private intake: Intake = Intake.OPEN;
  /** Bytes that came while it lingered. */
  private lingered = 0;
  private stashed: Buffer | null = null;
  /** Its ends, once somebody has asked for them: they stay, and each question takes two system calls. */
  private asked: Ends | null = null;

  constructor(wire: Wire, fd: number, memory: MemoryLedger, secure: Secure | null = null) {
    super('client', fd);
    this.wire = wire;
    this.memory = memory;
    this.secure = secure;
  }

  /** Bytes have come. They are lent for this call only. */
  protected abstract received(bytes: Buffer, start: number, end: number): void;
  /** The client sends no more (0), or the connection has failed (-errno). */
  protected abstract ended(result: number): void;
  /** What was being sent has left, or could not. */
  protected abstract sent(op: Op): void;

  complete(op: Op): void {
    if (op === this.sending) this.sent(op);
    else if (op !== this.receiving) this.wire.complete(op);
    else if (this.intake === Intake.LINGERING) this.throwAway(op);
    else if (op.result <= 0) {
      this.intake = Intake.ENDED;
      this.ended(op.result);
    } else {
      const { bytes } = op;
      assert(bytes !== null, 'a receive lends bytes');
      this.received(bytes, op.offset, op.offset + op.result);
    }
  }

  get loop(): Loop {
    return this.wire.loop;
  }

  ends(): Ends {
    this.asked ??= this.wire.ends?.() ?? this.askEnds();
    return this.asked;
  }

  guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      const { loop } = this;
      loop.onFault?.(this, error);
      loop.close(this);
    }
  }

  private askEnds(): Ends {
    const { driver } = this.loop;
    const near = driver.addressOf(this.fd);
    const far = driver.callerOf?.(this.fd) ?? null;
    return {
      serverAddress: near.family === 'unix' ? '' : near.host,
      remotePort: far === null || far.family === 'unix' ? 0 : far.port,
    };
  }

  /** The client has said that it sends no more. */
  get halfClosed(): boolean {
    return this.intake === Intake.ENDED;
  }

  get lingering(): boolean {
    return this.intake === Intake.LINGERING;
  }

  receive(receiver: Receiver | null = null): void {
    const { receiving, wire } = this;
    if (receiving.pending || this.halfClosed) return;
    const room = receiver === null ? null : receiver.room();
    if (room === null) wire.recv(receiving);
    else wire.recvInto(receiving, room.memory, room.offset, room.length);
  }

  /** Bytes that were received and belong to what comes next. */
  get backlog(): Buffer | null {
    return this.stashed;
  }

  /** The backlog, which belongs to the caller from now on. */
  takeBacklog(): Buffer | null {
    const { stashed } = this;
    if (stashed !== null) {
      this.stashed = null;
      this.memory.give(stashed.length);
    }
    return stashed;
  }

  /**
   * Keeps bytes for later, in place of any backlog: a copy of lent ones, and of our own only where they lie. Of many
   * requests that came in one piece, each leaves a shorter backlog, and copying it each time would be quadratic.
   * @returns false where there is no memory for them: they are lost
   */
  stash(bytes: Buffer, start: number, end: number): boolean {
    this.takeBacklog();
    if (start >= end) return true;
    if (!this.memory.take(end - start)) return false;
    const own = bytes !== this.receiving.bytes;
    this.stashed = own ? bytes.subarray(start, end) : Buffer.from(bytes.subarray(start, end));
    return true;
  }

  /** The same, behind the backlog that there is. */
  stashMore(bytes: Buffer, start: number, end: number): boolean {
    const before = this.takeBacklog();
    if (before === null) return this.stash(bytes, start, end);
    const all = Buffer.concat([before, bytes.subarray(start, end)]);
    return this.stash(all, 0, all.length);
  }

  /** Receives while nothing is wanted of the client, so that a reset by the client is seen. */
  watch(): void {
    if (this.stashed === null || this.stashed.length < AHEAD_MAX) this.receive();
  }

  /**
   * An idle connection keeps nothing of what it has sent, which may be the last page of its kind, and not the memory that
   * an upload came into. What is still being sent stays: it belongs to the driver.
   */
  protected forgetMoved(): void {
    const { receiving, sending } = this;
    receiving.bytes = null;
    if (sending.pending) return;
    sending.memory = null;
    sending.vector = null;
  }

  /**
   * Says that nothing follows, and reads on for a while. A close with bytes unread would reset the connection, and the
   * client would lose what it has not read yet (RFC 9112, section 9.6).
   */
  linger(ms = LINGER_MS): void {
    this.takeBacklog();
    if (this.halfClosed) {
      this.wire.close(this);
      return;
    }
    this.intake = Intake.LINGERING;
    this.wire.finish(this);
    this.loop.arm(this.timer, ms);
    this.receive();
  }

  private throwAway(op: Op): void {
    if (op.result > 0) this.lingered += op.result;
    if (op.result <= 0 || this.lingered > LINGER_MAX) this.wire.close(this);
    else this.receive();
  }
}
