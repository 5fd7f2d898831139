import { EAGAIN, EINTR, ERRNO } from '../../ffi/errno.ts';
import { RWF_NOWAIT, SYSTEM } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import { Memory } from '../../memory.ts';
import { IOVEC_SIZE, writeIovec } from './iovec.ts';

/** How much of a cold file a thread brings into the page cache at a time. */
export const COLD_CHUNK = 1 << 20;
/**
 * If a file was found cold, threads bring in this much of it without another look: some places of what the disk is just
 * bringing are there, and sendfile(2) would wait for what lies between them.
 */
export const COLD_STRETCH = 16 << 20;
/** The distance between two places of a stretch that are looked at. */
const PROBE_STRIDE = 512 << 10;

/** preadv2(2) cannot tell. A read without it finds again what is wrong with the file itself. */
const UNTOLD: ReadonlySet<number> = new Set([
  -ERRNO.EOPNOTSUPP,
  -ERRNO.ENOSYS,
  -ERRNO.EPERM,
  -ERRNO.EACCES,
  -ERRNO.EINVAL,
]);

const iovec = Memory.allocate(IOVEC_SIZE);
const iovecWords = new Uint32Array(iovec.bytes.buffer, iovec.bytes.byteOffset, IOVEC_SIZE / 4);

/**
 * Reads a file without waiting for the disk.
 * @returns bytes read; -EAGAIN if the page cache has nothing there, so that a thread must read
 */
export function readWarm(fd: number, address: number, length: number, position: number): number {
  if (libc.preadv2 === null) return -EAGAIN;
  writeIovec(iovecWords, 0, address, length);
  for (;;) {
    const n = libc.preadv2(fd, iovec.address, 1, position, RWF_NOWAIT);
    if (n >= 0) return n;
    const error = libc.lastError();
    // Some file systems do not have RWF_NOWAIT, nor do kernels before 4.14, and sandboxes refuse the call. Then nothing
    // is known, so a thread reads.
    if (UNTOLD.has(error)) return -EAGAIN;
    if (error !== -EINTR) return error;
  }
}

const probe = Memory.allocate(64);
/** A place behind the end of every file: nothing is read there. */
const NOWHERE = Number.MAX_SAFE_INTEGER - 1;

/**
 * Asks for a read of no byte that does not wait. @returns 0; -EOPNOTSUPP if the file system has none; or another -errno
 */
export function tryNoWait(fd: number): number {
  if (libc.preadv2 === null) return -ERRNO.ENOSYS;
  writeIovec(iovecWords, 0, probe.address, 1);
  return libc.preadv2(fd, iovec.address, 1, NOWHERE, RWF_NOWAIT) >= 0 ? 0 : libc.lastError();
}

/**
 * Threads read a cold file to here: sendfile(2) then finds it in the page cache. Nobody looks at these bytes, so one
 * memory is enough for all threads at once.
 */
export const discarded = Memory.allocate(COLD_CHUNK);

/**
 * How much of a stretch is worth a look into the page cache before it is sent.
 * @param readTo how far threads have read: it was there, and may have gone while the client took its time
 * @param coldTo how far the file is taken for cold
 * @returns bytes; 0 if a thread is to read it, whatever a look would find
 */
export function lookLength(position: number, length: number, readTo: number, coldTo: number): number {
  if (position < readTo) return Math.min(length, readTo - position);
  return position < coldTo ? 0 : length;
}

/** Whether one byte of a file is in the page cache. If it is not, the kernel begins to bring it in. */
function isByteWarm(fd: number, at: number): boolean {
  return readWarm(fd, probe.address, 1, at) !== -EAGAIN;
}

/**
 * Whether a stretch of file is in the page cache: otherwise sendfile(2) would wait for the disk. It looks in ascending
 * order and stops at the first place that is not there. A look makes the kernel bring in the page that it misses: in
 * another order, the next look would find only the last page of a cold file.
 * @param look at one place; a test has a page cache of its own
 */
export function isWarm(fd: number, position: number, length: number, look = isByteWarm): boolean {
  // FreeBSD's sendfile(2) does not wait: the socket takes the pages as the disk brings them.
  if (SYSTEM === 'freebsd') return true;
  const last = position + length - 1;
  for (let at = position; at < last; at += PROBE_STRIDE) {
    if (!look(fd, at)) return false;
  }
  return look(fd, last);
}
