import { ERRNO } from '@webserv/event-loop';
import { FileFacts } from '@webserv/methods';

/** No system has a descriptor of this size. */
const FIRST = 1 << 30;

/** Files that a server which explains would have written: their sizes and names, and no content. */
export class Drafts {
  private readonly byDescriptor = new Map<number, FileFacts>();
  private readonly byPath = new Map<string, FileFacts>();

  create(path: string): number {
    const fd = FIRST + this.byDescriptor.size;
    const facts = new FileFacts();
    facts.kind = 'file';
    facts.mtimeMs = Date.now();
    facts.ctimeMs = facts.mtimeMs;
    facts.ino = fd;
    this.byDescriptor.set(fd, facts);
    this.byPath.set(path, facts);
    return fd;
  }

  holds(fd: number): boolean {
    return fd >= FIRST;
  }

  of(fd: number): FileFacts {
    const facts = this.byDescriptor.get(fd);
    if (facts === undefined) throw new Error(`the descriptor ${fd} is of no draft`);
    return facts;
  }

  at(path: string): FileFacts | null {
    return this.byPath.get(path) ?? null;
  }

  /** @returns 0 or -errno */
  move(from: string, to: string): number {
    const facts = this.byPath.get(from);
    if (facts === undefined) return -ERRNO.ENOENT;
    this.byPath.delete(from);
    this.byPath.set(to, facts);
    return 0;
  }

  remove(path: string): void {
    this.byPath.delete(path);
  }
}
