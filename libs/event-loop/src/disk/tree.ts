import { constants, realpathSync } from 'node:fs';
import { EAGAIN, ERRNO } from '../ffi/errno.ts';
import { F, MEMORY_FILE_SYSTEMS } from '../ffi/file-layout.ts';
import { close } from '../ffi/libc.ts';
import { bytesOfName, readName } from '../ffi/names.ts';
import type { FileStatus } from '../ffi/paths.ts';
import * as paths from '../ffi/paths.ts';
import { removeAt } from './large-files.ts';
import { hasOpenat2, openat2 } from './openat2.ts';
import type { Resolution } from './resolution.ts';
import { seenFiles } from './seen-files.ts';
import { walk } from './walk.ts';

const ENTER = F.O_PATH | F.O_SEARCH | constants.O_DIRECTORY;

let best: Resolution | null = null;
/** Trees that were opened so far. */
let trees = 0;

/** The best that this system has. */
function resolution(): Resolution {
  best ??= hasOpenat2() ? openat2 : walk;
  return best;
}

/**
 * A folder that is kept open, and what lies beneath it. No call ever reaches what lies elsewhere, whatever other
 * processes rename and link meanwhile: paths are followed from the open folder and not from `/`.
 *
 * Symbolic links, relative or absolute, are followed if they end beneath the folder as well. A link that leads out is
 * -EXDEV. Results are descriptors (close-on-exec) or 0, otherwise -errno. `relative` is a path from the folder, without
 * a slash in front; '' is the folder itself.
 */
export class Tree {
  readonly path: string;
  private readonly fd: number;
  private readonly device: number;
  private readonly inode: number;
  private readonly way: Resolution;
  /** There is no disk to ask. tmpfs keeps no negative dentries, so each missing name would be EAGAIN. */
  private readonly inMemory: boolean;
  /** Files that were seen in another tree, or before the path led here, are not those of this one. */
  private readonly number = ++trees;

  private constructor(path: string, fd: number, way: Resolution) {
    this.path = path;
    this.fd = fd;
    this.way = way;
    this.inMemory = MEMORY_FILE_SYSTEMS.has(paths.fileSystemOf(fd));
    this.device = paths.statusDevice();
    this.inode = paths.statusInode();
  }

  /** @param way how paths are followed; the best of this system by default */
  static open(path: string, way: Resolution = resolution()): Tree | number {
    const fd = paths.openAt(F.AT_FDCWD, path, ENTER);
    if (fd < 0) return fd;
    const error = paths.askStatus(fd);
    if (error === 0) return new Tree(path, fd, way);
    close(fd);
    return error;
  }

  /** Whether the path still leads to the folder that is open. A link that is switched to another folder ends that. */
  get current(): boolean {
    return (
      paths.askStatusAt(F.AT_FDCWD, this.path, true) === 0 &&
      paths.statusInode() === this.inode &&
      paths.statusDevice() === this.device
    );
  }

  /**
   * Opens a regular file or a folder for reading. Devices, FIFOs and sockets are -ENXIO and are not touched.
   * @param now milliseconds of a clock that only goes forward. Then a regular file that was seen at the path in the last
   *   ten seconds is opened without a look: what has taken its place meanwhile is opened, whatever it is
   */
  open(relative: string, now = Number.NaN): number {
    const { way, fd, number } = this;
    const seen = now >= 0 && seenFiles.find(number, relative, now);
    if (!seen) seenFiles.pass();
    const result = way.open(fd, relative, false, seen);
    if (!meetsLink(result)) {
      if (!seen && now >= 0 && result >= 0) seenFiles.add(number, relative, now);
      return result;
    }
    seenFiles.pass();
    const real = this.realPath(relative);
    return typeof real === 'number' ? real : way.open(fd, real, true, false);
  }

  /**
   * What the kernel knows of a path without the disk. `cold`: nothing, so an open would wait for the disk. `there`: something lies
   * there, or only the open can say what fails. A regular file is seen by this, as by a look of `open`.
   * @param now as of `open`
   * @param drop closes a descriptor
   */
  knows(relative: string, now: number, drop: (fd: number) => void): 'there' | 'missing' | 'cold' {
    if (this.inMemory || seenFiles.find(this.number, relative, now)) return 'there';
    const found = this.way.find(this.fd, relative);
    if (found === -EAGAIN) return 'cold';
    if (found < 0) return found === -ERRNO.ENOENT ? 'missing' : 'there';
    if (paths.askStatus(found) === 0) seenFiles.add(this.number, relative, now);
    drop(found);
    return 'there';
  }

  /** The status of what is there. It need not be readable. */
  look(relative: string, status: FileStatus): number {
    const { way, fd } = this;
    const result = way.look(fd, relative, false, status);
    if (!meetsLink(result)) return result;
    const real = this.realPath(relative);
    return typeof real === 'number' ? real : way.look(fd, real, true, status);
  }

  /** A folder of the tree, for `lookAt` and `removeAt`. It need not be readable. */
  enter(relative: string): number {
    const { way, fd } = this;
    const result = way.enter(fd, relative, false);
    if (!meetsLink(result)) return result;
    const real = this.realPath(relative);
    return typeof real === 'number' ? real : way.enter(fd, real, true);
  }

  /** Removes a name from a folder of the tree: a file, or a link whose target stays. A folder is -EISDIR or -EPERM. */
  remove(relative: string): number {
    const slash = relative.lastIndexOf('/');
    const folder = this.enter(slash < 0 ? '' : relative.slice(0, slash));
    if (folder < 0) return folder;
    const name = relative.slice(slash + 1);
    const result = name === '' ? -ERRNO.EISDIR : removeAt(folder, name);
    close(folder);
    return result;
  }

  close(): void {
    close(this.fd);
  }

  /**
   * The path without links to which a path with links leads. It is a guess, which is then followed name by name again:
   * a process that changes the tree in between can make it fail, and nothing else.
   */
  private realPath(relative: string): string | number {
    try {
      const top = realOf(this.path);
      const real = realOf(relative === '' ? this.path : `${this.path}/${relative}`);
      if (real === top) return '';
      const base = top.endsWith('/') ? top : `${top}/`;
      return real.startsWith(base) ? real.slice(base.length) : -ERRNO.EXDEV;
    } catch (error) {
      // The caller may not learn what lies outside, nor why it is not available.
      const { errno } = error as NodeJS.ErrnoException;
      return errno === -ERRNO.ENOENT || errno === -ERRNO.ELOOP ? errno : -ERRNO.EXDEV;
    }
  }
}

function meetsLink(result: number): boolean {
  return result === -ERRNO.EXDEV || result === -ERRNO.ELOOP;
}

/** A path without links. Names go in and come out as their bytes. */
function realOf(path: string): string {
  const real = realpathSync.native(bytesOfName(path), 'buffer');
  return readName(real, 0, real.length);
}
