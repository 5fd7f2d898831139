import { type Loop, Op, Timer, Udata } from '@webserv/event-loop';
import type { Ends, Room } from '@webserv/methods';

/** After the last response: how long, and how many bytes, the client may still send before it is cut off. */
const LINGER_MS = 2000;
const LINGER_MAX = 1 << 20;

/** Who may have room for what is received next. */
interface Receiver {
  room(): Room | null;
}

/**
 * The socket side of a client: bytes in, one operation out, and an end that loses nothing. What the bytes mean is the
 * affair of the class above it.
 *
 *     open --ended()--> half-closed        open --linger()--> lingering --end, limit or time--> closed
 */
export abstract class Connection extends Udata {
  protected readonly loop: Loop;
  protected readonly sending = new Op(this);
  protected readonly timer = new Timer(this);
  /** Bytes that were received and belong to what comes next. */
  protected backlog: Buffer | null = null;
  /** The client has said that it sends no more; it may still be reading. */
  protected halfClosed = false;
  private readonly receiving = new Op(this);
  private lingered = -1;

  constructor(loop: Loop, fd: number) {
    super('client', fd);
    this.loop = loop;
  }

  /** Bytes have come. They are lent for this call only. */
  protected abstract received(bytes: Buffer, start: number, end: number): void;
  /** The client sends no more (0), or the connection has failed (-errno). */
  protected abstract ended(result: number): void;
  /** What was being sent has left, or could not. */
  protected abstract left(op: Op): void;

  complete(op: Op): void {
    if (op === this.sending) {
      this.left(op);
    } else if (op.result <= 0) {
      this.halfClosed = true;
      if (this.lingering) this.loop.close(this);
      else this.ended(op.result);
    } else if (this.lingering) {
      this.lingered += op.result;
      if (this.lingered > LINGER_MAX) this.loop.close(this);
      else this.receive();
    } else {
      this.received(op.bytes as Buffer, op.offset, op.offset + op.result);
    }
  }

  ends(): Ends {
    const { driver } = this.loop;
    const near = driver.addressOf(this.fd);
    const far = driver.callerOf?.(this.fd) ?? null;
    return {
      serverAddress: near.family === 'unix' ? '' : near.host,
      remotePort: far === null || far.family === 'unix' ? 0 : far.port,
    };
  }

  protected get lingering(): boolean {
    return this.lingered >= 0;
  }

  protected receive(receiver: Receiver | null = null): void {
    const { receiving, loop } = this;
    if (receiving.pending || this.halfClosed) return;
    const room = receiver === null ? null : receiver.room();
    if (room === null) loop.recv(receiving);
    else loop.recvInto(receiving, room.memory, room.offset, room.length);
  }

  /**
   * Keeps bytes for later: a copy of lent ones, and of our own only where they lie. Of many requests that came in one
   * piece, each leaves a shorter backlog, and copying it each time would be quadratic.
   */
  protected stash(bytes: Buffer, start: number, end: number): void {
    if (start >= end) this.backlog = null;
    else if (bytes === this.receiving.bytes) this.backlog = Buffer.from(bytes.subarray(start, end));
    else this.backlog = bytes.subarray(start, end);
  }

  /**
   * An idle connection keeps nothing of what it has sent, which may be a page that nobody else has any more, and not the
   * memory that an upload came into.
   */
  protected forgetMoved(): void {
    this.receiving.bytes = null;
    this.sending.memory = null;
    this.sending.vector = null;
  }

  /**
   * Says that nothing follows, and goes on reading for a while: to close at once, with bytes unread, would reset the
   * connection and take from the client what it has not read yet (RFC 9112 section 9.6).
   */
  protected linger(ms = LINGER_MS): void {
    this.backlog = null;
    if (this.halfClosed) {
      this.loop.close(this);
      return;
    }
    this.lingered = 0;
    this.loop.finish(this);
    this.loop.arm(this.timer, ms);
    this.receive();
  }
}
