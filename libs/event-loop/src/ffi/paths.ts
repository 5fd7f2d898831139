/**
 * System calls on paths, mostly relative to an open folder. Each returns `>= 0` or `-errno`, and tries again after
 * EINTR. Paths are copied into memory that does not move: the kernel reads them only during the call.
 */
import { present } from '../assert.ts';
import { Memory } from '../memory.ts';
import { EINTR, ERRNO } from './errno.ts';
import {
  F,
  LOCK,
  MODE,
  OLD_STATUS_CALL,
  OPEN_HOW,
  RENAME_EXCL,
  RENAME_NOREPLACE,
  STATFS,
  STATUS,
  STATX,
  type StatusLayout,
  SYS_OPENAT2,
  SYS_STATX,
} from './file-layout.ts';
import { C, SYSTEM } from './layout.ts';
import { declare, lastError, optional } from './libc.ts';
import { nameLength, readName, writeName } from './names.ts';

/** PATH_MAX of Linux with its NUL, and four times what the other systems allow. */
const PATH_MAX = 4096;

const linux = SYSTEM === 'linux';
/** openat(2) itself, for a thread. */
export const openAtCall = declare('int openat(int folder, uintptr_t path, int flags, int mode)');
const unlinkatCall = declare('int unlinkat(int folder, uintptr_t path, int flags)');
const renameCall = declare('int rename(uintptr_t from, uintptr_t to)');
const flockCall = declare('int flock(int fd, int operation)');
const openat2Call = linux
  ? declare('long syscall(long n, int folder, uintptr_t path, uintptr_t how, size_t size)')
  : null;
const statxCall = linux
  ? declare(
      'long syscall(long n, int folder, uintptr_t path, int flags, unsigned int mask, uintptr_t status)',
    )
  : null;
const oldStatusCall =
  OLD_STATUS_CALL === null
    ? null
    : declare('long syscall(long n, int folder, uintptr_t path, uintptr_t status, int flags)');
/** On x86-64, macOS keeps the old struct under the plain name. */
const SUFFIX = SYSTEM === 'darwin' && process.arch === 'x64' ? '$INODE64' : '';
const fstatatCall = linux
  ? null
  : declare(`int fstatat${SUFFIX}(int folder, uintptr_t path, uintptr_t status, int flags)`);
const fstatCall = linux ? null : declare(`int fstat${SUFFIX}(int fd, uintptr_t status)`);
const fstatfsCall = linux ? declare('int fstatfs(int fd, uintptr_t status)') : null;
const renameat2Call = linux
  ? optional('int renameat2(int fromFolder, uintptr_t from, int toFolder, uintptr_t to, unsigned int flags)')
  : null;
const renamexCall =
  SYSTEM === 'darwin' ? optional('int renamex_np(uintptr_t from, uintptr_t to, unsigned int flags)') : null;

const inotifyAddWatch = linux
  ? optional('int inotify_add_watch(int fd, uintptr_t path, uint32_t mask)')
  : null;

const readlinkCall = linux ? optional('long readlink(uintptr_t path, uintptr_t target, size_t size)') : null;

const first = Memory.allocate(PATH_MAX);
const second = Memory.allocate(PATH_MAX);
const none = Memory.from('\0');
const how = Memory.allocate(OPEN_HOW.size);
how.bytes.fill(0);
const statfs = Memory.allocate(STATFS.size);
const status = Memory.allocate(STATUS.size);
/** The same memory: most fields are words, and reading them so costs a tenth. */
const words = new Uint32Array(status.bytes.buffer, status.bytes.byteOffset, STATUS.size / 4);

/** The status of a file. Each caller has one object, and its fields are reused. */
export interface FileStatus {
  kind: 'file' | 'folder' | 'other';
  /** Bytes. */
  size: number;
  /** Modification time in milliseconds, with its fraction. */
  mtimeMs: number;
  /** The time of the last change of any kind, in the same unit. */
  ctimeMs: number;
  ino: number;
}

