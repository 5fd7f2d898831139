import { constants } from 'node:fs';
import { ERRNO } from '../ffi/errno.ts';
import { F, MODE } from '../ffi/file-layout.ts';
import { C } from '../ffi/layout.ts';
import { close } from '../ffi/libc.ts';
import type { FileStatus } from '../ffi/paths.ts';
import * as paths from '../ffi/paths.ts';
import type { Resolution } from './resolution.ts';

const READ = constants.O_RDONLY | constants.O_NOCTTY | constants.O_NOFOLLOW | C.O_NONBLOCK;
/** A system without O_PATH and O_SEARCH (OpenBSD) needs folders on the way that are readable. */
const ENTER = F.O_PATH | F.O_SEARCH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * openat(2) for one name after the other, none of them a symbolic link. It works on every system. macOS and FreeBSD
 * have flags that spare the steps, but a version that does not know them yet ignores them silently: they are not used.
 */
export const walk: Resolution = {
  name: 'walk',

  open(top: number, relative: string): number {
    const folder = folderOf(top, relative);
    if (folder < 0) return folder;
    const name = nameOf(relative);
    const found = kindAt(folder, name);
    const fd =
      found < 0 ? found : whyNot(folder, name, paths.openAt(folder, name, READ | slashFlag(relative)));
    leave(top, folder);
    return fd;
  },

  find(): number {
    return -ERRNO.ENOSYS;
  },

  look(top: number, relative: string, _direct: boolean, status: FileStatus): number {
    const folder = folderOf(top, relative);
    if (folder < 0) return folder;
    const name = nameOf(relative);
    let error = name === '..' ? -ERRNO.EXDEV : paths.askStatusAt(folder, name, false);
    leave(top, folder);
    if (error < 0) return error;
    const mode = paths.statusMode();
    if (mode === MODE.LINK) error = -ERRNO.ELOOP;
    else if (relative.endsWith('/') && mode !== MODE.FOLDER) error = -ERRNO.ENOTDIR;
    else paths.readStatus(status);
    return error;
  },

  enter(top: number, relative: string): number {
    const folder = folderOf(top, relative);
    if (folder < 0) return folder;
    const fd = step(folder, nameOf(relative));
    leave(top, folder);
    return fd;
  },
};

/** Opens the folder of the last name. @returns `top` itself, or a descriptor for `leave`, or -errno */
function folderOf(top: number, relative: string): number {
  const end = relative.endsWith('/') ? relative.length - 1 : relative.length;
  let folder = top;
  for (let at = 0; ; ) {
    const slash = relative.indexOf('/', at);
    if (slash < 0 || slash >= end) return folder;
    const next = slash === at ? folder : step(folder, relative.slice(at, slash));
    if (next !== folder) leave(top, folder);
    if (next < 0) return next;
    folder = next;
    at = slash + 1;
  }
}

/** The last name; `.` if there is none. */
function nameOf(relative: string): string {
  const end = relative.endsWith('/') ? relative.length - 1 : relative.length;
  const name = relative.slice(relative.lastIndexOf('/', end - 1) + 1, end);
  return name === '' ? '.' : name;
}

/** A slash behind the name asks for a folder. */
function slashFlag(relative: string): number {
  return relative.endsWith('/') ? constants.O_DIRECTORY : 0;
}

function leave(top: number, folder: number): void {
  if (folder !== top) close(folder);
}

function step(folder: number, name: string): number {
  return name === '..' ? -ERRNO.EXDEV : whyNot(folder, name, paths.openAt(folder, name, ENTER));
}

/** @returns 0 for a regular file or a folder, otherwise -errno */
function kindAt(folder: number, name: string): number {
  if (name === '..') return -ERRNO.EXDEV;
  const error = paths.askStatusAt(folder, name, false);
  if (error < 0) return error;
  const mode = paths.statusMode();
  if (mode === MODE.LINK) return -ERRNO.ELOOP;
  return mode === MODE.FILE || mode === MODE.FOLDER ? 0 : -ERRNO.ENXIO;
}

/** Systems name a refused link differently: ELOOP, ENOTDIR, EMLINK on FreeBSD, EFTYPE on NetBSD. Here it is ELOOP. */
function whyNot(folder: number, name: string, result: number): number {
  if (result >= 0 || result === -ERRNO.ENOENT || result === -ERRNO.EACCES) return result;
  const link = paths.askStatusAt(folder, name, false) === 0 && paths.statusMode() === MODE.LINK;
  return link ? -ERRNO.ELOOP : result;
}
