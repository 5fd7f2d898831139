import { Interest, type Loop, Op, OpState, Udata } from '@webserv/event-loop';

/** A watched file or folder. It reports what happens until it is closed. */
export abstract class PathWatch extends Udata {
  readonly path: string;
  private readonly changing = new Op(this);

  constructor(kind: string, path: string) {
    super(kind, -1);
    this.path = path;
  }

  /** @returns 0 if the watch reports what happens to the path from now on; otherwise -errno, and the caller closes it */
  start(loop: Loop): number {
    const error = loop.register(this, Interest.READ);
    if (error < 0) return error;
    loop.watchPath(this.changing, this.path);
    // A system that refuses reports it within the call.
    return this.changing.state === OpState.PENDING ? 0 : this.changing.result;
  }

  complete(op: Op): void {
    this.heard(op.result, op.text);
  }

  /**
   * @param bits of `Change`, or -errno if the watch has ended
   * @param name the entry's name in a folder; '' for the path itself, or if the system does not report it
   */
  protected abstract heard(bits: number, name: string): void;
}
