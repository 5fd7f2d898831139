import { ERRNO, type Memory } from '@webserv/event-loop';
import { present } from '@webserv/methods';
import type { BodySink, BodySource } from '@webserv/response';
import type { OutputPipe, PipeReader } from '../process/pipe.ts';
import { SLAB, type Workshop } from '../workshop/workshop.ts';
import { ChunkedOutput } from './chunked-output.ts';
import { type BufferOwner, OutputBuffer, type OutputRoom } from './output-buffer.ts';
import { OutputParser, OutputStatus, type ScriptHead } from './output-parser.ts';

/** The server reads and drops up to this much unwanted output (of HEAD, for example), so that the script can end itself. */
const DRAIN_MAX = 1 << 20;

/** The owner of the output. */
export interface OutputOwner {
  /** The script wrote something, or its output is wanted again: its time limit starts anew. */
  outputMoved(): void;
  headRead(head: ScriptHead): void;
  /** The head is missing or malformed. */
  headFailed(error: string, errno?: number): void;
  /** The script closed its stdout. If a reader waits for the end of the body, the owner calls `conclude`. */
  outputEnded(): void;
  /** The output has no reader yet, and reading stops: memory is used up, or nothing is left to read. */
  outputFull(): void;
  /** The script announced chunks and wrote malformed ones. */
  outputMalformed(): void;
  /** The body has left or failed. The reader asks for nothing more. */
  bodyOver(): void;
  /** The reader left before the end of the body. */
  bodyCancelled(): void;
  /** The script wrote more unwanted output than the server drops. */
  outputFlooded(): void;
}

/** `held`: the head is read. The body is read as far as memory allows, and waits for a reader. */
type Phase = 'head' | 'held' | 'body' | 'drain' | 'over';

/**
 * A script's stdout: first its head, then its body as the source of a reply. The server reads as fast as the script
 * writes, even for a slow reader, so that the child can end. An OutputBuffer keeps what the reader has not taken. The
 * reader holds the script back only when that buffer is full.
 *
 *     head -> held -> body: pull -> data -> pull ... -> over
 *               +-----------------> drain -> over      (a reply without content, or what lies behind Content-Length)
 */
export class ScriptOutput implements BodySource, BufferOwner, PipeReader {
  private readonly owner: OutputOwner;
  private readonly pipe: OutputPipe;
  private readonly parser: OutputParser;
  private readonly buffer: OutputBuffer;
  /** The memory that the pending read writes to. */
  private target: Memory | null = null;
  private phase: Phase = 'head';
  private sink: BodySink | null = null;
  private pulled = false;
  /** The script closed its stdout, or the server waits for nothing more from it. */
  ended = false;
  /** Bytes of the body that the reader has got. */
  given = 0;
  /** Bytes that the body still lacks; -1 if only its end shows the length. */
  private remaining = -1;
  private drained = 0;
  private chunks: ChunkedOutput | null = null;
  /** Why the body cannot be completed. The reader gets this error after everything that came before it. */
  private failure = 0;
  private failedAt = '';

  /** @param nph whether the script may write a whole response */
  constructor(workshop: Workshop, room: OutputRoom, owner: OutputOwner, pipe: OutputPipe, nph = false) {
    this.parser = new OutputParser(nph);
    this.owner = owner;
    this.buffer = new OutputBuffer(workshop, room, this);
    this.pipe = pipe;
  }

  /** Begins to read the head. @returns 0 or -errno */
  begin(): number {
    const error = this.pipe.begin(this);
    if (error < 0) {
      this.close();
      // The pipe never was.
      this.buffer.pipeGone();
    } else this.readTo(this.buffer.memory, 0);
    return error;
  }

  /** True while a read waits for the script. */
  get reading(): boolean {
    return this.pipe.reading;
  }

  /** True if no more may wait, and only the reader can let the script continue. */
  get heldBack(): boolean {
    return this.phase === 'body' && !this.ended && !this.pulled && !this.reading && !this.buffer.full;
  }

