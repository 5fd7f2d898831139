import { Op, Udata } from '@webserv/event-loop';

/** The owner of the operations. */
export interface ScriptUdataOwner {
  /** An operation of `udata` has ended. */
  worked(udata: ScriptUdata, op: Op): void;
  /** `udata` is gone: the loop holds no memory of its operations any more. */
  gone(udata: ScriptUdata): void;
}

/**
 * The udata of a running script: the server's end of a pipe, a spool file, or (without a descriptor) the child process. It
 * passes every result to its owner.
 */
export class ScriptUdata extends Udata {
  /** Reads, or waits for the child. */
  readonly reading = new Op(this);
  readonly writing = new Op(this);
  private readonly owner: ScriptUdataOwner;

  constructor(owner: ScriptUdataOwner, fd: number) {
    super('worker', fd);
    this.owner = owner;
  }

  complete(op: Op): void {
    this.owner.worked(this, op);
  }

  override dispose(): void {
    this.owner.gone(this);
  }
}
