import { constants, fchownSync, fstatSync, openSync, type Stats, writeSync } from 'node:fs';
import { closeFile, ERRNO } from '@webserv/event-loop';
import { openGuarded } from './guarded-open.ts';

/**
 * Where lines go. `file`: a write never waits for a reader. `stream`: a pipe, terminal or device that the log has
 * opened itself, non-blocking. `inherited`: a descriptor that the process was started with and shares with others.
 */
export interface Destination {
  readonly fd: number;
  readonly kind: 'file' | 'stream' | 'inherited';
  /** True if the log has created the file. */
  readonly created?: boolean;
  /** Writes to the descriptor without the loop; `writeNow` by default. */
  readonly write?: WriteNow;
}

/** Writes at once, with one call. Returns the bytes written, or -errno. */
export type WriteNow = (fd: number, bytes: Buffer, from: number, length: number) => number;

const ROOT = 0;
const MOST_TRIES = 10;
const INHERITED: Readonly<Record<string, number>> = { '/dev/stdout': 1, '/dev/stderr': 2 };

/** Opening a FIFO without a reader must fail (ENXIO), not block. A terminal must not become the controlling one. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Returns the `-errno` of an exception of node:fs. */
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
 * O_NONBLOCK belongs to the open file, which standard output shares with the shell and other programs. Setting it there
 * would break them. On Linux, opening `/dev/stdout` again gives a pipe or terminal an open file of the log's own. On
 * other systems, and for a socket, the log uses the descriptor as it is. It uses a regular file as it is too: a second
 * open file would have an offset of its own, and the two would overwrite each other.
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

/** Opens a file, or creates it. @returns the descriptor and whether it was created, or -errno */
function openOrCreate(path: string): [fd: number, created: boolean] | number {
  const open = process.geteuid?.() === ROOT ? openGuarded : openSync;
  // Another program may create or remove the file between two tries. Then the other way is tried again.
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
 * Opens a log for appending, and creates a missing file (mode 0644). Node opens every file close-on-exec. Root opens it
 * so that an account that may write the folder cannot redirect it.
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
 * Makes an account the owner of a log that was created for it. An older file keeps its owner.
 * @returns 0, also if there is nothing to give; -EPERM if an older file belongs to another account; or -errno
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

/** Writes with write(2). */
export const writeNow: WriteNow = (fd, bytes, from, length) => {
  try {
    return writeSync(fd, bytes, from, length);
  } catch (error) {
    return errnoOf(error);
  }
};
