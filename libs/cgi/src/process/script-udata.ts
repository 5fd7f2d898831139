import { Op, Udata } from '@webserv/event-loop';

/** The owner of what is read, written or waited for. */
export interface ScriptUdataOwner {
  /** One of its operations has ended. */
  worked(udata: ScriptUdata, op: Op): void;
  /** It is gone: nothing of what its operations were given is held any more. */
  gone(udata: ScriptUdata): void;
}

/**
 * What the loop sees of a script at work: our end of a pipe, a spool file, or (without a descriptor) the child process. It
 * does nothing of its own: results go to its owner.
 */
export class ScriptUdata extends Udata {
  /** What reads, or waits for the child. */
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
