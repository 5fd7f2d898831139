import { Loop, type Op, OpKind } from '@webserv/event-loop';
import type { ServeOptions } from '../index.ts';

/** A server's loop, whose reads of files wait while a test holds them: a disk that takes its time, or fails. */
export class HeldReads {
  readonly loop: Loop;
  private readonly waiting: Op[] = [];
  private held = false;

  constructor({ use = 'auto', driverLibrary }: ServeOptions) {
    this.loop = Loop.open({
      use: driverLibrary === undefined ? { name: use } : { name: use, library: driverLibrary },
    });
    const { driver } = this.loop;
    const submit = driver.submit.bind(driver);
    driver.submit = (op) => {
      if (this.held && op.kind === OpKind.READ && op.position >= 0) this.waiting.push(op);
      else submit(op);
    };
  }

  /** How many reads wait. */
  get count(): number {
    return this.waiting.length;
  }

  /** From now on reads of files wait. */
  hold(): void {
    this.held = true;
  }

  /** The disk does what was asked of it. */
  release(): void {
    this.held = false;
    for (const op of this.waiting.splice(0)) this.loop.driver.submit(op);
    this.loop.driver.notify();
  }

  /** The disk fails: the reads that wait end with an error. */
  fail(errno: number): void {
    for (const op of this.waiting.splice(0)) {
      op.result = -errno;
      op.owner.complete(op);
    }
  }
}
