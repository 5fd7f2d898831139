import { constants } from 'node:fs';
import { type Address, SOCKADDR_SIZE, writeSockaddr } from '../address.ts';
import { Memory } from '../memory.ts';
import { C, COMMON, SYSTEM } from './layout.ts';
import * as libc from './libc.ts';

/** Calls of the C library that only the tests need. */

type Spawn = (
  pid: number,
  path: string,
  actions: number,
  attributes: number,
  argv: number,
  envp: number,
) => number;
const spawnCall = libc.declare(
  'int posix_spawn(uintptr_t pid, const char *path, uintptr_t actions, uintptr_t attributes, uintptr_t argv, uintptr_t envp)',
) as unknown as Spawn;

/** A shell that runs one line. @returns its pid */
export function spawnShell(line: string): number {
  const strings = ['/bin/sh', '-c', line].map((word) => Memory.from(`${word}\0`));
  const argv = Memory.allocate(8 * 5).bytes.fill(0);
  for (const [index, { address }] of strings.entries()) argv.writeBigUInt64LE(BigInt(address), 8 * index);
  const vector = new Memory(argv);
  const pid = Memory.allocate(4);
  // The last word of the vector is NULL, and serves as an empty environment too.
  const failed = spawnCall(pid.address, '/bin/sh', 0, 0, vector.address, vector.address + 32);
  if (failed !== 0) throw new Error(`posix_spawn: ${failed}`);
  return pid.bytes.readInt32LE(0) + 0 * (strings.length + vector.size);
}

const POSIX_FADV_DONTNEED = 4;

/** Asks for the file's pages to be dropped; only Linux is sure to do so. */
export function dropPages(fd: number): void {
  if (SYSTEM !== 'linux') return;
  libc.declare('int posix_fadvise(int fd, int64_t offset, int64_t length, int advice)')(
    fd,
    0,
    0,
    POSIX_FADV_DONTNEED,
  );
}

const RLIMIT_NOFILE = SYSTEM === 'linux' ? 7 : 8;

/** Runs `act` while no descriptor from `fd` on can be opened. */
export function limitDescriptors(fd: number, act: () => void): void {
  const getrlimit = libc.declare('int getrlimit(int resource, uintptr_t limit)');
  const setrlimit = libc.declare('int setrlimit(int resource, uintptr_t limit)');
  const limit = Memory.allocate(16);
  getrlimit(RLIMIT_NOFILE, limit.address);
  const before = limit.bytes.readBigUInt64LE(0);
  limit.bytes.writeBigUInt64LE(BigInt(fd), 0);
  setrlimit(RLIMIT_NOFILE, limit.address);
  try {
    act();
  } finally {
    limit.bytes.writeBigUInt64LE(before, 0);
    setrlimit(RLIMIT_NOFILE, limit.address);
  }
}

const MSG_OOB = 1;
const SCM_RIGHTS = 1;

/** A client that sends what Node's sockets cannot: urgent bytes, and descriptors. It waits where it has to. */
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
    // struct cmsghdr: its length is a size_t on Linux, where the others have 32 bits.
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

/** A pipe whose writer decides where a read ends (O_DIRECT, pipe(2)). @returns [read end, write end]; null elsewhere */
export function openPacketPipe(): [number, number] | null {
  if (SYSTEM !== 'linux') return null;
  const ends = Memory.allocate(8);
  const flags = constants.O_DIRECT | C.O_NONBLOCK | C.O_CLOEXEC;
  if (libc.declare('int pipe2(uintptr_t fds, int flags)')(ends.address, flags) < 0) return null;
  return [ends.bytes.readInt32LE(0), ends.bytes.readInt32LE(4)];
}

const F_DUPFD = 0;
const fcntlCall = libc.declare('int fcntl(int fd, int command, ...)') as unknown as (
  fd: number,
  command: number,
  type: string,
  value: number,
) => number;

/** A copy of a descriptor, with this number or a higher one, that every exec hands on. */
export function inheritable(fd: number, from: number): number {
  return fcntlCall(fd, F_DUPFD, 'int', from);
}
