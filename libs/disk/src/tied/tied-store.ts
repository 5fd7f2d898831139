import { accessSync, constants, lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { ERRNO } from '@webserv/event-loop';
import { diskPath, type Store, type Trace } from '@webserv/methods';
import type { Drafts } from './drafts.ts';

/** A Store that only says what it would do. It fails where the real one would. */
export class TiedStore implements Store {
  private readonly drafts: Drafts;
  private readonly trace: Trace;

  constructor(drafts: Drafts, trace: Trace) {
    this.drafts = drafts;
    this.trace = trace;
  }

  taken(path: string): number {
    return this.drafts.at(path) === null ? attempt(() => lstatSync(diskPath(path))) : 0;
  }

  create(path: string): number {
    const error = mayChange(dirname(path));
    if (error < 0) return error;
    return this.taken(path) === 0 ? -ERRNO.EEXIST : this.drafts.create(path);
  }

  move(from: string, to: string): number {
    if (this.taken(to) === 0) return -ERRNO.EEXIST;
    return this.place(from, to, 'would create');
  }

  replace(from: string, to: string): number {
    const there = lstatSync(diskPath(to), { throwIfNoEntry: false });
    if (there?.isDirectory() === true) return -ERRNO.EISDIR;
    return this.place(from, to, there === undefined ? 'would create' : 'would replace');
  }

  /** A second name of a file that is replaced: it would be gone again at the end. */
  link(from: string, _to: string): number {
    return this.taken(from);
  }

  remove(path: string): number {
    this.drafts.remove(path);
    return 0;
  }

  drop(path: string): number {
    return this.remove(path);
  }

  flush(_fd: number, done: () => void): void {
    setImmediate(done);
  }

  sync(_fd: number, done: (result: number) => void): void {
    setImmediate(done, 0);
  }

  touch(fd: number): void {
    this.drafts.of(fd).mtimeMs = Date.now();
  }

  write(): number {
    return 0;
  }

  syncPath(_path: string, done: (result: number) => void): void {
    setImmediate(done, 0);
  }

  private place(from: string, to: string, what: string): number {
    const moved = this.drafts.move(from, to);
    if (moved === 0) this.trace.note('store', `${what} ${to}, ${this.drafts.at(to)?.size ?? 0} bytes`);
    return moved;
  }
}

/** Whether this process may create and remove names in a folder. @returns 0 or -errno */
export function mayChange(folder: string): number {
  return attempt(() => accessSync(diskPath(folder), constants.W_OK | constants.X_OK));
}

function attempt(act: () => unknown): number {
  try {
    act();
    return 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).errno ?? -ERRNO.EIO;
  }
}
