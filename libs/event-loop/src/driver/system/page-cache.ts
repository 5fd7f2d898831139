import { EAGAIN, EINTR, ERRNO } from '../../ffi/errno.ts';
import { RWF_NOWAIT, SYSTEM } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import { Memory } from '../../memory.ts';
import { IOVEC_SIZE, writeIovec } from './iovec.ts';

/** How much of a cold file a thread brings into the page cache at a time. */
export const COLD_CHUNK = 1 << 20;
/**
 * Where a file was found cold, so much of it is brought in by threads without another look: what the disk is just
 * bringing is there in places, and sendfile(2) would wait for what lies between them.
 */
export const COLD_STRETCH = 16 << 20;
/** Places of a stretch that are looked at lie so far apart. */
const PROBE_STRIDE = 512 << 10;

/** preadv2(2) cannot tell. What is wrong with the file itself is found again by a read without it. */
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
 * @returns bytes read; -EAGAIN where the page cache has nothing there, so that a thread must read
 */
export function readWarm(fd: number, address: number, length: number, position: number): number {
  if (libc.preadv2 === null) return -EAGAIN;
  writeIovec(iovecWords, 0, address, length);
  for (;;) {
    const n = libc.preadv2(fd, iovec.address, 1, position, RWF_NOWAIT);
    if (n >= 0) return n;
    const error = libc.lastError();
    // Some file systems do not know RWF_NOWAIT, nor do kernels before 4.14, and sandboxes refuse the call: nothing can
    // be said then, so a thread reads.
    if (UNTOLD.has(error)) return -EAGAIN;
    if (error !== -EINTR) return error;
  }
}

const probe = Memory.allocate(64);
/** A place behind the end of every file: nothing is read there. */
const NOWHERE = Number.MAX_SAFE_INTEGER - 1;

/** Asks for a read that does not wait, of no byte. @returns 0; -EOPNOTSUPP where the file system knows none; or another -errno */
export function tryNoWait(fd: number): number {
  if (libc.preadv2 === null) return -ERRNO.ENOSYS;
  writeIovec(iovecWords, 0, probe.address, 1);
  return libc.preadv2(fd, iovec.address, 1, NOWHERE, RWF_NOWAIT) >= 0 ? 0 : libc.lastError();
}

/**
 * Where threads read a cold file to: sendfile(2) then finds it in the page cache. Nobody looks at what lies here, so one
 * is enough for all of them at once.
 */
export const discarded = Memory.allocate(COLD_CHUNK);

/**
 * How much of a stretch is worth a look into the page cache before it is sent.
 * @param readTo up to here threads have read: it was there, and may have gone while the client took its time
 * @param coldTo up to here the file is taken for cold
 * @returns bytes; 0 where a thread is to read it, whatever a look would find
 */
export function lookLength(position: number, length: number, readTo: number, coldTo: number): number {
  if (position < readTo) return Math.min(length, readTo - position);
  return position < coldTo ? 0 : length;
}

/** Whether one byte of a file is in the page cache; where it is not, the kernel begins to bring it in. */
function isByteWarm(fd: number, at: number): boolean {
  return readWarm(fd, probe.address, 1, at) !== -EAGAIN;
}

/**
 * Whether a stretch of file is in the page cache: sendfile(2) would otherwise wait for the disk. In ascending order, and
 * over at the first place that is not: a look has the kernel bring in the page that it misses, so that of a cold file the
 * last page alone would be there the next time.
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
