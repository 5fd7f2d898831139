import { constants } from 'node:fs';
import { EAGAIN, ERRNO } from '../ffi/errno.ts';
import { F, MODE, RESOLVE } from '../ffi/file-layout.ts';
import { C } from '../ffi/layout.ts';
import { close } from '../ffi/libc.ts';
import type { FileStatus } from '../ffi/paths.ts';
import * as paths from '../ffi/paths.ts';
import type { Resolution } from './resolution.ts';

/** O_NONBLOCK: if a FIFO takes the file's place after the look at it, the open does not wait for a writer. */
const READ = constants.O_RDONLY | constants.O_NOCTTY | C.O_NONBLOCK;
/** The kernel asks to try again if a link has `..` in it while another process renames. */
const TRIES = 32;

/** openat2(2), Linux 5.6: the kernel keeps the path beneath the folder in one call. */
export const openat2: Resolution = {
  name: 'openat2',

  open(top: number, relative: string, direct: boolean, seen: boolean): number {
    if (seen) return openBeneath(top, relative, READ, direct);
    // This look may lead outside, and the file may be another one a moment later. It only says what not to open.
    const looked = paths.askStatusAt(top, relative === '' ? '.' : relative, true);
    if (looked === -ERRNO.ENOENT) return looked;
    const mode = looked < 0 ? MODE.FILE : paths.statusMode();
    if (mode === MODE.FILE || mode === MODE.FOLDER) return openBeneath(top, relative, READ, direct);
    const fd = openBeneath(top, relative, F.O_PATH, direct);
    if (fd < 0) return fd;
    close(fd);
    return -ERRNO.ENXIO;
  },

  find(top: number, relative: string): number {
    // An older kernel answers EINVAL.
    const resolve = RESOLVE.BENEATH | RESOLVE.NO_MAGICLINKS | RESOLVE.CACHED;
    return paths.openAt2(top, relative === '' ? '.' : relative, F.O_PATH, resolve);
  },

  look(top: number, relative: string, direct: boolean, status: FileStatus): number {
    if (isName(relative)) {
      // One call instead of three: what is no link cannot lead outside.
      const error = paths.askStatusAt(top, relative, false);
      if (error < 0) return error;
      if (paths.statusMode() !== MODE.LINK) {
        paths.readStatus(status);
        return 0;
      }
    }
    const fd = openBeneath(top, relative, F.O_PATH, direct);
    if (fd < 0) return fd;
    const error = paths.askStatus(fd);
    if (error === 0) paths.readStatus(status);
    close(fd);
    return error;
  },

  enter(top: number, relative: string, direct: boolean): number {
    return openBeneath(top, relative, F.O_PATH | constants.O_DIRECTORY, direct);
  },
};

/** Whether a path names an entry of the folder itself. */
function isName(relative: string): boolean {
  return relative !== '' && relative !== '.' && relative !== '..' && !relative.includes('/');
}

function openBeneath(top: number, relative: string, flags: number, direct: boolean): number {
  const links = direct ? RESOLVE.NO_SYMLINKS : RESOLVE.NO_MAGICLINKS;
  const path = relative === '' ? '.' : relative;
  for (let left = TRIES; ; left--) {
    const fd = paths.openAt2(top, path, flags, RESOLVE.BENEATH | links);
    if (fd !== -EAGAIN) return fd;
    if (left === 0) return -ERRNO.EXDEV;
  }
}

/** Whether this kernel has the call: an older one answers ENOSYS, and a sandbox that does not know it EPERM. */
export function hasOpenat2(): boolean {
  const fd = paths.openAt2(F.AT_FDCWD, '.', F.O_PATH, RESOLVE.BENEATH);
  if (fd < 0) return false;
  close(fd);
  return true;
}
