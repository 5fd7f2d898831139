import { closeSync } from 'node:fs';
import { constants } from 'node:os';

/** The errno numbers of the system. A number that it does not have is undefined. */
export const ERRNO = constants.errno;

/** Returns the negative errno of an error that node:fs threw. */
export function errnoOf(error: unknown): number {
  const { errno } = error as NodeJS.ErrnoException;
  return typeof errno === 'number' ? errno : -ERRNO.EIO;
}

/** Closes a descriptor. close(2) may report a late error of the disk (EIO, ESTALE), but it closes the descriptor anyway. */
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
