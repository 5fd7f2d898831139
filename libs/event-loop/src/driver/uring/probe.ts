import fs from 'node:fs';
import { ERRNO, errnoMessage, errnoName } from '../../ffi/errno.ts';
import { SYSTEM } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import { IO_URING_OP_SUPPORTED, IORING_OP, IORING_REGISTER, URING_PROBE } from '../../ffi/uring-layout.ts';
import { Memory } from '../../memory.ts';
import { peersNamed } from '../system/socket.ts';
import { Tag } from './flight.ts';
import { ProvidedBuffers } from './provided-buffers.ts';
import { Ring, type RingSizes, register } from './ring.ts';

/** What the driver stands on, all of it or nothing. */
export interface Uring {
  readonly ring: Ring;
  readonly small: ProvidedBuffers;
  readonly large: ProvidedBuffers;
}

/** How much there is of everything; tests ask for so little that it runs out. */
export interface UringSizes extends RingSizes {
  /** Buffers of 4 KiB for requests, and of 64 KiB for bodies and pipes; powers of two. */
  readonly small: number;
  readonly large: number;
}

/** A completion is 16 bytes and a submission 64: 4,096 connections can answer at once within 160 KiB. */
export const URING_SIZES: UringSizes = { submissions: 512, completions: 8192, small: 128, large: 16 };
export const SMALL_SIZE = 4 << 10;
const LARGE_SIZE = 64 << 10;
const SMALL_GROUP = 0;
const LARGE_GROUP = 1;

/** What the submission of the probe carries, and how long its completion may take: it does nothing. */
const PROBED = 0x6e6f70;
const ENTER_MS = 5000;

/** <sys/resource.h> of Linux, on every architecture but MIPS and Sparc. */
const RLIMIT_NPROC = 6;

const SWITCH = '/proc/sys/kernel/io_uring_disabled';

/**
 * Opens rings and buffers, and asks the kernel for each thing that is needed.
 * @param flags of the set-up, for tests that act as on older kernels; the best there are by default
 * @returns why not, if it is not available
 */
export function openUring(sizes: UringSizes = URING_SIZES, flags?: number): Uring | string {
  if (SYSTEM !== 'linux') return 'Linux only';
  const ring = Ring.open(sizes, flags);
  if (typeof ring === 'number') return refusal(ring);
  const missing = missingOperations(ring.fd) || refusedEnter(ring) || refusedNames() || refusedWorkers();
  if (missing !== '') {
    ring.dispose();
    return missing;
  }
  const small = ProvidedBuffers.register(ring.fd, SMALL_GROUP, sizes.small, SMALL_SIZE);
  const large = ProvidedBuffers.register(ring.fd, LARGE_GROUP, sizes.large, LARGE_SIZE);
  if (typeof small !== 'number' && typeof large !== 'number') return { ring, small, large };
  ring.dispose();
  const error = Math.min(Number(small) || 0, Number(large) || 0);
  return `the kernel refuses a ring of buffers (${errnoName(error)})`;
}

/** What a set-up that failed means to whoever runs the server. */
export function refusal(error: number, disabled = switchedOff()): string {
  const name = errnoName(error);
  if (error === -ERRNO.ENOSYS) return `${name}, the kernel has no io_uring, or a seccomp filter hides it`;
  if (error === -ERRNO.EPERM && disabled !== '') return `${name}, ${disabled}`;
  if (error === -ERRNO.EPERM || error === -ERRNO.EACCES)
    return `${name}, a seccomp filter or a security module forbids it`;
  if (error === -ERRNO.EOPNOTSUPP || error === -ERRNO.EINVAL) return `${name}, the kernel is older than 6.0`;
  if (error === -ERRNO.ENOMEM) return `${name}, this account may lock no memory (ulimit -l)`;
  return `${name}, ${errnoMessage(error)}`;
}

/** Since 6.6 a setting makes the kernel refuse io_uring: 1 to all but a group, 2 to everybody. */
function switchedOff(): string {
  try {
    const value = fs.readFileSync(SWITCH, 'latin1').trim();
    return value === '0' ? '' : `kernel.io_uring_disabled is ${value}`;
  } catch {
    return '';
  }
}

/** Each of the three calls can be refused alone. Everything goes through this one. */
function refusedEnter(ring: Ring): string {
  ring.prepare(IORING_OP.NOP, -1, 0, 0, 0, 0, 0, PROBED, Tag.NONE);
  const error = ring.enter(1, ENTER_MS);
  if (error < 0) return `io_uring_enter: ${refusal(error)}`;
  const answered = ring.next(ring.end) && ring.index === PROBED && ring.result === 0;
  return answered ? '' : 'io_uring_enter does nothing';
}

/** Only getpeername(2) names a caller: if it is refused, every caller would be taken for gone. */
function refusedNames(): string {
  const error = peersNamed();
  return error < 0 ? `getpeername: ${refusal(error)}` : '';
}

/** Threads of the kernel take what waits for a disk. There are as many of them as processes are allowed. */
function refusedWorkers(): string {
  const limit = Memory.allocate(16);
  if (libc.getrlimit(RLIMIT_NPROC, limit.address) < 0 || limit.bytes.readBigUInt64LE() > 0n) return '';
  return 'this account may start no process (ulimit -u), so the kernel starts no threads for io_uring';
}

function missingOperations(fd: number): string {
  const count = Math.max(...Object.values(IORING_OP)) + 1;
  const probe = Memory.allocate(URING_PROBE.size + count * URING_PROBE.op_size);
  probe.bytes.fill(0);
  const error = register(fd, IORING_REGISTER.PROBE, probe.address, count);
  if (error < 0) return refusal(error);
  const missing = Object.entries(IORING_OP)
    .filter(([, op]) => {
      const at = URING_PROBE.size + op * URING_PROBE.op_size + URING_PROBE.op_flags;
      return (probe.bytes.readUInt16LE(at) & IO_URING_OP_SUPPORTED) === 0;
    })
    .map(([name]) => name);
  return missing.length === 0 ? '' : `the kernel lacks ${missing.join(', ')} (6.0 has them all)`;
}
