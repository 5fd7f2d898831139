import { type Address, SOCKADDR_SIZE, writeSockaddr } from '../address.ts';
import { Memory } from '../memory.ts';
import { C, COMMON, SYSTEM } from './layout.ts';
import * as libc from './libc.ts';

const MSG_OOB = 1;
const SCM_RIGHTS = 1;

/** A client that sends what Node's sockets cannot: urgent bytes, and descriptors. Its calls wait. */
export class RawClient {
  readonly fd: number;

  constructor(address: Address) {
    const sockaddr = Memory.allocate(SOCKADDR_SIZE);
    const length = writeSockaddr(sockaddr.bytes, address);
    const domain = address.family === 'unix' ? COMMON.AF_UNIX : COMMON.AF_INET;
    this.fd = libc.socket(domain, COMMON.SOCK_STREAM, 0);
    if (this.fd < 0 || libc.connect(this.fd, sockaddr.address, length) < 0)
      throw new Error(`connect: ${libc.lastError()}`);
  }

  send(text: string, how: 'plain' | 'urgent' = 'plain'): void {
    const memory = Memory.from(text);
    libc.send(this.fd, memory.address, memory.size, how === 'urgent' ? MSG_OOB : 0);
  }

  /** Sends text, and a descriptor beside it (unix(7)). */
  pass(text: string, descriptor: number): void {
    const memory = Memory.from(text);
    const iovec = Memory.allocate(16);
    iovec.bytes.writeBigUInt64LE(BigInt(memory.address), 0);
    iovec.bytes.writeBigUInt64LE(BigInt(memory.size), 8);
    const control = Memory.allocate(24);
    control.bytes.fill(0);
    // struct cmsghdr: its length is a size_t on Linux, and has 32 bits on the others.
    const linux = SYSTEM === 'linux';
    const data = SYSTEM === 'darwin' ? 12 : 16;
    control.bytes.writeUInt32LE(data + 4, 0);
    control.bytes.writeInt32LE(C.SOL_SOCKET, linux ? 8 : 4);
    control.bytes.writeInt32LE(SCM_RIGHTS, linux ? 12 : 8);
    control.bytes.writeInt32LE(descriptor, data);
    const message = Memory.allocate(56);
    message.bytes.fill(0);
    message.bytes.writeBigUInt64LE(BigInt(iovec.address), 16);
    message.bytes.writeUInt32LE(1, 24);
    message.bytes.writeBigUInt64LE(BigInt(control.address), 32);
    message.bytes.writeUInt32LE(data === 12 ? 16 : 24, 40);
    if (libc.sendmsg(this.fd, message.address, 0) !== memory.size + 0 * (iovec.size + control.size))
      throw new Error(`sendmsg: ${libc.lastError()}`);
  }

  close(): void {
    libc.close(this.fd);
  }
}
