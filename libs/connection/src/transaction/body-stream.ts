import { ERRNO, type Loop, Memory, type Op, type Slice } from '@webserv/event-loop';
import {
  type BodySink,
  type BodySource,
  type Cause,
  CHUNK_TAIL,
  chunkHead,
  type Framing,
  type HeaderList,
  lastChunk,
} from '@webserv/response';
import type { Wire } from '../wire.ts';
import type { Sender } from './transmission.ts';

const CRLF = Memory.from(CHUNK_TAIL);

/**
 * Sends a body that is produced while it is sent: pull a piece, send it, pull the next. The source is asked only when the
 * piece before has left, so a slow client holds it back.
 *
 *     pulling --data--> sending --left--> pulling ... --end--> closing --left--> over
 */
export class BodyStream implements BodySink {
  /** Bytes of the body that have left by operations that are over, chunk framing not counted. */
  private bodyMoved = 0;
  /** Bytes that have left by operations that are over, framing counted. */
  private moved = 0;
  /** Since when nothing is being sent, and for how long nothing was before. */
  private restingSince = 0;
  private restedMs = 0;
  private readonly loop: Loop;
  private readonly wire: Wire;
  private readonly op: Op;
  private readonly sender: Sender;
  private readonly framing: Framing;
  private readonly length: number;
  private source: BodySource | null = null;
  /** What waits for the operation in flight: framed pieces, and how many bytes of body are in them. */
  private waiting: Slice[] = [];
  private waitingBody = 0;
  private flightBody = 0;
  /** Bytes that lie in front of that body: the head, the size of a chunk. */
  private waitingLead = 0;
  private flightLead = 0;
  private pulling = false;
  private ended = false;
  /** Why the source cannot complete the body. */
  failure: Cause | null = null;

  constructor(loop: Loop, wire: Wire, op: Op, sender: Sender, framing: Framing, length: number) {
    this.loop = loop;
    this.wire = wire;
    this.op = op;
    this.sender = sender;
    this.framing = framing;
    this.length = length;
    this.restingSince = loop.now;
  }

  /** Bytes of the body that have left, chunk framing not counted. */
  get bodySent(): number {
    if (this.flightBody === 0) return this.bodyMoved;
    return this.bodyMoved + Math.min(this.flightBody, Math.max(0, this.op.done - this.flightLead));
  }

  /** Bytes that have left; grows while the client takes any. */
  get progress(): number {
    return this.moved + (this.op.pending ? this.op.done : 0);
  }

  /** Milliseconds in which the source had nothing to send. */
  get rested(): number {
    return this.op.pending ? this.restedMs : this.restedMs + this.loop.now - this.restingSince;
  }

  /** The head leaves with the first piece where that is there at once, and alone where it takes its time. */
  start(head: Memory, source: BodySource): void {
    this.source = source;
    source.open(this);
    this.waiting.push(pieceOf(head));
    this.pull();
    this.flush();
  }

  complete(op: Op): void {
    if (op.result < 0) {
      this.sender.transmitted(op.result, 'send');
      return;
    }
    this.moved += op.result;
    this.restingSince = this.loop.now;
    this.bodyMoved += this.flightBody;
    this.flightBody = 0;
    // The head may have left alone, before the first piece came: that pull is still to be answered.
    if (!this.pulling && this.waiting.length === 0 && !this.ended && this.failure === null) this.pull();
    this.flush();
  }

  data(bytes: Uint8Array): void {
    this.pulling = false;
    const total = this.bodyMoved + this.flightBody + bytes.length;
    if (this.length >= 0 && total > this.length) {
      // More than the head has announced: the client would take the rest for the next response.
      this.fail(-ERRNO.EIO, 'body longer than announced');
      return;
    }
    const piece = new Memory(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    const chunked = this.framing === 'chunked';
    if (chunked) this.waiting.push(pieceOf(Memory.from(chunkHead(bytes.length))));
    this.waitingLead = this.waiting.reduce((sum, { length }) => sum + length, 0);
    this.waiting.push(pieceOf(piece));
    if (chunked) this.waiting.push(pieceOf(CRLF));
    this.waitingBody = bytes.length;
    this.flush();
  }

  end(trailers: HeaderList | null): void {
    this.pulling = false;
    const total = this.bodyMoved + this.flightBody + this.waitingBody;
    if (this.length >= 0 && total < this.length) {
      this.fail(-ERRNO.EIO, 'body shorter than announced');
      return;
    }
    this.ended = true;
    if (this.framing === 'chunked') {
      this.waiting.push(pieceOf(Memory.from(lastChunk(trailers) ?? lastChunk(null) ?? '')));
    }
    this.flush();
  }

  fail(errno: number, place: string): void {
    this.pulling = false;
    this.failure = { errno: errno === 0 ? -ERRNO.EIO : errno, place };
    this.waiting = [];
    this.flush();
  }

  private pull(): void {
    this.pulling = true;
    this.source?.pull();
  }

  /** Sends what waits, once nothing is in flight; over where nothing waits any more. */
  private flush(): void {
    if (this.op.pending || this.source === null) return;
    if (this.waiting.length > 0) {
      const pieces = this.waiting;
      this.waiting = [];
      this.restedMs = this.rested;
      this.flightBody = this.waitingBody;
      this.flightLead = this.waitingLead;
      this.waitingBody = 0;
      this.wire.sendAll(this.op, pieces);
    } else if (this.failure !== null || (this.ended && !this.pulling)) {
      this.source = null;
      this.sender.transmitted(this.failure?.errno ?? 0, this.failure?.place ?? '');
    }
  }
}

/** All of a memory, as a piece of a gathered send. */
export function pieceOf(memory: Memory): Slice {
  return { memory, offset: 0, length: memory.size };
}
