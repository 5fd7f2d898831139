import { constants, fchownSync, fstatSync, openSync, type Stats, writeSync } from 'node:fs';
import { closeFile, ERRNO } from '@webserv/event-loop';

/**
 * Where lines go. `file`: a write never waits for a reader. `stream`: a pipe, terminal or device, opened by ourselves
 * and non-blocking. `inherited`: a descriptor that we were given and share with others.
 */
export interface Destination {
  readonly fd: number;
  readonly kind: 'file' | 'stream' | 'inherited';
}

const INHERITED: Readonly<Record<string, number>> = { '/dev/stdout': 1, '/dev/stderr': 2 };

/** A FIFO without a reader must not hold the server up (ENXIO instead), nor a terminal become its controlling one. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK | constants.O_NOCTTY;

/** The `-errno` that an exception of node:fs carries. */
export function errnoOf(error: unknown): number {
  const { errno } = error as NodeJS.ErrnoException;
  return errno ?? -ERRNO.EIO;
}

function openPath(path: string, flags: number): number {
  try {
    return openSync(path, flags, 0o644);
  } catch (error) {
    return errnoOf(error);
  }
}

function statusOf(fd: number): Stats | number {
  try {
    return fstatSync(fd);
  } catch (error) {
    return errnoOf(error);
  }
}

/**
 * O_NONBLOCK belongs to the open file, which standard output shares with the shell and with whoever else holds it:
 * set there, it would break them. On Linux `/dev/stdout` can be opened anew and gives a pipe or terminal an open file
 * of our own; elsewhere, and for a socket, the descriptor is used as it was given. A regular file is used as it was
 * given too: a second open file would have an offset of its own, and the two would overwrite each other.
 */
function openInherited(path: string, fd: number): Destination | number {
  const status = statusOf(fd);
  if (typeof status === 'number') return status;
  if (process.platform === 'linux' && (status.isFIFO() || status.isCharacterDevice())) {
    const own = openPath(path, FLAGS);
    if (own >= 0) return { fd: own, kind: 'stream' };
  }
  return { fd, kind: 'inherited' };
}

/**
 * Opens a log for appending and creates it where it is missing (mode 0644); close-on-exec, as Node opens everything.
 * @returns the destination, or -errno
 */
export function openDestination(path: string): Destination | number {
  const inherited = INHERITED[path];
  if (inherited !== undefined) return openInherited(path, inherited);
  const fd = openPath(path, FLAGS | constants.O_CREAT);
  if (fd < 0) return fd;
  const status = statusOf(fd);
  if (typeof status !== 'number') return { fd, kind: status.isFile() ? 'file' : 'stream' };
  closeFile(fd);
  return status;
}

/** Makes an account the owner of an open log, where that is a file of its own. @returns 0 or -errno */
export function giveFile(path: string, fd: number, uid: number, gid: number): number {
  const status = statusOf(fd);
  if (typeof status === 'number') return status;
  if (INHERITED[path] !== undefined || !status.isFile()) return 0;
  try {
    fchownSync(fd, uid, gid);
    return 0;
  } catch (error) {
    return errnoOf(error);
  }
}

/** One write(2), at once. @returns bytes written, or -errno */
export function writeNow(fd: number, bytes: Buffer, from: number, length: number): number {
  try {
    return writeSync(fd, bytes, from, length);
  } catch (error) {
    return errnoOf(error);
  }
}
