import { constants, fchownSync, fstatSync, openSync, type Stats, writeSync } from 'node:fs';
import { closeFile, ERRNO } from '@webserv/event-loop';
import { openGuarded } from './guarded-open.ts';

/**
 * Where lines go. `file`: a write never waits for a reader. `stream`: a pipe, terminal or device, opened by ourselves
 * and non-blocking. `inherited`: a descriptor that we were given and share with others.
 */
export interface Destination {
  readonly fd: number;
  readonly kind: 'file' | 'stream' | 'inherited';
  /** It was not there before. */
  readonly created?: boolean;
  /** How the descriptor is written without the loop; `writeNow` unless given. */
  readonly write?: WriteNow;
}

/** One write, at once. Returns the bytes written, or -errno. */
export type WriteNow = (fd: number, bytes: Buffer, from: number, length: number) => number;

const ROOT = 0;
const MOST_TRIES = 10;
const INHERITED: Readonly<Record<string, number>> = { '/dev/stdout': 1, '/dev/stderr': 2 };

/** A FIFO without a reader must not hold the server up (ENXIO instead), nor a terminal become its controlling one. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK | constants.O_NOCTTY;

/** The `-errno` that an exception of node:fs carries. */
function errnoOf(error: unknown): number {
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
    if (own >= 0) return { fd: own, kind: 'stream', created: false };
  }
  return { fd, kind: 'inherited', created: false };
}

/** Opens what is there, or creates it. @returns the descriptor and whether it was created, or -errno */
function openOrCreate(path: string): [fd: number, created: boolean] | number {
  const open = process.geteuid?.() === ROOT ? openGuarded : openSync;
  // Somebody else may create or remove it in between, and then it is looked for again.
  for (let tries = 0; ; tries++) {
    const created = tries % 2 === 1;
    try {
      return [open(path, created ? FLAGS | constants.O_CREAT | constants.O_EXCL : FLAGS, 0o644), created];
    } catch (error) {
      const errno = errnoOf(error);
      const again = errno === (created ? -ERRNO.EEXIST : -ERRNO.ENOENT);
      if (!again || tries > MOST_TRIES) return errno;
    }
  }
}

/**
 * Opens a log for appending and creates it where it is missing (mode 0644); close-on-exec, as Node opens everything. As
 * root it is opened so that an account that may write the folder leads it nowhere else.
 * @returns the destination, or -errno
 */
export function openDestination(path: string): Destination | number {
  const inherited = INHERITED[path];
  if (inherited !== undefined) return openInherited(path, inherited);
  const opened = openOrCreate(path);
  if (typeof opened === 'number') return opened;
  const [fd, created] = opened;
  const status = statusOf(fd);
  if (typeof status !== 'number') return { fd, kind: status.isFile() ? 'file' : 'stream', created };
  closeFile(fd);
  return status;
}

/**
 * Makes an account the owner of a log that was created for it. What was there before stays whose it is.
 * @returns 0, also where there is nothing to give; -EPERM where a file that was there is another account's; or -errno
 */
export function giveFile(path: string, { fd, created }: Destination, uid: number, gid: number): number {
  const status = statusOf(fd);
  if (typeof status === 'number') return status;
  if (INHERITED[path] !== undefined || !status.isFile() || status.uid === uid) return 0;
  if (created !== true) return -ERRNO.EPERM;
  try {
    fchownSync(fd, uid, gid);
    return 0;
  } catch (error) {
    return errnoOf(error);
  }
}

/** By write(2). */
export const writeNow: WriteNow = (fd, bytes, from, length) => {
  try {
    return writeSync(fd, bytes, from, length);
  } catch (error) {
    return errnoOf(error);
  }
};
