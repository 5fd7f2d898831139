import { ERRNO, Interest, type Loop, type Memory, Op, Udata } from '@webserv/event-loop';

/** Who had the file read. */
export interface WorkOwner {
  /**
   * The file is still open, as `worker.fd`; it is closed behind this call.
   * @param result 0 where the memory is full to its end, else -errno; a file that had become shorter is -EIO
   */
  loaded(worker: WorkerUdata, result: number): void;
  /** A fault has closed the worker, before `loaded` was called or within it: nothing more comes of it. */
  broken(): void;
}

/**
 * A file that is being read into memory for a client. It owns the descriptor from `start` on; closing the worker closes
 * it, once nothing is in flight.
 */
export class WorkerUdata extends Udata {
  readonly memory: Memory;
  private readonly loop: Loop;
  private readonly reading = new Op(this);
  private owner: WorkOwner | null;
  private at: number;
  private position: number;
  private readonly end: number;

  /** Reads from `position` of the file into the memory's bytes from `offset` to its `end`. */
  constructor(
    loop: Loop,
    owner: WorkOwner,
    fd: number,
    memory: Memory,
    offset: number,
    end: number,
    position: number,
  ) {
    super('worker', fd);
    this.loop = loop;
    this.owner = owner;
    this.memory = memory;
    this.at = offset;
    this.end = end;
    this.position = position;
  }

  start(): void {
    this.loop.register(this, Interest.FILE);
    this.readOn();
  }

  /** The client does not want it any more: no `loaded` follows. */
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