  /** Bytes of the body if all of it lies in memory; otherwise -1. */
  get wholeSize(): number {
    const whole = this.ended || this.chunks?.done === true;
    return whole && this.phase === 'held' ? this.buffer.size : -1;
  }

  /** True after the last chunk: the body is complete. */
  get chunksOver(): boolean {
    return this.chunks?.done === true;
  }

  // ---- the reader of the body --------------------------------------------------------------------------------

  /** Opens the body for its reader: `length` bytes of it, or -1 if only its end shows the length. */
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

  /** Gives the reader the piece that it asked for, if one is there. */
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

  /** Drops everything that the script still writes. */
  drain(): void {
    this.phase = 'drain';
    this.buffer.clear();
    if (this.ended || this.failedAt !== '') this.close();
    else this.readTo(this.buffer.memory, 0);
  }

  /** Stops waiting for the end of the output: the bytes so far are the whole body. */
  cut(): void {
    if (this.reading) this.outputEnded();
  }

  /** Ends the body: nothing more comes. @param killed whether a signal ended the script */
  conclude(killed: boolean): void {
    if (this.phase !== 'body' || !this.pulled) return;
    if (this.remaining > 0) this.fail(-ERRNO.EIO, 'script ended before its Content-Length');
    else if (killed) this.fail(-ERRNO.EIO, 'script was ended by a signal');
    else this.finish();
  }

  /** Fails the body. The reader gets the error after what came before it, or at once if it waits for more. */
  fail(errno: number, place: string): void {
    this.failure = errno;
    this.failedAt = place;
    this.shut();
    if (this.phase !== 'body') this.close();
    else if (this.pulled && this.buffer.size === 0) this.tellFailure();
  }

  /** Drops everything: the output is not wanted any more. */
  close(): void {
    this.phase = 'over';
    this.sink = null;
    this.shut();
    this.buffer.close();
  }

  pipeRead(result: number, offset: number): void {
    if (result <= 0) {
      if (result < 0 && this.phase !== 'drain') this.unreadable(result);
      else this.outputEnded();
      return;
    }
    this.owner.outputMoved();
    if (this.phase === 'head') this.readHead(result);
    else if (this.phase === 'drain') this.drainOn(result);
    else this.append(offset, result);
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
    // The server drops bytes beyond the announced length.
    this.drained += size - wanted;
    if (wanted > 0) this.buffer.filled(this.target, offset, wanted);
    const ends = !over && this.chunksOver;
    if (ends && this.phase === 'body') this.remaining = this.buffer.size;
    else if (ends) this.owner.outputFull();
    if (this.pulled && (wanted > 0 || ends)) this.giveOn();
    else this.readOn();
  }

  /** Decodes the chunks in the bytes read. @returns the bytes left at `offset`, or -1 if the chunks are malformed */
  private unwrapped({ bytes }: Memory, offset: number, size: number): number {
    const { chunks } = this;
    if (chunks === null) return size;
    return chunks.done ? 0 : chunks.unwrap(bytes, offset, offset + size);
  }

  pipeGone(): void {
    // The loop itself dropped the pipe, so nothing more comes.
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

  /** Starts a read, unless one that began ahead of the reader is still pending. */
  private readTo(memory: Memory, offset: number): void {
    if (this.reading) return;
    this.target = memory;
    this.pipe.read(memory, offset, SLAB - offset);
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

  /** Reads ahead of the reader while there is room. */
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

  /** Handles a failed read. It is no end of the output, so the bytes so far must not count as the whole body. */
  private unreadable(errno: number): void {
    if (this.phase === 'body') {
      this.fail(errno, 'read script');
      return;
    }
    if (this.phase === 'held') {
      // This read was ahead of the reader. The reader gets the error when it gets to this point.
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

  /** Ends a whole body. The script may still run, and may even write more than it announced. */
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
    this.pipe.close();
  }
}
