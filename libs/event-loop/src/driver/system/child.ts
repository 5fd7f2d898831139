import { EAGAIN, EINTR } from '../../ffi/errno.ts';
import { COMMON } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import { Memory } from '../../memory.ts';

const status = Memory.allocate(4);

/**
 * Collects an ended child.
 * @returns its exit code (0 to 255), 256 + signal if a signal ended it, -EAGAIN while it runs, or -errno
 */
export function reap(pid: number): number {
  for (;;) {
    const got = libc.waitpid(pid, status.address, COMMON.WNOHANG);
    if (got === 0) return -EAGAIN;
    if (got > 0) {
      const word = status.bytes.readInt32LE(0);
      const signal = word & 0x7f;
      return signal === 0 ? (word >> 8) & 0xff : 256 + signal;
    }
    const error = libc.lastError();
    if (error !== -EINTR) return error;
  }
}

/**
 * Collects a child that cannot be watched: no descriptor is free, or the system has no way to watch it (pidfd_open(2)
 * came with Linux 5.3, and sandboxes refuse it).
 * @param error why it cannot be watched
 * @returns as of `reap`; `error` while the child runs, and the caller asks again later
 */
export function reapUnwatched(pid: number, error: number): number {
  const result = reap(pid);
  return result === -EAGAIN ? error : result;
}
