/**
 * What takes its time where a file is large, done by threads. Who lets go of a file that has no name any more, by
 * unlink(2), rename(2) or close(2), frees what of it lies in memory and its place on the disk: some 100 ms a gigabyte and
 * more. So the file is held while its name goes, and it is a thread that lets go of it.
 */
import { constants } from 'node:fs';
import { F, MODE } from '../ffi/file-layout.ts';
import { C } from '../ffi/layout.ts';
import * as libc from '../ffi/libc.ts';
import * as paths from '../ffi/paths.ts';

/** Bytes from which on a thread is worth its while. */
const LARGE = 4 << 20;
/** sync_file_range(2): what is dirty is given to the disk, and not waited for. */
const SYNC_FILE_RANGE_WRITE = 2;

const BESIDE = constants.O_NOFOLLOW | constants.O_NOCTTY | C.O_NONBLOCK;
const HOLD = BESIDE | (F.O_PATH === 0 ? constants.O_RDONLY : F.O_PATH);

/**
 * Closes a descriptor that no udata owns, whatever the disk says (a network disk knows it no more, ESTALE).
 * @param size bytes of the file, where its name may have gone meanwhile; Infinity where only the disk knows
 */
export function closeFile(fd: number, size = 0): void {
  // Of what cannot be asked nothing is known: it may be large, and free its place on a disk that does not answer.
  const quick =
    size < LARGE || (paths.askStatus(fd) === 0 && (paths.statusLinks() > 0 || paths.statusLength() < LARGE));
  if (quick) libc.close(fd);
  else libc.inThread(libc.close, [fd], ignore);
}

/** Takes a name of a file out of a folder. @returns 0 or -errno: a folder is -EISDIR or -EPERM */
export function removeAt(folder: number, name: string): number {
  const held = holdAt(folder, name, HOLD);
  const result = paths.unlinkAt(folder, name);
  letGo(held);
  return result;
}

export function removeFile(path: string): number {
  return removeAt(F.AT_FDCWD, path);
}

/**
 * Removes a file that has no other name, and that nobody else has any use for: also where somebody still has it open, it
 * has no content any more.
 */
export function dropFile(path: string): number {
  const held = holdAt(F.AT_FDCWD, path, BESIDE | constants.O_WRONLY);
  const result = paths.unlinkAt(F.AT_FDCWD, path);
  if (held >= 0 && result === 0) libc.inThread(libc.ftruncate, [held, 0], () => letGo(held));
  else letGo(held);
  return result;
}

/** Renames, and replaces what lies there in one step. */
export function replaceFile(from: string, to: string): number {
  const held = holdAt(F.AT_FDCWD, to, HOLD);
  const result = paths.rename(from, to);
  letGo(held);
  return result;
}

/**
 * Gives a file's content to the disk, without waiting until it is there. Where a rename replaces a file, ext4 and Btrfs
 * do that within the rename, lest a crash leaves neither of the two; there is nothing left to do for them then.
 * `done` follows, never from within.
 */
export function beginSync(fd: number, done: () => void): void {
  if (libc.sync_file_range === null) setImmediate(done);
  else libc.inThread(libc.sync_file_range, [fd, 0, 0, SYNC_FILE_RANGE_WRITE], () => done());
}

/** @returns a descriptor of the file where it is a large one; -1 where it is not, or cannot be held */
function holdAt(folder: number, name: string, flags: number): number {
  if (paths.askStatusAt(folder, name, false) < 0) return -1;
  if (paths.statusMode() !== MODE.FILE || paths.statusLength() < LARGE) return -1;
  return Math.max(-1, paths.openAt(folder, name, flags));
}

function letGo(held: number): void {
  if (held >= 0) libc.inThread(libc.close, [held], ignore);
}

function ignore(): void {}
