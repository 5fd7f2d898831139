import { ERRNO, Interest, type Loop, type Memory, type Op } from '@webserv/event-loop';
import type { BodySink, BodySource } from '@webserv/response';
import { OutputParser, OutputStatus, type ScriptHead } from './output-parser.ts';
import { SLAB, type Slabs } from './slabs.ts';
import { WorkerUdata, type WorkOwner } from './worker-udata.ts';

/** Of output that nobody wants (HEAD, say) this much is read and thrown away, so that the script can end in peace. */
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
  /** Before there is a reader, no memory is left to read on. */
  outputFull(): void;
  /** The reader is about to be told that the body cannot be completed. */
  bodyFails(place: string): void;
  /** The body has left or has failed: nothing more will be asked for. */
  bodyOver(): void;
  /** The reader of the body has gone before its end. */
  bodyCancelled(): void;
  /** The script writes on and on what nobody wants. */
  outputFlooded(): void;
}

/** `held`: the head has been read, and what follows is read as far as there is memory, and waits for a reader. */
type Phase = 'head' | 'held' | 'body' | 'drain' | 'over';

/**
 * A script's stdout: its head first, then its body as the source of a reply. Behind the head the rest of one slab is read
 * ahead, because most outputs end there; from then on nothing is, so that a slow client holds the script back.
 *
 *     head -> held -> body: pull -> reading -> data -> pull ... -> over
 *               +-----------------> drain -> over      (a reply without content, or what lies behind Content-Length)
 */
export class ScriptOutput implements BodySource, WorkOwner {
  private readonly loop: Loop;
  private readonly slabs: Slabs;
  private readonly owner: OutputOwner;
  private readonly worker: WorkerUdata;
  private readonly parser = new OutputParser();
  private readonly memory: Memory;
  private phase: Phase = 'head';
  private sink: BodySink | null = null;
  private pulled = false;
  /** Bytes in memory that have been read and not handed on. */
  private start = 0;
  private end = 0;
  /** The script has closed its stdout, or nothing more is awaited from it. */
  ended = false;
  /** Bytes that the body still lacks; -1 where its end will tell. */
  private remaining = -1;
  private drained = 0;
  /** Why the body cannot be completed; told at the next pull. */
  private failure = 0;
  private failedAt = '';
  private workerGone = false;

  constructor(loop: Loop, slabs: Slabs, owner: OutputOwner, fd: number) {
    this.loop = loop;
    this.slabs = slabs;
    this.owner = owner;
    this.memory = slabs.take();
    this.worker = new WorkerUdata(this, fd);
  }

  /** Begins to read the head. @returns 0 or -errno */
  begin(): number {
    const error = this.loop.register(this.worker, Interest.READ);
    if (error < 0) this.close();
    else this.read();
    return error;
  }

  /** The script is waited for: what is read ahead of the reader is nothing that it owes. */
  get reading(): boolean {
    return this.worker.reading.pending && (this.phase !== 'body' || this.pulled);
  }

  /** Bytes of the body where all of it lies in memory, else -1. */
  get wholeSize(): number {
    return this.ended && this.phase === 'held' ? this.end - this.start : -1;
  }

  // ---- the reader of the body --------------------------------------------------------------------------------

  /** Lets the body be read: `length` bytes of it, -1 where its end will tell. */
  offer(length: number): void {
    this.phase = 'body';
    this.remaining = length;
  }

  open(sink: BodySink): void {
    this.sink = sink;
  }

  pull(): void {
    if (this.phase !== 'body' || this.pulled) return;
    this.pulled = true;
    if (this.failedAt !== '') this.tellFailure();
    else if (this.remaining === 0) this.finish();
    else if (this.start < this.end) this.give();
    else if (this.ended) this.owner.outputEnded();
    else this.read();
  }

  cancel(): void {
    if (this.phase !== 'body') return;
    this.close();
    this.owner.bodyCancelled();
  }

  // ---- the script --------------------------------------------------------------------------------------------

