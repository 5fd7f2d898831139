import { constants, realpathSync } from 'node:fs';
import { ERRNO } from '../ffi/errno.ts';
import { F } from '../ffi/file-layout.ts';
import { close } from '../ffi/libc.ts';
import { bytesOfName, readName } from '../ffi/names.ts';
import type { FileStatus } from '../ffi/paths.ts';
import * as paths from '../ffi/paths.ts';
import { removeAt } from './large-files.ts';
import { hasOpenat2, openat2 } from './openat2.ts';
import type { Resolution } from './resolution.ts';
import { walk } from './walk.ts';

const ENTER = F.O_PATH | F.O_SEARCH | constants.O_DIRECTORY;

let best: Resolution | null = null;

/** The way of this system. */
function resolution(): Resolution {
  best ??= hasOpenat2() ? openat2 : walk;
  return best;
}

/**
 * A folder that is kept open, and what lies beneath it. No call ever reaches what lies elsewhere, whatever others
 * rename and link meanwhile: paths are followed from the open folder and not from `/`.
 *
 * Symbolic links are followed where they end beneath the folder as well, be they relative or absolute. Links that lead
 * out are -EXDEV. Results are descriptors (close-on-exec) or 0, else -errno. `rest` is a path from the folder, without
 * a slash in front; '' is the folder itself.
 */
export class Tree {
  readonly path: string;
  private readonly fd: number;
  private readonly device: number;
  private readonly inode: number;
  private readonly way: Resolution;

  private constructor(path: string, fd: number, way: Resolution) {
    this.path = path;
    this.fd = fd;
    this.way = way;
    this.device = paths.statusDevice();
    this.inode = paths.statusInode();
  }

  /** @param way how paths are followed: the best of this system unless said */
  static open(path: string, way: Resolution = resolution()): Tree | number {
    const fd = paths.openAt(F.AT_FDCWD, path, ENTER);
    if (fd < 0) return fd;
    const error = paths.askStatus(fd);
    if (error === 0) return new Tree(path, fd, way);
    close(fd);
    return error;
  }

  /** Whether its path still leads to the folder that is open: a link that is switched to another one ends that. */
  get current(): boolean {
    return (
      paths.askStatusAt(F.AT_FDCWD, this.path, true) === 0 &&
      paths.statusInode() === this.inode &&
      paths.statusDevice() === this.device
    );
  }

  /**
   * Opens a regular file or a folder for reading. Devices, FIFOs and sockets are -ENXIO, and are not touched.
   */
  open(rest: string): number {
    const { way, fd } = this;
    const result = way.open(fd, rest, false);
    if (!meetsLink(result)) return result;
    const real = this.realRest(rest);
    return typeof real === 'number' ? real : way.open(fd, real, true);
  }

  /** What is there; it need not be readable. */
  look(rest: string, status: FileStatus): number {
    const { way, fd } = this;
    const result = way.look(fd, rest, false, status);
    if (!meetsLink(result)) return result;
    const real = this.realRest(rest);
    return typeof real === 'number' ? real : way.look(fd, real, true, status);
  }

  /** A folder of the tree, for `lookAt` and `removeAt`; it need not be readable. */
  enter(rest: string): number {
    const { way, fd } = this;
    const result = way.enter(fd, rest, false);
    if (!meetsLink(result)) return result;
    const real = this.realRest(rest);
    return typeof real === 'number' ? real : way.enter(fd, real, true);
  }

  /** Takes a name out of a folder of the tree: a file, or a link whose target stays. A folder is -EISDIR or -EPERM. */
  remove(rest: string): number {
    const slash = rest.lastIndexOf('/');
    const folder = this.enter(slash < 0 ? '' : rest.slice(0, slash));
    if (folder < 0) return folder;
    const name = rest.slice(slash + 1);
    const result = name === '' ? -ERRNO.EISDIR : removeAt(folder, name);
    close(folder);
    return result;
  }

  close(): void {
    close(this.fd);
  }

  /**
   * Where a path with links in it leads to, as a path without any. It is a guess that is then followed link by link
   * again: who changes the tree in between can make it fail, and nothing else.
   */
  private realRest(rest: string): string | number {
    try {
      const top = realOf(this.path);
      const real = realOf(rest === '' ? this.path : `${this.path}/${rest}`);
      if (real === top) return '';
      const base = top.endsWith('/') ? top : `${top}/`;
      return real.startsWith(base) ? real.slice(base.length) : -ERRNO.EXDEV;
    } catch (error) {
      // What lies outside is nobody's business, whatever it is that cannot be had there.
      const { errno } = error as NodeJS.ErrnoException;
      return errno === -ERRNO.ENOENT || errno === -ERRNO.ELOOP ? errno : -ERRNO.EXDEV;
    }
  }
}

function meetsLink(result: number): boolean {
  return result === -ERRNO.EXDEV || result === -ERRNO.ELOOP;
}

/** A path without links. Names go and come by their bytes. */
function realOf(path: string): string {
  const real = realpathSync.native(bytesOfName(path), 'buffer');
  return readName(real, 0, real.length);
}
