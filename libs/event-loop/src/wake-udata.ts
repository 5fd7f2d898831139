import * as libc from './ffi/libc.ts';
import type { Loop } from './loop.ts';
import { Memory } from './memory.ts';
import { Op } from './op.ts';
import { Udata } from './udata.ts';

/** Wakes a loop from another thread. `token` is the loop's `wakeToken`, a plain number. */
export function wake(token: number): void {
  libc.write(token, wakeByte.address, 1);
}
const wakeByte = Memory.from('!');

/** The reading end of the wake pipe. Its only message is that the wait is over. */
export class WakeUdata extends Udata {
  readonly writeEnd: number;
  private readonly loop: Loop;
  private readonly reading = new Op(this);

  constructor(loop: Loop, readEnd: number, writeEnd: number) {
    super('wake', readEnd);
    this.loop = loop;
    this.writeEnd = writeEnd;
  }

  listen(): void {
    this.loop.read(this.reading, null, 0, 0, -1);
  }

  complete(op: Op): void {
    if (op.result <= 0) return;
    this.listen();
    this.loop.woken(this);
  }

  override dispose(): void {
    libc.close(this.writeEnd);
  }
}
