import { ERRNO, Interest, type Loop, type Memory, type Op } from '@webserv/event-loop';
import { present } from '@webserv/methods';
import type { BodySink, BodySource } from '@webserv/response';
import { ScriptUdata, type ScriptUdataOwner } from '../process/script-udata.ts';
import { SLAB } from '../workshop/slabs.ts';
import type { Workshop } from '../workshop/workshop.ts';
import { ChunkedOutput } from './chunked-output.ts';
import { type BufferOwner, OutputBuffer, type OutputRoom } from './output-buffer.ts';
import { OutputParser, OutputStatus, type ScriptHead } from './output-parser.ts';

/** So much output that nobody wants (of HEAD, for example) is read and dropped, so that the script can end in peace. */
const DRAIN_MAX = 1 << 20;

/** Whose output it is. */
export interface OutputOwner {
  /** The script has written something, or its output is wanted again: what it owes has changed. */
  outputMoved(): void;
  headRead(head: ScriptHead): void;
  /** There is no head, or none that can be understood. */
  headFailed(error: string, errno?: number): void;
  /** The script has closed its stdout; where a reader waits for how the body ends, `conclude` is to be called. */
  outputEnded(): void;
  /** Before there is a reader, no memory is left to read on, or there is nothing more to be read. */
  outputFull(): void;
  /** The script does not keep to the chunks that it has announced. */
  outputMalformed(): void;
  /** The body has left or has failed: nothing more will be asked for. */
  bodyOver(): void;
  /** The reader of the body has gone before its end. */
  bodyCancelled(): void;
  /** The script does not stop writing what nobody wants. */
  outputFlooded(): void;
}

/** `held`: the head has been read, and what follows is read as far as there is memory, and waits for a reader. */
type Phase = 'head' | 'held' | 'body' | 'drain' | 'over';

/**
 * A script's stdout: its head first, then its body as the source of a reply. The script is read as fast as it writes,
 * however slow its reader is, so that its child can end: what the reader has not taken waits in a buffer (OutputBuffer).
 * Only where that is full does the reader hold the script back.
 *
 *     head -> held -> body: pull -> data -> pull ... -> over
 *               +-----------------> drain -> over      (a reply without content, or what lies behind Content-Length)
 */
export class ScriptOutput implements BodySource, BufferOwner, ScriptUdataOwner {
  private readonly loop: Loop;
  private readonly owner: OutputOwner;
  private readonly worker: ScriptUdata;
  private readonly parser: OutputParser;
  private readonly buffer: OutputBuffer;
  /** Where the read under way brings its bytes. */
  private target: Memory | null = null;
  private phase: Phase = 'head';
  private sink: BodySink | null = null;
  private pulled = false;
  /** The script has closed its stdout, or nothing more is awaited from it. */
  ended = false;
  /** Bytes of the body that the reader has been given. */
  given = 0;
  /** Bytes that the body still lacks; -1 where its end will tell. */
  private remaining = -1;
  private drained = 0;
  private chunks: ChunkedOutput | null = null;
  /** Why the body cannot be completed. The reader learns it when it has everything that came before. */
  private failure = 0;
  private failedAt = '';

  /** @param nph the script may write a whole response */
  constructor(workshop: Workshop, room: OutputRoom, owner: OutputOwner, fd: number, nph = false) {
    this.parser = new OutputParser(nph);
    this.loop = workshop.loop;
    this.owner = owner;
    this.buffer = new OutputBuffer(workshop, room, this);
    this.worker = new ScriptUdata(this, fd);
  }

  /** Begins to read the head. @returns 0 or -errno */
  begin(): number {
    const error = this.loop.register(this.worker, Interest.READ);
    if (error < 0) {
      this.close();
      // The loop never reports that something is gone that was never registered.
      this.buffer.pipeGone();
    } else this.readTo(this.buffer.memory, 0);
    return error;
  }

  /** The script is waited for. */
  get reading(): boolean {
    return this.worker.reading.pending;
  }

  /** As much waits as may: only the reader can bring the script on. */
  get heldBack(): boolean {
    return this.phase === 'body' && !this.ended && !this.pulled && !this.reading && !this.buffer.full;
  }

  /** Bytes of the body if all of it lies in memory; otherwise -1. */
  get wholeSize(): number {
    const whole = this.ended || this.chunks?.done === true;
    return whole && this.phase === 'held' ? this.buffer.size : -1;
  }

