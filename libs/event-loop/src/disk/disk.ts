/** Files by path or descriptor, without exceptions: results are `>= 0` or `-errno`. */
import { constants } from 'node:fs';
import { ERRNO } from '../ffi/errno.ts';
import { F, MODE } from '../ffi/file-layout.ts';
import { C } from '../ffi/layout.ts';
import type { FileStatus } from '../ffi/paths.ts';
import * as paths from '../ffi/paths.ts';
import { seenFiles } from './seen-files.ts';

const READ = constants.O_RDONLY | constants.O_NOCTTY | C.O_NONBLOCK;

/**
 * Opens a regular file or a folder for reading, wherever symbolic links lead. Devices, FIFOs and sockets are -ENXIO and
 * are not touched.
 */
export function openPath(path: string): number {
  seenFiles.pass();
  const error = paths.askStatusAt(F.AT_FDCWD, path, true);
  if (error < 0) return error;
  const mode = paths.statusMode();
  if (mode !== MODE.FILE && mode !== MODE.FOLDER) return -ERRNO.ENXIO;
  return paths.openAt(F.AT_FDCWD, path, READ);
}

/** The kernel writes this after the path of a file whose name is gone. A file may also be called so. */
const GONE = ' (deleted)';

/** The path of an open file, without links. @returns '' where the system does not tell, or may not mean its name */
export function pathOfOpen(fd: number): string {
  const path = paths.descriptorPath(fd);
  return path.startsWith('/') && !path.endsWith(GONE) ? path : '';
}

/** The status of what lies at a path. Symbolic links are followed. */
export function lookPath(path: string, status: FileStatus): number {
  return lookAt(F.AT_FDCWD, path, true, status);
}

/**
 * The status of what lies under a name in an open folder.
 * @returns 0 or -errno; -ELOOP for a symbolic link if links are not to be followed
 */
export function lookAt(folder: number, name: string, followed: boolean, status: FileStatus): number {
  const error = paths.askStatusAt(folder, name, followed);
  if (error < 0) return error;
  if (!followed && paths.statusMode() === MODE.LINK) return -ERRNO.ELOOP;
  paths.readStatus(status);
  return 0;
}

/** The status of an open file. */
export function lookOpen(fd: number, status: FileStatus): number {
  const error = paths.askStatus(fd);
  if (error === 0) paths.readStatus(status);
  return error;
}

/** Renames to a name that must be free, in one step. @returns -ENOSYS or -EINVAL if the system or the disk cannot */
export const renameExclusive = paths.renameExclusive;

/**
 * Locks an open file or folder, or changes the lock that is held, without waiting. The lock ends with the descriptor,
 * and with the process however that ends.
 * @returns 0; -EWOULDBLOCK (-EAGAIN) if another process has the lock, and then no lock is held; or another -errno
 */
export const lockFile = paths.lock;
