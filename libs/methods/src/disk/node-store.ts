import {
  closeSync,
  fsync,
  futimesSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { diskPath } from './disk-path.ts';
import { attempt, closeQuietly, ERRNO, errnoOf } from './errno.ts';
import type { Store } from './store.ts';

/** The errors of link(2) on a file system without hard links (FAT, some network and shared ones). */
const NO_LINKS: ReadonlySet<number> = new Set([
  -ERRNO.EPERM,
  -ERRNO.ENOTSUP,
  -ERRNO.EOPNOTSUPP,
  -ERRNO.ENOSYS,
]);

/** The Store over node:fs. */
export const nodeStore: Store = {
  taken(path: string): number {
    return attempt(() => lstatSync(diskPath(path)));
  },

  create(path: string): number {
    try {
      // The file is readable too: a driver can find out only for a readable file whether its disk may make it wait.
      return openSync(diskPath(path), 'wx+', 0o666);
    } catch (error) {
      return errnoOf(error);
    }
  },

  move(from: string, to: string): number {
    // rename(2) replaces what lies there, link(2) never does; renameat2 with RENAME_NOREPLACE is Linux alone.
    const linked = attempt(() => linkSync(diskPath(from), diskPath(to)));
    if (linked === 0) return attempt(() => unlinkSync(diskPath(from)));
    return NO_LINKS.has(linked) ? moveWithoutLinks(from, to) : linked;
  },

  replace(from: string, to: string): number {
    return attempt(() => renameSync(diskPath(from), diskPath(to)));
  },

  link(from: string, to: string): number {
    return attempt(() => linkSync(diskPath(from), diskPath(to)));
  },

  remove(path: string): number {
    return attempt(() => unlinkSync(diskPath(path)));
  },

  drop(path: string): number {
    return nodeStore.remove(path);
  },

  flush(_fd: number, done: () => void): void {
    // Node's only calls for this wait for the whole file.
    setImmediate(done);
  },

  sync(fd: number, done: (result: number) => void): void {
    fsync(fd, (error) => done(error === null ? 0 : errnoOf(error)));
  },

  touch(fd: number): void {
    const seconds = (performance.timeOrigin + performance.now()) / 1000;
    attempt(() => futimesSync(fd, seconds, seconds));
  },

  write(path: string, text: string): number {
    return attempt(() => writeFileSync(diskPath(path), text, { flag: 'wx', mode: 0o600 }));
  },

  syncPath(path: string, done: (result: number) => void): void {
    let fd: number;
    try {
      fd = openSync(diskPath(path), 'r');
    } catch (error) {
      const errno = errnoOf(error);
      setImmediate(() => done(errno));
      return;
    }
    fsync(fd, (error) => {
      closeQuietly(fd);
      done(error === null ? 0 : errnoOf(error));
    });
  },
};

/** `move` on a file system without hard links: an empty file holds the name until the rename. */
export function moveWithoutLinks(from: string, to: string): number {
  const held = attempt(() => closeSync(openSync(diskPath(to), 'wx', 0o666)));
  if (held < 0) return held;
  const moved = attempt(() => renameSync(diskPath(from), diskPath(to)));
  if (moved < 0) attempt(() => unlinkSync(diskPath(to)));
  return moved;
}