  /** Its chunks have come to their end: what there is, is all there will be. */
  get chunksOver(): boolean {
    return this.chunks?.done === true;
  }

  // ---- the reader of the body --------------------------------------------------------------------------------

  /** Lets the body be read: `length` bytes of it, -1 where its end will tell. */
  offer(length: number): void {
    this.phase = 'body';
    this.remaining = length;
    if (length >= 0) {
      this.drained = Math.max(0, this.buffer.size - length);
      this.buffer.shorten(length);
    }
    this.readOn();
  }

  open(sink: BodySink): void {
    this.sink = sink;
  }

  pull(): void {
    if (this.phase !== 'body' || this.pulled) return;
    this.pulled = true;
    this.giveOn();
  }

  cancel(): void {
    if (this.phase !== 'body') return;
    this.close();
    this.owner.bodyCancelled();
  }

  /** What the reader has asked for, where it is there. */
  private giveOn(): void {
    const piece = this.remaining === 0 ? null : this.buffer.take();
    if (piece !== null) {
      if (this.remaining > 0) this.remaining -= piece.length;
      this.given += piece.length;
      this.pulled = false;
      this.readOn();
      this.sink?.data(piece);
    } else if (this.remaining === 0) this.finish();
    else if (this.buffer.size > 0) return;
    else if (this.failedAt !== '') this.tellFailure();
    else if (this.ended) this.owner.outputEnded();
    else this.readOn();
  }

  // ---- the script --------------------------------------------------------------------------------------------

  /** Throws away what the script still writes. */
  drain(): void {
    this.phase = 'drain';
    this.buffer.clear();
    if (this.ended || this.failedAt !== '') this.close();
    else this.readTo(this.buffer.memory, 0);
  }

  /** Waits no longer for the end of the output: what has come is all there is. */
  cut(): void {
    if (this.worker.reading.pending) this.outputEnded();
  }

  /** The body is as whole as it will be. @param killed whether a signal ended the script */
  conclude(killed: boolean): void {
    if (this.phase !== 'body' || !this.pulled) return;
    if (this.remaining > 0) this.fail(-ERRNO.EIO, 'script ended before its Content-Length');
    else if (killed) this.fail(-ERRNO.EIO, 'script was ended by a signal');
    else this.finish();
  }

  /** The body cannot be completed. The reader gets the error when it has what came before, at once if it waits for more. */
  fail(errno: number, place: string): void {
    this.failure = errno;
    this.failedAt = place;
    this.shut();
    if (this.phase !== 'body') this.close();
    else if (this.pulled && this.buffer.size === 0) this.tellFailure();
  }

  /** Nobody wants anything of it any more. */
  close(): void {
    this.phase = 'over';
    this.sink = null;
    this.shut();
    this.buffer.close();
  }

  worked(_worker: ScriptUdata, op: Op): void {
    if (op.result <= 0) {
      if (op.result < 0 && this.phase !== 'drain') this.unreadable(op.result);
      else this.outputEnded();
      return;
    }
    this.owner.outputMoved();
    if (this.phase === 'head') this.readHead(op.result);
    else if (this.phase === 'drain') this.drainOn(op.result);
    else this.append(op.offset, op.result);
  }

  private append(offset: number, read: number): void {
    const over = this.chunksOver;
    const size = this.unwrapped(present(this.target, 'the memory of a read'), offset, read);
    if (size < 0) {
      this.owner.outputMalformed();
      return;
    }
    if (over) this.drained += read;
    const wanted = this.remaining < 0 ? size : Math.max(0, Math.min(size, this.remaining - this.buffer.size));
    // What lies behind the announced length is nobody's.
    this.drained += size - wanted;
    if (wanted > 0) this.buffer.filled(this.target, offset, wanted);
    const ends = !over && this.chunksOver;
    if (ends && this.phase === 'body') this.remaining = this.buffer.size;
    else if (ends) this.owner.outputFull();
    if (this.pulled && (wanted > 0 || ends)) this.giveOn();
    else this.readOn();
  }

  /** Takes the chunks off what has been read. @returns bytes that are left at `offset`, or -1 where they are malformed */
  private unwrapped({ bytes }: Memory, offset: number, size: number): number {
    const { chunks } = this;
    if (chunks === null) return size;
    return chunks.done ? 0 : chunks.unwrap(bytes, offset, offset + size);
  }

