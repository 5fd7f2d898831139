import type { Address } from '../../address.ts';
import { C, COMMON } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import type { Memory } from '../../memory.ts';
import type { Udata } from '../../udata.ts';
import { UdataTable } from '../../udata-table.ts';
import { Completions } from '../completions.ts';
import { readWarm } from './page-cache.ts';
import { boundAddress, callerAddress, connectTo, listenOn, resetOnClose } from './socket.ts';

/** What the drivers of the system itself have in common: calls that neither wait nor complete later. */
export abstract class SystemDriver {
  readonly table = new UdataTable();
  protected readonly completions = new Completions();

  get moved(): Float64Array {
    return this.completions.moved;
  }

  abstract close(udata: Udata): void;

  get fault(): (udata: Udata, error: unknown) => void {
    return this.completions.fault;
  }

  set fault(fault: (udata: Udata, error: unknown) => void) {
    this.completions.fault = fault;
  }

  abort(udata: Udata): void {
    if (udata.fd >= 0) resetOnClose(udata.fd);
    this.close(udata);
  }

  readNow(fd: number, memory: Memory, offset: number, length: number, position: number): number {
    return readWarm(fd, memory.address + offset, length, position);
  }

  duplicate(fd: number): number {
    return libc.duplicate(fd);
  }

  sendNow(udata: Udata, memory: Memory, offset: number, length: number): number {
    const sent = libc.send(udata.fd, memory.address + offset, length, C.MSG_NOSIGNAL);
    return sent >= 0 ? sent : libc.lastError();
  }

  discard(fd: number): void {
    libc.close(fd);
  }

  finish(udata: Udata): void {
    // The caller has no use for a failure: the next receive or send reports what has become of the connection.
    if (udata.fd >= 0) libc.shutdown(udata.fd, COMMON.SHUT_WR);
  }

  listen(address: Address, backlog: number, shared = false): number {
    return listenOn(address, backlog, shared);
  }

  connectTo(address: Address): number {
    return connectTo(address);
  }

  addressOf(fd: number): Address {
    return boundAddress(fd);
  }

  callerOf(fd: number): Address | null {
    return callerAddress(fd);
  }
}
