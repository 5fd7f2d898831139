import { type Address, readSockaddr, SOCKADDR_SIZE, writeSockaddr } from '../address.ts';
import { Memory } from '../memory.ts';
import { C, COMMON } from './layout.ts';
import * as libc from './libc.ts';

const LONGEST = 65_536;

/** A receiver of datagrams, over UDP or on a unix socket, which Node's own cannot be. Its calls do not wait. */
export class RawReceiver {
  readonly fd: number;
  private readonly memory = Memory.allocate(LONGEST);

  constructor(address: Address) {
    const sockaddr = Memory.allocate(SOCKADDR_SIZE);
    const length = writeSockaddr(sockaddr.bytes, address);
    const domain =
      address.family === 'unix' ? COMMON.AF_UNIX : address.family === 'ipv6' ? C.AF_INET6 : COMMON.AF_INET;
    this.fd = libc.socket(domain, COMMON.SOCK_DGRAM, 0);
    if (this.fd < 0 || libc.bind(this.fd, sockaddr.address, length) < 0)
      throw new Error(`bind: ${libc.lastError()}`);
    libc.markDescriptor(this.fd);
  }

  get address(): Address {
    const sockaddr = Memory.allocate(SOCKADDR_SIZE);
    const length = Memory.allocate(4);
    length.bytes.writeUInt32LE(SOCKADDR_SIZE, 0);
    libc.getsockname(this.fd, sockaddr.address, length.address);
    return readSockaddr(sockaddr.bytes, length.bytes.readUInt32LE(0));
  }

  /** Takes at most `limit` of the messages that have come. */
  take(limit = Number.POSITIVE_INFINITY): string[] {
    const messages: string[] = [];
    while (messages.length < limit) {
      const length = libc.recv(this.fd, this.memory.address, LONGEST, 0);
      if (length < 0) break;
      messages.push(this.memory.bytes.toString('utf8', 0, length));
    }
    return messages;
  }

  close(): void {
    libc.close(this.fd);
  }
}