  gone(): void {
    // The loop itself has let go of it: nothing more is awaited.
    if (this.phase !== 'over' && !this.ended) this.owner.outputMoved();
    this.buffer.pipeGone();
  }

  // ---- the buffer --------------------------------------------------------------------------------------------

  bufferReady(): void {
    if (this.phase === 'body' && this.pulled) this.giveOn();
  }

  bufferRoom(): void {
    this.readOn();
  }

  bufferLost(errno: number, place: string): void {
    if (this.phase === 'body') this.fail(errno, place);
  }

  // ---- steps -------------------------------------------------------------------------------------------------

  /** A read that has begun ahead of the reader is the one that is wanted. */
  private readTo(memory: Memory, offset: number): void {
    const { reading } = this.worker;
    if (reading.pending) return;
    this.target = memory;
    this.loop.read(reading, memory, offset, SLAB - offset, -1);
    this.owner.outputMoved();
  }

  private readHead(size: number): void {
    const { parser, buffer } = this;
    const status = parser.feed(buffer.memory.bytes, 0, size);
    if (status === OutputStatus.PARTIAL) {
      this.readTo(buffer.memory, 0);
      return;
    }
    const start = parser.consumed;
    if (parser.head?.chunked === true) this.chunks = new ChunkedOutput();
    const length = this.unwrapped(buffer.memory, start, size - start);
    buffer.hold(start, start + Math.max(0, length));
    this.headDone(status);
    if (length < 0) this.owner.outputMalformed();
    else if (this.chunksOver && this.phase === 'held') this.owner.outputFull();
    this.readOn();
  }

  /** Reads ahead of the reader, as far as there is room for what comes. */
  private readOn(): void {
    const { phase } = this;
    if ((phase !== 'held' && phase !== 'body') || this.ended || this.failedAt !== '' || this.reading) return;
    if (this.drained > DRAIN_MAX) {
      this.ended = true;
      this.shut();
      this.owner.outputFlooded();
      return;
    }
    const target = this.buffer.target(phase === 'held' || !this.pulled, phase === 'body');
    if (target !== null) this.readTo(target.memory, target.offset);
    else if (phase === 'held') this.owner.outputFull();
  }

  private headDone(status: OutputStatus): void {
    this.phase = 'held';
    if (status === OutputStatus.HEAD) this.owner.headRead(present(this.parser.head, 'the head of an output'));
    else this.owner.headFailed(this.parser.error);
  }

  private drainOn(size: number): void {
    this.drained += size;
    if (this.drained <= DRAIN_MAX) {
      this.readTo(this.buffer.memory, 0);
      return;
    }
    this.close();
    this.owner.outputFlooded();
  }

  private outputEnded(): void {
    this.ended = true;
    this.shut();
    const wanted = this.phase === 'held' || this.phase === 'body';
    if (wanted && this.chunks !== null && !this.chunks.done) this.owner.outputMalformed();
    else if (this.phase === 'head') this.headDone(this.parser.end());
    else if (this.phase === 'drain') {
      this.close();
      this.owner.outputMoved();
    } else if (this.phase === 'held' || (this.pulled && this.buffer.size === 0)) this.owner.outputEnded();
    else this.owner.outputMoved();
  }

  /** A read that has failed is no end: what has come must not be taken for all there is. */
  private unreadable(errno: number): void {
    if (this.phase === 'body') {
      this.fail(errno, 'read script');
      return;
    }
    if (this.phase === 'held') {
      // Read ahead of the reader, which gets the error when it comes here.
      this.failure = errno;
      this.failedAt = 'read script';
      this.shut();
      this.owner.outputFull();
      return;
    }
    this.shut();
    this.phase = 'held';
    this.owner.headFailed('cannot be read', errno);
  }

  /** The body is whole; the script may be at work yet, and may even write more than it has announced. */
  private finish(): void {
    const { sink } = this;
    this.sink = null;
    this.drain();
    sink?.end(null);
    this.owner.bodyOver();
  }

  private tellFailure(): void {
    const { sink } = this;
    this.close();
    sink?.fail(this.failure, this.failedAt);
    this.owner.bodyOver();
  }

  private shut(): void {
    this.loop.close(this.worker);
  }
}
