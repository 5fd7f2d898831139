import type { Loop, Memory, Op, Slice, Udata } from '@webserv/event-loop';
import type { Wire } from './wire.ts';

/** A plain socket: the loop's own operations. It has no state, so one serves all connections of a loop. */
export class PlainWire implements Wire {
  readonly loop: Loop;

  constructor(loop: Loop) {
    this.loop = loop;
  }

  recv(op: Op): void {
    this.loop.recv(op);
  }

  recvInto(op: Op, memory: Memory, offset: number, length: number): void {
    this.loop.recvInto(op, memory, offset, length);
  }

  send(op: Op, memory: Memory, offset: number, length: number): void {
    this.loop.send(op, memory, offset, length);
  }

  sendAll(op: Op, vector: readonly Slice[]): void {
    this.loop.sendAll(op, vector);
  }

  sendFile(op: Op, file: number, position: number, length: number): void {
    this.loop.sendFile(op, file, position, length);
  }

  finish(udata: Udata): void {
    this.loop.finish(udata);
  }

  sayNow(udata: Udata, memory: Memory, offset: number, length: number): void {
    if (udata.fd >= 0) this.loop.driver.sendNow(udata, memory, offset, length);
  }

  abort(udata: Udata): void {
    this.loop.abort(udata);
  }

  close(udata: Udata): void {
    this.loop.close(udata);
  }

  look(_op: Op): void {}

  complete(op: Op): void {
    throw new Error(`${op.owner.kind}: an operation that nobody has submitted has ended`);
  }

  release(_udata: Udata): void {}
}
