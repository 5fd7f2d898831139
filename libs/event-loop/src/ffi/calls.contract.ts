import { constants } from 'node:fs';
import { Memory } from '../memory.ts';
import { C, SYSTEM } from './layout.ts';
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
