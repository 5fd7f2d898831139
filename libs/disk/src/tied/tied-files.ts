import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { ERRNO, errnoName } from '@webserv/event-loop';
import { diskPath, type FileFacts, type FolderReader, type ReadAhead, type Trace } from '@webserv/methods';
import type { FileStamp } from '@webserv/response';
import type { ServerFiles, TreeFiles } from '../tree-files.ts';
import type { Drafts } from './drafts.ts';
import { mayChange } from './tied-store.ts';

/** The files of the disk, for reading. Each path that is asked for is said, and nothing is removed. */
export class TiedFiles implements ServerFiles {
  private readonly files: TreeFiles;
  private readonly drafts: Drafts;
  private readonly trace: Trace;
  /** The path of the file that was opened last, and its descriptor. */
  private opened = '';
  private fd = -1;

  constructor(files: TreeFiles, drafts: Drafts, trace: Trace) {
    this.files = files;
    this.drafts = drafts;
    this.trace = trace;
  }

  get ahead(): ReadAhead | null {
    return this.files.ahead;
  }

  open(root: string, path: string, beneath: boolean): number {
    const fd = this.files.open(root, path, beneath);
    this.fd = fd;
    this.opened = path;
    if (fd < 0) this.trace.note('path', `${path}: ${reasonOf(fd)}`);
    return fd;
  }

  inspect(fd: number, facts: FileFacts): number {
    if (this.drafts.holds(fd)) return copy(this.drafts.of(fd), facts);
    const error = this.files.inspect(fd, facts);
    if (error >= 0 && fd === this.fd) {
      const real = this.files.realPath(this.opened, fd);
      const linked = real === '' || real === this.opened.replace(/\/+$/, '');
      this.trace.note('path', `${this.opened}: ${described(facts)}${linked ? '' : `, by a link: ${real}`}`);
    }
    this.fd = -1;
    return error;
  }

  read(fd: number, bytes: Buffer, start: number, length: number, position: number): number {
    return this.files.read(fd, bytes, start, length, position);
  }

  look(root: string, path: string, beneath: boolean, facts: FileFacts): number {
    const draft = this.drafts.at(path);
    if (draft !== null) return copy(draft, facts);
    const error = this.files.look(root, path, beneath, facts);
    this.trace.note('path', `${path}: ${error < 0 ? reasonOf(error) : described(facts)}`);
    return error;
  }

  remove(root: string, path: string): number {
    const error = this.mayRemove(root, path);
    this.trace.note(
      'store',
      error < 0 ? `could not remove ${path}: ${reasonOf(error)}` : `would remove ${path}`,
    );
    return error;
  }

  readFolder(root: string, path: string, beneath: boolean): FolderReader | number {
    const reader = this.files.readFolder(root, path, beneath);
    if (typeof reader === 'number') this.trace.note('path', `${path}: ${reasonOf(reader)}`);
    return reader;
  }

  realPath(path: string, fd: number): string {
    return this.files.realPath(path, fd);
  }

  mayRun(path: string): number {
    const error = this.files.mayRun(path);
    if (error < 0) this.trace.note('script', `${path} may not be run: ${reasonOf(error)}`);
    return error;
  }

  stamp(path: string): FileStamp | null {
    return this.drafts.at(path) ?? this.files.stamp(path);
  }

  close(fd: number, size = 0): void {
    if (!this.drafts.holds(fd)) this.files.close(fd, size);
  }

  dispose(): void {
    this.files.dispose();
  }

  private mayRemove(root: string, path: string): number {
    const folder = this.files.enter(root, dirname(path));
    if (folder < 0) return folder;
    this.files.close(folder);
    const there = lstatSync(diskPath(path), { throwIfNoEntry: false });
    if (there === undefined) return -ERRNO.ENOENT;
    return there.isDirectory() ? -ERRNO.EISDIR : mayChange(dirname(path));
  }
}

function copy(from: FileFacts, to: FileFacts): number {
  Object.assign(to, from);
  return 0;
}

function described({ kind, size }: FileFacts): string {
  if (kind === 'file') return `a file of ${size} bytes`;
  return kind === 'folder' ? 'a folder' : 'neither a file nor a folder';
}

/** The errors that a reader should not have to look up. */
const REASONS: ReadonlyMap<number, string> = new Map([
  [-ERRNO.ENOENT, 'not there'],
  [-ERRNO.ENOTDIR, 'not there: a part of the path is no folder'],
  [-ERRNO.EACCES, 'this account may not'],
  [-ERRNO.EXDEV, 'a link leads out of the root'],
  [-ERRNO.ELOOP, 'links lead in a circle'],
  [-ERRNO.ENXIO, 'neither a file nor a folder'],
]);

function reasonOf(errno: number): string {
  return `${REASONS.get(errno) ?? 'failed'} (${errnoName(errno)})`;
}
