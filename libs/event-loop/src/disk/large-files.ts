/**
 * Threads do here what takes long for a large file. If a file has no name any more, unlink(2), rename(2) or close(2)
 * frees its pages in memory and its place on the disk. That takes 100 ms and more for a gigabyte. So this process holds
 * the file while its name goes, and a thread closes it.
 */
import { constants } from 'node:fs';
import { F, MODE } from '../ffi/file-layout.ts';
import { C } from '../ffi/layout.ts';
import * as libc from '../ffi/libc.ts';
import * as paths from '../ffi/paths.ts';
import { inThread } from '../ffi/threads.ts';

/** From this size in bytes on, a thread is worth its cost. */
const LARGE = 4 << 20;
/** sync_file_range(2): the kernel begins to write the dirty pages, and does not wait for the disk. */
const SYNC_FILE_RANGE_WRITE = 2;

const BESIDE = constants.O_NOFOLLOW | constants.O_NOCTTY | C.O_NONBLOCK;
const HOLD = BESIDE | (F.O_PATH === 0 ? constants.O_RDONLY : F.O_PATH);

/**
 * Closes a descriptor that no udata owns, whatever the disk says. A network disk may not know the file any more
 * (ESTALE).
 * @param size bytes of a file that may have lost its name meanwhile; Infinity if only the disk knows
 */
export function closeFile(fd: number, size = 0): void {
  // A file that has no status may be large, and its disk may not answer: a thread closes it.
  const quick =
    size < LARGE || (paths.askStatus(fd) === 0 && (paths.statusLinks() > 0 || paths.statusLength() < LARGE));
  if (quick) libc.close(fd);
  else inThread(libc.close, [fd], ignore);
}

/** Removes a name from a folder. @returns 0 or -errno: a folder is -EISDIR or -EPERM */
export function removeAt(folder: number, name: string): number {
  const held = holdAt(folder, name, HOLD);
  const result = paths.unlinkAt(folder, name);
  letGo(held);
  return result;
}

export function removeFile(path: string): number {
  return removeAt(F.AT_FDCWD, path);
}

/** Removes a file that has no other name and that nobody else needs. A program that still has it open finds it empty. */
export function dropFile(path: string): number {
  const held = holdAt(F.AT_FDCWD, path, BESIDE | constants.O_WRONLY);
  const result = paths.unlinkAt(F.AT_FDCWD, path);
  if (held >= 0 && result === 0) inThread(libc.ftruncate, [held, 0], () => letGo(held));
  else letGo(held);
  return result;
}

/** Renames, and replaces in one step what lies at the new name. */
export function replaceFile(from: string, to: string): number {
  const held = holdAt(F.AT_FDCWD, to, HOLD);
  const result = paths.rename(from, to);
  letGo(held);
  return result;
}

/**
 * Begins to write a file's content to the disk, and does not wait for the end. When a rename replaces a file, ext4 and
 * Btrfs write within the rename, so that a crash cannot lose both files. After this call they have nothing left to
 * write. `done` is called later, never from within.
 */
export function beginSync(fd: number, done: () => void): void {
  if (libc.sync_file_range === null) setImmediate(done);
  else inThread(libc.sync_file_range, [fd, 0, 0, SYNC_FILE_RANGE_WRITE], () => done());
}

/** @returns a descriptor of the file if it is a large one; -1 if it is not, or if it cannot be held */
function holdAt(folder: number, name: string, flags: number): number {
  if (paths.askStatusAt(folder, name, false) < 0) return -1;
  if (paths.statusMode() !== MODE.FILE || paths.statusLength() < LARGE) return -1;
  return Math.max(-1, paths.openAt(folder, name, flags));
}

function letGo(held: number): void {
  if (held >= 0) inThread(libc.close, [held], ignore);
}

function ignore(): void {}