/** @returns the bytes that it takes, or -errno if it cannot be a path */
function place(memory: Memory, path: string): number {
  // A UTF-16 unit takes three bytes at most: what is short enough need not be counted.
  if (path.length * 3 >= PATH_MAX && nameLength(path) >= PATH_MAX) return -ERRNO.ENAMETOOLONG;
  const { bytes } = memory;
  const { length } = path;
  let at = 0;
  for (let c = 1; at < length; at++) {
    c = path.charCodeAt(at);
    if (c === 0 || c > 0x7f) break;
    bytes[at] = c;
  }
  if (at === length) {
    bytes[at] = 0;
    return at;
  }
  if (path.includes('\0')) return -ERRNO.ENOENT;
  const size = writeName(memory.bytes, path, 0);
  memory.bytes[size] = 0;
  return size;
}

/** openat(2), always close-on-exec. It creates nothing. */
export function openAt(folder: number, path: string, flags: number): number {
  const size = place(first, path);
  if (size < 0) return size;
  for (;;) {
    const fd = openAtCall(folder, first.address, flags | C.O_CLOEXEC, 0);
    if (fd >= 0) return fd;
    const error = lastError();
    if (error !== -EINTR) return error;
  }
}

/**
 * openat2(2), always close-on-exec. @param resolve RESOLVE_*
 * @returns -EAGAIN if the tree was changed meanwhile and the kernel cannot vouch for the result
 */
export function openAt2(folder: number, path: string, flags: number, resolve: number): number {
  if (openat2Call === null) return -ERRNO.ENOSYS;
  const size = place(first, path);
  if (size < 0) return size;
  how.bytes.writeUInt32LE((flags | C.O_CLOEXEC) >>> 0, OPEN_HOW.flags);
  how.bytes.writeUInt32LE(resolve, OPEN_HOW.resolve);
  for (;;) {
    const fd = openat2Call(SYS_OPENAT2, folder, first.address, how.address, OPEN_HOW.size);
    if (fd >= 0) return fd;
    const error = lastError();
    if (error !== -EINTR) return error;
  }
}

/** statx(2) came with Linux 4.11, and older sandboxes refuse it. */
const NO_STATX: ReadonlySet<number> = new Set([
  -ERRNO.ENOSYS,
  -ERRNO.EPERM,
  -ERRNO.EINVAL,
  -ERRNO.EOPNOTSUPP,
]);
/** Where things lie in `status`: as newfstatat(2) has them, once statx(2) was found to be refused. */
let layout: StatusLayout = STATUS;

/** Asks for the status of a path, which `readStatus` and its siblings then read. @returns 0 or -errno */
export function askStatusAt(folder: number, path: string, followed: boolean): number {
  const size = place(first, path);
  if (size < 0) return size;
  const flags = followed ? 0 : F.AT_SYMLINK_NOFOLLOW;
  if (linux) return askLinux(folder, first.address, flags | STATX.NO_AUTOMOUNT);
  return present(fstatatCall, 'fstatat(2)')(folder, first.address, status.address, flags) < 0
    ? lastError()
    : 0;
}

/** The same for an open file. */
export function askStatus(fd: number): number {
  if (linux) return askLinux(fd, none.address, STATX.EMPTY_PATH);
  return present(fstatCall, 'fstat(2)')(fd, status.address) < 0 ? lastError() : 0;
}

function askLinux(folder: number, path: number, flags: number): number {
  if (layout !== STATUS) return askOld(folder, path, flags);
  if (present(statxCall, 'statx(2)')(SYS_STATX, folder, path, flags, STATX.FIELDS, status.address) >= 0)
    return 0;
  const error = lastError();
  if (!NO_STATX.has(error) || OLD_STATUS_CALL === null) return error;
  // Some files may answer like that by themselves. statx(2) is given up only if the other call can say more.
  if (askOld(folder, path, flags) < 0) return error;
  layout = OLD_STATUS_CALL.layout;
  return 0;
}

function askOld(folder: number, path: number, flags: number): number {
  const { call } = present(OLD_STATUS_CALL, 'newfstatat(2)');
  return present(oldStatusCall, 'newfstatat(2)')(call, folder, path, status.address, flags) < 0
    ? lastError()
    : 0;
}

/** The same as the kernel knows it, without asking a server or a daemon. Linux only. */
export function askKnownStatus(fd: number): number {
  if (statxCall === null) return -ERRNO.ENOSYS;
  const flags = STATX.EMPTY_PATH | STATX.DONT_SYNC;
  const failed = statxCall(SYS_STATX, fd, none.address, flags, STATX.FIELDS, status.address);
  return failed < 0 ? lastError() : 0;
}