  /** Throws away what the script still writes. */
  drain(): void {
    this.phase = 'drain';
    if (this.ended) this.close();
    else this.read();
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

  /** The body cannot be completed. The reader is told now where it waits, else when it asks. */
  fail(errno: number, place: string): void {
    this.failure = errno;
    this.failedAt = place;
    this.shut();
    if (this.phase !== 'body') this.close();
    else if (this.pulled) this.tellFailure();
  }

  /** Nobody wants anything of it any more. */
  close(): void {
    this.phase = 'over';
    this.sink = null;
    this.shut();
    this.giveBack();
  }

  worked(_worker: WorkerUdata, op: Op): void {
    if (op.result <= 0) {
      if (op.result < 0 && this.phase !== 'drain') this.unreadable(op.result);
      else this.outputEnded();
      return;
    }
    this.owner.outputMoved();
    if (this.phase === 'head') this.readHead(op.result);
    else if (this.phase === 'drain') this.drainOn(op.result);
    else this.append(op);
  }

  /** What was read ahead lies right behind what is in memory already. */
  private append(op: Op): void {
    if (this.start === this.end) this.start = op.offset;
    this.end = op.offset + op.result;
    if (this.pulled) this.give();
    else this.readAhead();
  }

  gone(): void {
    this.workerGone = true;
    // The loop itself has let go of it: nothing more is awaited.
    if (this.phase !== 'over' && !this.ended) this.owner.outputMoved();
    this.giveBack();
  }

  // ---- steps -------------------------------------------------------------------------------------------------

  private read(): void {
    this.readTo(0);
    this.owner.outputMoved();
  }

  /** A read that has begun ahead of the reader is the one that is wanted. */
  private readTo(offset: number): void {
    const { reading } = this.worker;
    if (!reading.pending) this.loop.read(reading, this.memory, offset, SLAB - offset, -1);
  }

  private readHead(size: number): void {
    const { parser } = this;
    const status = parser.feed(this.memory.bytes, 0, size);
    if (status === OutputStatus.PARTIAL) {
      this.read();
      return;
    }
    this.start = parser.consumed;
    this.end = size;
    this.headDone(status);
    this.readAhead();
  }

  private readAhead(): void {
    if (this.phase !== 'held') return;
    if (this.end < SLAB) this.readTo(this.end);
    else this.owner.outputFull();
  }

  private headDone(status: OutputStatus): void {
    this.phase = 'held';
    if (status === OutputStatus.HEAD) this.owner.headRead(this.parser.head as ScriptHead);
    else this.owner.headFailed(this.parser.error);
  }

  private give(): void {
    let size = this.end - this.start;
    if (this.remaining >= 0) {
      size = Math.min(size, this.remaining);
      this.remaining -= size;
    }
    const piece = this.memory.bytes.subarray(this.start, this.start + size);
    this.start += size;
    this.pulled = false;
    this.sink?.data(piece);
  }

  private drainOn(size: number): void {
    this.drained += size;
    if (this.drained <= DRAIN_MAX) {
      this.read();
      return;
    }
    this.close();
    this.owner.outputFlooded();
  }

  private outputEnded(): void {
    this.ended = true;
    this.shut();
    if (this.phase === 'head') this.headDone(this.parser.end());
    else if (this.phase === 'drain') {
      this.close();
      this.owner.outputMoved();
    } else if (this.pulled || this.phase === 'held') this.owner.outputEnded();
  }

  /** A read that has failed is no end: what has come must not be taken for all there is. */
  private unreadable(errno: number): void {
    if (this.phase === 'body') {
      this.fail(errno, 'read script');
      return;
    }
    if (this.phase === 'held') {
      // Read ahead of the reader, who is told when it comes here.
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
    this.owner.bodyFails(this.failedAt);
    sink?.fail(this.failure, this.failedAt);
    this.owner.bodyOver();
  }

  private shut(): void {
    this.loop.close(this.worker);
  }

  /** The slab is free when neither the pipe nor the reader holds it. */
  private giveBack(): void {
    if (this.phase !== 'over' || !this.workerGone) return;
    this.workerGone = false;
    this.slabs.give(this.memory);
  }
}
