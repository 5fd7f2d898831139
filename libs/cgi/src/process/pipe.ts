import { Interest, type Loop, type Memory, type Op } from '@webserv/event-loop';
import { ScriptUdata, type ScriptUdataOwner } from './script-udata.ts';

/** What reads an output. */
export interface PipeReader {
  /** A read has ended. @param result bytes from `offset` of its memory on; 0 at the end of the output; or -errno */
  pipeRead(result: number, offset: number): void;
  /** Nothing holds the memory of a read any more, and nothing more comes. */
  pipeGone(): void;
}

/** Where a script's output comes from: the pipe of a child, or the records of an application. */
export interface OutputPipe {
  /** True while a read waits for the script. */
  readonly reading: boolean;
  /** Takes the reader. @returns 0 or -errno: `pipeGone` does not follow then */
  begin(reader: PipeReader): number;
  /** Reads what is there, up to `length` bytes. `pipeRead` follows, never from within. */
  read(memory: Memory, offset: number, length: number): void;
  /** Stops reading. `pipeGone` follows, perhaps from within. A second call does nothing. */
  close(): void;
}

/** What writes a body. */
export interface PipeWriter {
  /** A write has ended. @param result bytes, all that were asked for; or -errno */
  pipeWritten(result: number): void;
  /** Nothing holds the memory of a write any more. */
  pipeGone(): void;
}

/** Where a script's body goes. */
export interface InputPipe {
  /** True while a write waits for the script to read. */
  readonly pending: boolean;
  /** How much of the pending write the script has taken. It grows while the script reads. */
  readonly done: number;
  /** Takes the writer. @returns 0 or -errno: `pipeGone` does not follow then */
  begin(writer: PipeWriter): number;
  write(memory: Memory, start: number, length: number): void;
  /** Ends the body, all of which is written. `pipeGone` follows, perhaps from within. */
  finish(): void;
  /** Gives up the body, perhaps in the middle. `pipeGone` follows, perhaps from within. */
  close(): void;
}

/** The server's end of a child's stdout. */
export class ChildOutput implements OutputPipe, ScriptUdataOwner {
  private readonly loop: Loop;
  private readonly worker: ScriptUdata;
  private reader: PipeReader | null = null;
  private closed = false;

  constructor(loop: Loop, fd: number) {
    this.loop = loop;
    this.worker = new ScriptUdata(this, fd);
  }

  /** A read that the driver still holds behind `close` waits for nobody. */
  get reading(): boolean {
    return !this.closed && this.worker.reading.pending;
  }

  begin(reader: PipeReader): number {
    const error = this.loop.register(this.worker, Interest.READ);
    if (error < 0) this.loop.close(this.worker);
    else this.reader = reader;
    return error;
  }

  read(memory: Memory, offset: number, length: number): void {
    this.loop.read(this.worker.reading, memory, offset, length, -1);
  }

  close(): void {
    this.closed = true;
    this.loop.close(this.worker);
  }

  worked(_worker: ScriptUdata, { result, offset }: Op): void {
    this.reader?.pipeRead(result, offset);
  }

  gone(): void {
    this.reader?.pipeGone();
  }
}

/** The server's end of a child's stdin. */
export class ChildInput implements InputPipe, ScriptUdataOwner {
  private readonly loop: Loop;
  private readonly worker: ScriptUdata;
  private writer: PipeWriter | null = null;

  constructor(loop: Loop, fd: number) {
    this.loop = loop;
    this.worker = new ScriptUdata(this, fd);
  }

  get pending(): boolean {
    return this.worker.writing.pending;
  }

  get done(): number {
    return this.worker.writing.done;
  }

  begin(writer: PipeWriter): number {
    const error = this.loop.register(this.worker, Interest.WRITE);
    if (error < 0) this.loop.close(this.worker);
    else this.writer = writer;
    return error;
  }

  write(memory: Memory, start: number, length: number): void {
    this.loop.write(this.worker.writing, memory, start, length, -1);
  }

  finish(): void {
    this.close();
  }

  close(): void {
    this.loop.close(this.worker);
  }

  worked(_worker: ScriptUdata, { result }: Op): void {
    this.writer?.pipeWritten(result);
  }

  gone(): void {
    this.writer?.pipeGone();
  }
}