/** The type of the file system of an open file (`FILE_SYSTEM`), or -errno. Linux only. */
export function fileSystemOf(fd: number): number {
  if (fstatfsCall === null) return -ERRNO.ENOSYS;
  return fstatfsCall(fd, statfs.address) < 0 ? lastError() : statfs.bytes.readUInt32LE(STATFS.type);
}

/** The type bits of the last status: one of MODE. */
export function statusMode(): number {
  return wordAt(layout.mode) & MODE.MASK;
}

export function readStatus(into: FileStatus): void {
  const mode = statusMode();
  into.kind = mode === MODE.FILE ? 'file' : mode === MODE.FOLDER ? 'folder' : 'other';
  into.size = wideAt(layout.length);
  into.ino = statusInode();
  into.mtimeMs = timeAt(layout.modified);
  into.ctimeMs = timeAt(layout.changed);
}

/** Milliseconds. node:fs computes them in the same way, so that stamps of both are equal. */
function timeAt(at: number): number {
  // The upper half of the seconds has the sign.
  return (wordAt(at + 4) | 0) * 4294967296000 + wordAt(at) * 1000 + wordAt(at + 8) / 1e6;
}

/** Device and inode of the last status: two files are one if both are equal. */
export function statusDevice(): number {
  return layout.wideDev ? wideAt(layout.dev) : wordAt(layout.dev);
}

/** The file's length in bytes, of the last status. */
export function statusLength(): number {
  return wideAt(layout.length);
}

/** How many names the file of the last status has. */
export function statusLinks(): number {
  return status.bytes.readUIntLE(layout.links, layout.linksWidth);
}

export function statusInode(): number {
  return wideAt(layout.ino);
}

/** @param at offset in bytes, a multiple of four */
function wordAt(at: number): number {
  return words[at >> 2]!;
}

function wideAt(at: number): number {
  return wordAt(at + 4) * 4294967296 + wordAt(at);
}

/** inotify_add_watch(2). @returns a watch descriptor or -errno; -ENOSYS if the system has no such call */
export function addWatch(fd: number, path: string, mask: number): number {
  if (inotifyAddWatch === null) return -ERRNO.ENOSYS;
  const size = place(first, path);
  if (size < 0) return size;
  const wd = inotifyAddWatch(fd, first.address, mask);
  return wd < 0 ? lastError() : wd;
}

/** The path of an open file as /proc has it (proc_pid_fd(5)). @returns '' without /proc, or if it is as long as PATH_MAX */
export function descriptorPath(fd: number): string {
  if (readlinkCall === null || place(first, `/proc/self/fd/${fd}`) < 0) return '';
  const length = readlinkCall(first.address, second.address, PATH_MAX);
  return length > 0 && length < PATH_MAX ? readName(second.bytes, 0, length) : '';
}

/** unlinkat(2) of anything but a folder. */
export function unlinkAt(folder: number, name: string): number {
  const size = place(first, name);
  if (size < 0) return size;
  return unlinkatCall(folder, first.address, 0) < 0 ? lastError() : 0;
}

/** Renames, and replaces in one step what lies at the new name. */
export function rename(from: string, to: string): number {
  const size = Math.min(place(first, from), place(second, to));
  if (size < 0) return size;
  return renameCall(first.address, second.address) < 0 ? lastError() : 0;
}

/** Renames to a name that must be free, in one step. @returns 0 or -errno: -ENOSYS if the system has no such call */
export function renameExclusive(from: string, to: string): number {
  const size = Math.min(place(first, from), place(second, to));
  if (size < 0) return size;
  let result: number;
  if (renameat2Call !== null) {
    result = renameat2Call(F.AT_FDCWD, first.address, F.AT_FDCWD, second.address, RENAME_NOREPLACE);
  } else if (renamexCall !== null) result = renamexCall(first.address, second.address, RENAME_EXCL);
  else return -ERRNO.ENOSYS;
  return result < 0 ? lastError() : 0;
}

/** flock(2) without waiting. @returns 0; -EWOULDBLOCK if another process has the lock; or another -errno */
export function lock(fd: number, kind: 'shared' | 'exclusive'): number {
  const operation = kind === 'shared' ? LOCK.SH : LOCK.EX;
  return flockCall(fd, operation | LOCK.NB) < 0 ? lastError() : 0;
}
