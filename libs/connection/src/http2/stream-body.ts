import type { Loop } from '@webserv/event-loop';
import type { Intake, IntakeClient, MemoryLedger } from '@webserv/methods';
import type { Reply } from '@webserv/response';

/** The stream, as the body of its request sees it. */
export interface StreamBodyOwner {
  readonly loop: Loop;
  readonly memory: MemoryLedger;
  /** So many bytes were taken: the client may send as many more. */
  consumed(bytes: number): void;
  /** The intake takes more, or has come to want the body. */
  resumed(): void;
  /** The intake has its answer. */
  answer(reply: Reply): void;
  /** The body is refused. */
  refuseBody(status: number, place: string): void;
}

const NONE = Buffer.alloc(0);
/** A buffer for what is held begins with so many bytes. */
const HELD_MIN = 4096;

/**
 * The body of one request on a stream, for an intake that wants it. The client may send what its window allows, and gets a
 * larger one only for bytes that were taken: a paused intake holds the client back.
 */
export class StreamBody implements IntakeClient {
  /** Bytes so far. */
  received = 0;
  /** All of it has come. */
  whole = true;
  /** The intake takes no more for now. */
  paused = false;
  private readonly owner: StreamBodyOwner;
  private intake: Intake | null = null;
  private limit = 0;
  /** Bytes that came while it was paused, and bytes that were taken and no window was given for yet. */
  private held: Buffer = NONE;
  private heldBytes = 0;
  private owed = 0;
  private pausedAt = 0;
  private pausedMs = 0;
  private feeding = false;

  constructor(owner: StreamBodyOwner) {
    this.owner = owner;
  }

  /** @param limit the most bytes that it may have */
  begin(whole: boolean, limit: number): void {
    this.received = 0;
    this.whole = whole;
    this.limit = limit;
    this.paused = false;
    this.pausedMs = 0;
    this.owed = 0;
  }

  /** An intake is at work and has not answered. */
  get busy(): boolean {
    return this.intake !== null;
  }

  /** Milliseconds in which the client could not send, because the intake took no more. */
  get pausedFor(): number {
    return this.paused ? this.pausedMs + this.owner.loop.now - this.pausedAt : this.pausedMs;
  }

  takeIn(intake: Intake): void {
    this.intake = intake;
    intake.open(this);
    if (this.whole) intake.finish();
  }

  /** Bytes have come. They are lent for this call only. */
  data(bytes: Buffer, start: number, end: number): void {
    this.received += end - start;
    if (this.intake === null) return;
    if (this.received > this.limit) {
      this.abort();
      this.owner.refuseBody(413, 'body_size');
    } else if (this.paused || this.heldBytes > 0) this.hold(bytes, start, end);
    else this.feed(bytes, start, end);
  }

  /** The body is complete. */
  end(): void {
    this.whole = true;
    if (this.heldBytes === 0 && !this.paused) this.intake?.finish();
  }

  resume(): void {
    this.owner.resumed();
    if (!this.paused) return;
    this.pausedMs = this.pausedFor;
    this.paused = false;
    if (!this.feeding) this.feedHeld();
  }

  reply(reply: Reply): void {
    if (this.intake === null) {
      reply.release();
      return;
    }
    this.intake = null;
    this.letGo();
    this.owner.answer(reply);
  }

  /** The client has gone, or is given up. */
  abort(): void {
    const { intake } = this;
    this.intake = null;
    this.letGo();
    intake?.abort();
  }

  private hold(bytes: Buffer, start: number, end: number): void {
    const { memory } = this.owner;
    if (!memory.take(end - start)) {
      this.abort();
      this.owner.refuseBody(503, 'memory_limit');
      return;
    }
    const size = this.heldBytes + end - start;
    if (size > this.held.length) {
      const larger = Buffer.allocUnsafe(Math.max(HELD_MIN, 2 * size));
      this.held.copy(larger, 0, 0, this.heldBytes);
      this.held = larger;
    }
    bytes.copy(this.held, this.heldBytes, start, end);
    this.heldBytes = size;
  }

  private feed(bytes: Buffer, start: number, end: number): void {
    const { intake } = this;
    if (intake === null) return;
    this.owed += end - start;
    // Said before the call, so that a resume from within it is not lost.
    this.paused = true;
    this.pausedAt = this.owner.loop.now;
    this.feeding = true;
    if (intake.take(bytes, start, end)) this.paused = false;
    this.feeding = false;
    if (this.paused || this.intake !== intake) return;
    this.giveWindow();
  }

  private feedHeld(): void {
    const { held, heldBytes } = this;
    this.letGo();
    if (heldBytes > 0) this.feed(held, 0, heldBytes);
    if (this.paused || this.intake === null) return;
    this.giveWindow();
    if (this.whole) this.intake.finish();
  }

  private giveWindow(): void {
    const { owed } = this;
    this.owed = 0;
    if (owed > 0) this.owner.consumed(owed);
  }

  private letGo(): void {
    this.held = NONE;
    if (this.heldBytes > 0) this.owner.memory.give(this.heldBytes);
    this.heldBytes = 0;
  }
}
