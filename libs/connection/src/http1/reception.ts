import type { Loop } from '@webserv/event-loop';
import type { Intake, IntakeClient, MemoryLedger, Room } from '@webserv/methods';
import { BodyDecoder, BodyStatus, type Limits, type RequestError, type RequestHead } from '@webserv/request';
import type { Reply } from '@webserv/response';
import { Gathering } from './gathering.ts';

/** The owner of a request's body. */
export interface ReceptionOwner {
  /** Bytes are wanted from the connection. */
  receiveMore(): void;
  /** The body is complete; `[start, end)` of these bytes lie behind it, and are lent for this call only. */
  bodyWhole(bytes: Buffer, start: number, end: number): void;
  /** The body is malformed, or larger than allowed. */
  bodyBroken(error: RequestError | null): void;
  /** The intake takes more, or has come to want the body. */
  resumed(): void;
  /** The intake has its answer. */
  answer(reply: Reply): void;
}

const EMPTY = Buffer.alloc(0);
/**
 * Pieces of a body are gathered up to this size. An intake that was called for each byte of 64 KiB of chunks of one byte
 * would hold the loop up for 30 ms.
 */
const ENOUGH = 16 << 10;
/** Bytes of a chunked body that are received at once: what comes in chunks of one byte is taken apart in a millisecond. */
const CHUNKED_ROOM = 128 << 10;

/**
 * Reads the body of one request for an intake that wants it; without one, it throws the body away. What an intake does not
 * take yet stays in the kernel, apart from what one receive brought.
 */
export class Reception implements IntakeClient {
  /** Payload bytes that were thrown away. */
  discarded = 0;
  /** The body has been read to its end. */
  whole = true;
  private readonly loop: Loop;
  private readonly body: BodyDecoder;
  private readonly gathered = new Gathering();
  private readonly owner: ReceptionOwner;
  private intake: Intake | null = null;
  /** The intake takes no more for now. */
  paused = false;
  /** When the intake last said that it takes no more, and how long it was paused before that. */
  private pausedAt = 0;
  private pausedMs = 0;
  /** Bytes that came while it was paused. */
  private held: Buffer = EMPTY;
  private chunked = false;
  private memory: MemoryLedger | null = null;

  constructor(loop: Loop, limits: Limits, owner: ReceptionOwner) {
    this.loop = loop;
    this.owner = owner;
    this.body = new BodyDecoder(limits);
  }

  /** An intake is at work and has not answered. */
  get busy(): boolean {
    return this.intake !== null;
  }

  /** Payload bytes of the body so far. */
  get received(): number {
    return this.body.received;
  }

  /** Milliseconds in which the client could not send, because the intake took no more. */
  get pausedFor(): number {
    return this.paused ? this.pausedMs + this.loop.now - this.pausedAt : this.pausedMs;
  }

  /**
   * Begins the body behind `head`.
   * @param memory counts what it keeps for a paused intake
   * @returns its error where its announced length is over the limit
   */
  begin(head: RequestHead, limit: number, memory: MemoryLedger): RequestError | null {
    this.keep(EMPTY);
    this.memory = memory;
    this.discarded = 0;
    this.paused = false;
    this.pausedMs = 0;
    this.chunked = head.chunked;
    const status = this.body.start(head, limit);
    this.whole = status === BodyStatus.DONE;
    return status === BodyStatus.ERROR ? this.body.error : null;
  }

  attach(intake: Intake): void {
    this.intake = intake;
    intake.open(this);
    if (this.whole) intake.finish();
  }

  /** Gives the body's bytes on, as far as they are wanted. */
  feed(bytes: Buffer, start: number, end: number): void {
    if (this.paused || this.held.length > 0) {
      // A receive was under way already when the body began, or when its intake answered early: what is held lies before.
      this.keep(Buffer.concat([this.held, bytes.subarray(start, end)]));
      return;
    }
    const { body, gathered } = this;
    let at = start;
    for (;;) {
      const status = body.feed(bytes, at, end);
      at = body.consumed;
      if (status === BodyStatus.DATA) {
        gathered.add(bytes, body.dataStart, body.dataEnd);
        if (gathered.size < ENOUGH) continue;
      }
      if (status === BodyStatus.ERROR) {
        gathered.clear();
        this.abort();
        this.owner.bodyBroken(body.error);
        return;
      }
      if (gathered.size > 0 && !this.take(bytes)) {
        this.keep(at < end ? Buffer.from(bytes.subarray(at, end)) : EMPTY);
        return;
      }
      if (status === BodyStatus.PARTIAL) {
        this.owner.receiveMore();
        return;
      }
      if (status === BodyStatus.DONE) {
        const { intake } = this;
        this.whole = true;
        // What lies behind a body that nobody wanted may be the next request, whose own intake is then at work in here.
        this.owner.bodyWhole(bytes, at, end);
        intake?.finish();
        return;
      }
    }
  }

  /** Where the intake wants the next bytes of the body. */
  room(): Room | null {
    const room = this.intake?.room?.() ?? null;
    if (room === null || !this.chunked || room.length <= CHUNKED_ROOM) return room;
    return { memory: room.memory, offset: room.offset, length: CHUNKED_ROOM };
  }

  resume(): void {
    this.owner.resumed();
    if (!this.paused) return;
    this.unpause();
    this.feedHeld();
  }

  /** Goes on with the body after an early answer: what remains of it is thrown away. */
  discard(): void {
    this.unpause();
    this.feedHeld();
  }

  reply(reply: Reply): void {
    if (this.intake === null) {
      reply.release();
      return;
    }
    this.intake = null;
    this.owner.answer(reply);
  }

  /** The client has gone, or is given up. */
  abort(): void {
    const { intake } = this;
    this.intake = null;
    this.keep(EMPTY);
    intake?.abort();
  }

  /** Hands on what is gathered. @returns false if no more may follow now: the intake is paused, or has answered early */
  private take(bytes: Buffer): boolean {
    const { intake, gathered } = this;
    const { start, end } = gathered;
    gathered.clear();
    if (intake === null) {
      this.discarded += end - start;
      return true;
    }
    // Said before the call, so that a resume from within it is not lost.
    this.paused = true;
    this.pausedAt = this.loop.now;
    if (intake.take(bytes, start, end)) this.paused = false;
    return !this.paused && this.intake === intake;
  }

  /** The bytes have come, so they cannot be refused any more. */
  private keep(held: Buffer): void {
    if (this.held.length !== held.length) this.memory?.add(held.length - this.held.length);
    this.held = held;
  }

  private unpause(): void {
    this.pausedMs = this.pausedFor;
    this.paused = false;
  }

  private feedHeld(): void {
    const { held } = this;
    this.keep(EMPTY);
    // Even if nothing is held: the piece at which the intake paused may have been the last one.
    this.feed(held, 0, held.length);
  }
}
