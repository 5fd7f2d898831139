import { ERRNO, type Loop, Memory, type Op, OpKind, type Slice } from '@webserv/event-loop';
import type { Cause, Framing, Reply, Segment } from '@webserv/response';
import type { Wire } from '../wire.ts';
import { BodyStream, pieceOf } from './body-stream.ts';

/** A body without segments; one for all, since most responses are a page of the cache. */
const NONE: readonly Segment[] = [];

/** Who sends, and hears when it is over. */
export interface Sender {
  /**
   * @param result 0 where everything left, else -errno; a body that came out short is -EIO
   * @param place the call that failed, or what a source said of it; '' where everything left
   */
  transmitted(result: number, place: string): void;
}

/**
 * Sends one reply: the head, then the segments of its body, one operation after the other. A head and the bytes behind
 * it leave together; files leave by sendfile and streams piece by piece, so that no body is ever held whole in memory.
 */
export class Transmission {
  private readonly loop: Loop;
  private readonly sender: Sender;
  private wire: Wire | null = null;
  private op: Op | null = null;
  private segments: readonly Segment[] = NONE;
  private stream: BodyStream | null = null;
  private next = 0;
  /** Bytes that the pending operation must move, and how many of them are no body (the head). */
  private expected = 0;
  private overhead = 0;
  private sent = 0;
  /** An operation has been submitted whose end has not been seen: the connection may be closed before. */
  private flying = false;

  constructor(loop: Loop, sender: Sender) {
    this.loop = loop;
    this.sender = sender;
  }

  attach(wire: Wire, op: Op): void {
    this.wire = wire;
    this.op = op;
  }

  /** Bytes that have left; grows while an operation is pending, so that a time-out sees progress. */
  get progress(): number {
    return this.stream === null ? this.bodySent : this.stream.progress;
  }

  /** Milliseconds in which a stream had nothing to send. */
  get rested(): number {
    return this.stream === null ? 0 : this.stream.rested;
  }

  /** Bytes of the body that have left. */
  get bodySent(): number {
    if (this.stream !== null) return this.stream.bodySent;
    return this.sent + (this.flying ? Math.max(0, (this.op as Op).done - this.overhead) : 0);
  }

  /** Why a stream has ended before its time; null where none has. */
  get cause(): Cause | null {
    return this.stream === null ? null : this.stream.failure;
  }

  /** @param framing `none` where no body follows the head (HEAD, 304), else what the head said */
  start(head: Memory, reply: Reply, framing: Framing, length: number): void {
    this.reset();
    if (framing !== 'none') this.segments = segmentsOf(reply);
    if (framing !== 'none' && reply.body.kind === 'stream') {
      this.stream = new BodyStream(this.loop, this.wire as Wire, this.op as Op, this.sender, framing, length);
      this.stream.start(head, reply.body.source);
      return;
    }
    const pieces: Slice[] = [pieceOf(head)];
    const first = this.segments[0];
    if (first !== undefined && first.kind === 'bytes' && first.bytes.length > 0) {
      this.next = 1;
      pieces.push(pieceOf(memoryOf(first.bytes)));
    }
    this.sendPieces(pieces, head.size);
  }

  /** Memory that holds a complete response, of which the first `headSize` bytes are its head. */
  sendWhole(memory: Memory, size: number, headSize: number): void {
    this.reset();
    this.expected = size;
    this.overhead = headSize;
    this.flying = true;
    (this.wire as Wire).send(this.op as Op, memory, 0, size);
  }

  /** Pieces that together are a complete response. */
  sendTogether(pieces: readonly Slice[], headSize: number): void {
    this.reset();
    this.sendPieces(pieces, headSize);
  }

  private reset(): void {
    this.sent = 0;
    this.next = 0;
    this.segments = NONE;
    this.stream = null;
  }

  private sendPieces(pieces: readonly Slice[], headSize: number): void {
    this.expected = 0;
    for (const piece of pieces) this.expected += piece.length;
    this.overhead = headSize;
    this.flying = true;
    (this.wire as Wire).sendAll(this.op as Op, pieces);
  }

  /** The operation has ended: on with the next segment, or over. */
  complete(op: Op): void {
    if (this.stream !== null) {
      this.stream.complete(op);
      return;
    }
    const { result } = op;
    this.flying = false;
    this.sent += Math.max(0, op.done - this.overhead);
    // Less than expected: the file has become shorter than the head said.
    if (result < 0) this.over(result, op.kind === OpKind.SENDFILE ? 'sendfile' : 'send');
    else if (result < this.expected) this.over(-ERRNO.EIO, 'sendfile: the file became shorter');
    else if (this.next < this.segments.length) this.sendSegment(this.segments[this.next++] as Segment);
    else this.over(0, '');
  }

  private sendSegment(segment: Segment): void {
    this.overhead = 0;
    if (segment.kind === 'bytes') {
      this.sendPieces([pieceOf(memoryOf(segment.bytes))], 0);
      return;
    }
    this.expected = segment.length;
    this.flying = true;
    (this.wire as Wire).sendFile(this.op as Op, segment.fd, segment.offset, segment.length);
  }

  private over(result: number, place: string): void {
    this.segments = NONE;
    this.sender.transmitted(result, place);
  }
}

function segmentsOf(reply: Reply): readonly Segment[] {
  const { body } = reply;
  switch (body.kind) {
    case 'bytes':
    case 'file':
      return [body];
    case 'parts':
      return body.parts;
    default:
      return NONE;
  }
}

/** Up to so many bytes may lie in the collector's heap, where they move. */
const SMALL = 4096;

/** Bytes to send from where they lie: a large error page is not there once for each who is slow to take it. */
function memoryOf(bytes: Uint8Array): Memory {
  if (bytes.length <= SMALL) return Memory.from(bytes);
  return new Memory(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
}
