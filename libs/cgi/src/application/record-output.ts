import type { Memory } from '@webserv/event-loop';
import type { OutputPipe, PipeReader } from '../process/pipe.ts';

/**
 * The output of a script as its records bring it. Bytes are copied to where the reader wants them; while it wants none, the
 * records wait, and so does the application.
 */
export class RecordOutput implements OutputPipe {
  /** The reader has asked, and has not been answered. */
  reading = false;
  /** The script's output is at its end. */
  ended = false;
  private closed = false;
  private reader: PipeReader | null = null;
  private memory: Memory | null = null;
  private offset = 0;
  private room = 0;
  private readonly wanted: () => void;

  /** @param wanted called when the reader asks outside of `take` and `end`: what waits may go on, in a later tick */
  constructor(wanted: () => void) {
    this.wanted = wanted;
  }

  begin(reader: PipeReader): number {
    this.reader = reader;
    return 0;
  }

  read(memory: Memory, offset: number, length: number): void {
    this.memory = memory;
    this.offset = offset;
    this.room = length;
    this.reading = true;
    this.wanted();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.reading = false;
    this.memory = null;
    this.reader?.pipeGone();
    this.wanted();
  }

  /** @returns how many of the bytes the reader took; all of them if it has gone */
  take(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && this.reading && this.memory !== null) {
      const size = Math.min(end - at, this.room);
      bytes.copy(this.memory.bytes, this.offset, at, at + size);
      at += size;
      this.reading = false;
      // The reader may ask again from within.
      this.reader?.pipeRead(size, this.offset);
    }
    return this.closed ? end - start : at - start;
  }

  /** Nothing more comes. The reader gets the end when it asks. */
  end(): void {
    this.ended = true;
    if (!this.reading) return;
    this.reading = false;
    this.reader?.pipeRead(0, this.offset);
  }
}
