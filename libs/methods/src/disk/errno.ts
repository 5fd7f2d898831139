import { closeSync } from 'node:fs';
import { constants } from 'node:os';

/** The system's errno numbers; those that it does not have are undefined. */
export const ERRNO = constants.errno;

/** The negative errno of what node:fs has thrown. */
export function errnoOf(error: unknown): number {
  const { errno } = error as NodeJS.ErrnoException;
  return typeof errno === 'number' ? errno : -ERRNO.EIO;
}

/** close(2) may say what a disk has only now found out (EIO, ESTALE): nothing is left open all the same. */
export function closeQuietly(fd: number): void {
  attempt(() => closeSync(fd));
}

/** @returns 0, or the negative errno that `act` failed with */
export function attempt(act: () => unknown): number {
  try {
    act();
    return 0;
  } catch (error) {
    return errnoOf(error);
  }
}
