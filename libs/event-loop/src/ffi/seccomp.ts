import { Memory } from '../memory.ts';
import { declare } from './libc.ts';

/** Numbers of system calls that differ between architectures, for the tests that have one refused. */
const X64 = {
  STATX: 332,
  NEWFSTATAT: 262,
  PREADV2: 327,
  SENDFILE: 40,
  PWRITE64: 18,
  ACCEPT4: 288,
  FADVISE64: 221,
  FLOCK: 73,
  FSYNC: 74,
  GETPEERNAME: 52,
  INOTIFY_INIT1: 294,
  INOTIFY_ADD_WATCH: 254,
  LINKAT: 265,
  PIPE2: 293,
  RENAMEAT2: 316,
  SETSOCKOPT: 54,
  SYNC_FILE_RANGE: 277,
} as const;
const ARM64 = {
  STATX: 291,
  NEWFSTATAT: 79,
  PREADV2: 286,
  SENDFILE: 71,
  PWRITE64: 68,
  ACCEPT4: 242,
  FADVISE64: 223,
  FLOCK: 32,
  FSYNC: 82,
  GETPEERNAME: 205,
  INOTIFY_INIT1: 26,
  INOTIFY_ADD_WATCH: 27,
  LINKAT: 37,
  PIPE2: 59,
  RENAMEAT2: 276,
  SETSOCKOPT: 208,
  SYNC_FILE_RANGE: 84,
} as const;
const ALIKE = {
  IO_URING_SETUP: 425,
  IO_URING_ENTER: 426,
  IO_URING_REGISTER: 427,
  PIDFD_OPEN: 434,
  CLONE3: 435,
  CLOSE_RANGE: 436,
  OPENAT2: 437,
  FACCESSAT2: 439,
} as const;
const SYSCALL = { ...ALIKE, ...(process.arch === 'arm64' ? ARM64 : X64) };
export type SyscallName = keyof typeof SYSCALL;

const PR_SET_SECCOMP = 22;
const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_MODE_FILTER = 2;
const RET_ALLOW = 0x7fff0000;
const RET_ERRNO = 0x00050000;
/** BPF: load the word at k; compare it with k; return k. */
const LOAD = 0x20;
const EQUALS = 0x15;
const RETURN = 0x06;

/**
 * From now on the kernel refuses these calls to this thread, and to those that it starts, as the sandboxes of
 * containers do. There is no way back: call it in a child process.
 */
export function refuseCalls(names: readonly SyscallName[], errno: number): void {
  // The number of the call is the first word of struct seccomp_data.
  const filter: [code: number, yes: number, k: number][] = [[LOAD, 0, 0]];
  for (const [at, name] of names.entries()) filter.push([EQUALS, names.length - at, SYSCALL[name]]);
  filter.push([RETURN, 0, RET_ALLOW], [RETURN, 0, RET_ERRNO | errno]);
  const program = Memory.allocate(8 * filter.length);
  for (const [at, [code, yes, k]] of filter.entries()) {
    program.bytes.writeUInt16LE(code, 8 * at);
    program.bytes.writeUInt8(yes, 8 * at + 2);
    program.bytes.writeUInt8(0, 8 * at + 3);
    program.bytes.writeUInt32LE(k, 8 * at + 4);
  }
  const sockFprog = Memory.allocate(16);
  sockFprog.bytes.fill(0).writeUInt16LE(filter.length, 0);
  sockFprog.bytes.writeBigUInt64LE(BigInt(program.address), 8);
  const prctl = declare('int prctl(int option, uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d)');
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) throw new Error('prctl(PR_SET_NO_NEW_PRIVS) has failed');
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, sockFprog.address, 0, 0) < 0)
    throw new Error('this kernel filters no system calls');
}
