import { ERRNO, Interest, type Loop, type Memory, Op, Udata } from '@webserv/event-loop';

/** The object that has a file read. */
export interface FileReadOwner {
  /**
   * The read is over. The file is still open, as `read.fd`; the read closes it after this call.
   * @param result 0 if the memory is full to its end, otherwise -errno; -EIO if the file had become shorter
   */
  loaded(read: FileReadUdata, result: number): void;
  /** A fault has closed the read, before `loaded` was called or within it. Nothing more comes of it. */
  broken(): void;
}

/** Which bytes of a file are read, and where they go. */
interface FileSpan {
  readonly fd: number;
  /** Where in the file the first byte is. */
  readonly position: number;
  readonly memory: Memory;
  /** The bytes go into the memory from `start` to `end`. */
  readonly start: number;
  readonly end: number;
}

/**
 * A file that the loop reads into memory for a client. It owns the descriptor from `start` on. Closing it closes the
 * descriptor, once nothing is in flight.
 */
export class FileReadUdata extends Udata {
  readonly memory: Memory;
  private readonly loop: Loop;
  private readonly reading = new Op(this);
  private owner: FileReadOwner | null;
  private at: number;
  private position: number;
  private readonly end: number;

  constructor(loop: Loop, owner: FileReadOwner, span: FileSpan) {
    super('worker', span.fd);
    this.loop = loop;
    this.owner = owner;
    this.memory = span.memory;
    this.at = span.start;
    this.end = span.end;
    this.position = span.position;
  }

  start(): void {
    this.loop.register(this, Interest.FILE);
    this.readOn();
  }

  /** The client does not want the file any more: no `loaded` follows. */
  abandon(): void {
    this.owner = null;
    this.loop.close(this);
  }

  complete(op: Op): void {
    if (op.result <= 0) {
      this.over(op.result === 0 ? -ERRNO.EIO : op.result);
      return;
    }
    this.at += op.result;
    this.position += op.result;
    this.readOn();
  }

  private readOn(): void {
    if (this.at >= this.end) this.over(0);
    else this.loop.read(this.reading, this.memory, this.at, this.end - this.at, this.position);
  }

  private over(result: number): void {
    this.owner?.loaded(this, result);
    this.abandon();
  }

  override dispose(): void {
    this.owner?.broken();
  }
}
