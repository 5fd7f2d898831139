import { EINTR, ERRNO } from '../../ffi/errno.ts';
import { C } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import { Memory } from '../../memory.ts';

/**
 * One sendfile(2) call is bounded, so that one fast reader of a large file cannot hold up the others. A turn costs some
 * 30 us besides the call, and a socket takes up to 4 MiB at once. nginx has the same bound.
 */
export const SENDFILE_CHUNK = 2 << 20;

const offset64 = Memory.allocate(8);
const offsetWords = new Uint32Array(offset64.bytes.buffer, offset64.bytes.byteOffset, 2);
const copy = Memory.allocate(64 << 10);

/**
 * Sends from a file to a socket within the kernel.
 * @returns bytes sent (0: the file has ended early), or -errno
 */
export function sendFromFile(socket: number, file: number, position: number, length: number): number {
  for (;;) {
    const n = sendFromFileOnce(socket, file, position, length);
    if (n !== -EINTR) return n;
  }
}

function sendFromFileOnce(socket: number, file: number, position: number, length: number): number {
  if (libc.sendfile.linux !== null) {
    offsetWords[0] = position;
    offsetWords[1] = position / 0x100000000;
    const n = libc.sendfile.linux(socket, file, offset64.address, length);
    return n >= 0 ? n : copyWhereRefused(libc.lastError(), socket, file, position, length);
  }
  if (libc.sendfile.darwin !== null) {
    // macOS takes the count in *len and leaves the bytes sent there, with EAGAIN as well.
    offset64.bytes.writeBigInt64LE(BigInt(length), 0);
    const failed = libc.sendfile.darwin(file, socket, position, offset64.address, 0, 0) < 0;
    return copyWhereRefused(sentOrError(failed), socket, file, position, length);
  }
  if (libc.sendfile.freebsd !== null) {
    offset64.bytes.writeBigInt64LE(0n, 0);
    const failed = libc.sendfile.freebsd(file, socket, position, length, 0, offset64.address, 0) < 0;
    return copyWhereRefused(sentOrError(failed), socket, file, position, length);
  }
  return copyFromFile(socket, file, position, length);
}

/**
 * sendfile(2) answers so for a file that it cannot send from (some file systems), and if a sandbox refuses it. ENOTSUP
 * has a number of its own on macOS.
 */
const REFUSED: ReadonlySet<number> = new Set([
  -ERRNO.EINVAL,
  -ERRNO.ENOSYS,
  -ERRNO.EPERM,
  -ERRNO.EACCES,
  -ERRNO.EOPNOTSUPP,
  -ERRNO.ENOTSUP,
]);

/** Whether sendfile(2) does not do this at all, so that the file must be read and sent. */
export function isRefused(result: number): boolean {
  return REFUSED.has(result);
}

function copyWhereRefused(
  result: number,
  socket: number,
  file: number,
  position: number,
  length: number,
): number {
  return isRefused(result) ? copyFromFile(socket, file, position, length) : result;
}

/**
 * OpenBSD and NetBSD have no sendfile(2). What the socket does not take is read again next time, so that nothing has to
 * be kept between two tries.
 */
function copyFromFile(socket: number, file: number, position: number, length: number): number {
  const n = libc.pread(file, copy.address, Math.min(length, copy.size), position);
  if (n <= 0) return n === 0 ? 0 : libc.lastError();
  const sent = libc.send(socket, copy.address, n, C.MSG_NOSIGNAL);
  return sent >= 0 ? sent : libc.lastError();
}

function sentOrError(failed: boolean): number {
  const error = failed ? libc.lastError() : 0;
  const sent = Number(offset64.bytes.readBigInt64LE(0));
  return sent > 0 || !failed ? sent : error;
}
