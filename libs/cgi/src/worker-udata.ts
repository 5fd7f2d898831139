import { type Loop, Op, Timer, Udata } from '@webserv/event-loop';

/** Who reads or writes by a worker. */
export interface WorkOwner {
  /** The worker's operation has ended. */
  worked(worker: WorkerUdata, op: Op): void;
  /** The worker is gone: nothing of what its operations were given is held any more. */
  gone(worker: WorkerUdata): void;
}

/**
 * One end of a pipe, a spool file, or (without a descriptor) a child process, working for one request. It does nothing of
 * its own: results go to its owner.
 */
export class WorkerUdata extends Udata {
  /** What reads, or waits for the child. */
  readonly reading = new Op(this);
  readonly writing = new Op(this);
  private readonly owner: WorkOwner;

  constructor(owner: WorkOwner, fd: number) {
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

/** A deadline for an object that is no udata itself. */
export class Alarm extends Udata {
  private readonly loop: Loop;
  private readonly timer = new Timer(this);
  private readonly ring: () => void;
  /** It has run out once, and rings if nothing comes in the rest of that tick. */
  private looked = false;

  constructor(loop: Loop, ring: () => void) {
    super('worker', -1);
    this.loop = loop;
    this.ring = ring;
  }

  /**
   * Rings in `ms` from now, in place of any earlier time. A tick runs timers before completions: after a stall of the whole
   * process (a suspended machine, a debugger) every deadline is over while what it waits for lies ready. So the completions
   * of that tick come first.
   */
  set(ms: number): void {
    this.looked = ms === 0;
    this.loop.arm(this.timer, ms);
  }

  stop(): void {
    this.loop.disarm(this.timer);
  }

  override expire(): void {
    if (this.looked) {
      this.ring();
      return;
    }
    this.looked = true;
    this.loop.arm(this.timer, 0);
  }

  /** It has no operations. */
  complete(): void {}
}
