import {
  accessSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
  unlinkSync,
} from 'node:fs';
import { constants as os } from 'node:os';
import { dirname } from 'node:path';
import type { FileStamp } from '@webserv/response';
import { diskPath, pathOf, pathText } from './disk-path.ts';
import { closeQuietly, errnoOf } from './errno.ts';
import type { FileFacts, Files, FolderReader } from './files.ts';
import { FolderNames } from './folder-names.ts';

/** O_NONBLOCK: if a FIFO takes a file's place after the look at it, open(2) does not wait for a writer. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
const { ENOENT, ENXIO, EXDEV } = os.errno;
const ABSENT = { throwIfNoEntry: false } as const;

/** Returns a path with all symbolic links followed. */
function followed(path: string): string {
  return pathText(realpathSync.native(diskPath(path), 'buffer'));
}

/** Whether `path`, all symbolic links followed, still lies in `root`. */
function liesBeneath(root: string, path: string): boolean {
  const top = followed(root);
  const real = followed(path);
  return real === top || real.startsWith(top.endsWith('/') ? top : `${top}/`);
}

function fill(facts: FileFacts, stat: Stats): void {
  facts.kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'other';
  facts.size = stat.size;
  facts.mtimeMs = stat.mtimeMs;
  facts.ctimeMs = stat.ctimeMs;
  facts.ino = stat.ino;
}

function stampOf(stat: Stats): FileStamp {
  return { mtimeMs: stat.mtimeMs, ctimeMs: stat.ctimeMs, size: stat.size, ino: stat.ino };
}

class NodeFolderReader implements FolderReader {
  private readonly names: FolderNames;
  private readonly root: string;
  private readonly prefix: string;
  private readonly beneath: boolean;

  constructor(names: FolderNames, root: string, path: string, beneath: boolean) {
    this.names = names;
    this.root = root;
    this.prefix = path.endsWith('/') ? path : `${path}/`;
    this.beneath = beneath;
  }

  get errno(): number {
    return this.names.errno;
  }

  next(): string | null {
    return this.names.next();
  }

  look(name: string, facts: FileFacts): number {
    const path = this.prefix + name;
    try {
      let stat = lstatSync(diskPath(path), ABSENT);
      if (stat?.isSymbolicLink()) {
        stat = statSync(diskPath(path), ABSENT);
        if (stat !== undefined && this.beneath && !liesBeneath(this.root, path)) return -EXDEV;
      }
      if (stat === undefined) return -ENOENT;
      fill(facts, stat);
      return 0;
    } catch (error) {
      return errnoOf(error);
    }
  }

  close(): void {
    this.names.close();
  }
}

const DESCRIPTORS = '/proc/self/fd';
/** The kernel writes this after the path of a file whose name is gone. */
const GONE = ' (deleted)';
let descriptors: boolean | null = null;

/** Whether the system shows the paths of open descriptors: Linux does, if /proc is mounted. */
function hasDescriptors(): boolean {
  descriptors ??= process.platform === 'linux' && existsSync(DESCRIPTORS);
  return descriptors;
}

function whereIs(fd: number): string {
  const path = pathOf(readlinkSync, `${DESCRIPTORS}/${fd}`);
  if (!path.startsWith('/')) return '';
  // The file was just replaced, unless its name really ends that way.
  return path.endsWith(GONE) && sameFile(path, fd) === '' ? path.slice(0, -GONE.length) : path;
}

/** Returns `path` if it still leads to the open file; '' if another file has taken its place. */
function sameFile(path: string, fd: number): string {
  const there = statSync(diskPath(path), ABSENT);
  const open = fstatSync(fd);
  return there?.ino === open.ino && there.dev === open.dev ? path : '';
}

/**
 * The Files over node:fs: for tests, and for programs without an event loop. They resolve a link before or after they use
 * the file, so the two can differ if the tree changes at that moment. The server has its own.
 */
export const nodeFiles: Files = {
  open(root: string, path: string, beneath: boolean): number {
    try {
      // Most failures are missing files, and this way they cost no exception.
      const stat = statSync(diskPath(path), ABSENT);
      if (stat === undefined) return -ENOENT;
      if (!stat.isFile() && !stat.isDirectory()) {
        return beneath && !liesBeneath(root, path) ? -EXDEV : -ENXIO;
      }
      const fd = openSync(diskPath(path), FLAGS);
      if (!beneath || liesBeneath(root, path)) return fd;
      closeQuietly(fd);
      return -EXDEV;
    } catch (error) {
      return errnoOf(error);
    }
  },

  inspect(fd: number, facts: FileFacts): number {
    try {
      fill(facts, fstatSync(fd));
      return 0;
    } catch (error) {
      return errnoOf(error);
    }
  },

  read(fd: number, bytes: Buffer, start: number, length: number, position: number): number {
    try {
      return readSync(fd, bytes, start, length, position);
    } catch (error) {
      return errnoOf(error);
    }
  },

  look(root: string, path: string, beneath: boolean, facts: FileFacts): number {
    try {
      const stat = statSync(diskPath(path), ABSENT);
      if (stat === undefined) return -ENOENT;
      if (beneath && !liesBeneath(root, path)) return -EXDEV;
      fill(facts, stat);
      return 0;
    } catch (error) {
      return errnoOf(error);
    }
  },

  remove(root: string, path: string): number {
    try {
      if (!liesBeneath(root, dirname(path))) return -EXDEV;
      unlinkSync(diskPath(path));
      return 0;
    } catch (error) {
      return errnoOf(error);
    }
  },

  readFolder(root: string, path: string, beneath: boolean): FolderReader | number {
    try {
      if (beneath && !liesBeneath(root, path)) return -EXDEV;
    } catch (error) {
      return errnoOf(error);
    }
    const names = FolderNames.open(path);
    return typeof names === 'number' ? names : new NodeFolderReader(names, root, path, beneath);
  },

  realPath(path: string, fd: number): string {
    try {
      return hasDescriptors() ? whereIs(fd) : sameFile(followed(path), fd);
    } catch {
      return '';
    }
  },

  mayRun(path: string): number {
    try {
      accessSync(diskPath(path), constants.X_OK);
      return 0;
    } catch (error) {
      return errnoOf(error);
    }
  },

  stamp(path: string): FileStamp | null {
    try {
      const stat = statSync(diskPath(path), ABSENT);
      return stat === undefined ? null : stampOf(stat);
    } catch {
      return null;
    }
  },

  close(fd: number): void {
    closeQuietly(fd);
  },
};
