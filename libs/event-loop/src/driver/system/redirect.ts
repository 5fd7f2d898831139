import { declare, lastError } from '../../ffi/libc.ts';

const dup2 = declare('int dup2(int fd, int as)');

/** Has one descriptor mean what another one means, such as the standard error. @returns 0 or -errno */
export function redirect(as: number, fd: number): number {
  return dup2(fd, as) < 0 ? lastError() : 0;
}
