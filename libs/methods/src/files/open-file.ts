import { type BodyOwner, type Cause, isSettled } from '@webserv/response';
import { FileFacts, type Files } from '../disk/files.ts';
import type { Exchange } from '../exchange.ts';

/** An open file, and the facts about it right after the opening. As the owner of a reply's body it is closed with it. */
export class OpenFile implements BodyOwner {
  readonly fd: number;
  readonly path: string;
  readonly facts: FileFacts;
  /** The number of the read that has brought all of its content (`ReadAhead.count`); 0 if none has. */
  read = 0;
  private readonly files: Files;

  private constructor(files: Files, fd: number, path: string, facts: FileFacts) {
    this.files = files;
    this.fd = fd;
    this.path = path;
    this.facts = facts;
  }

  /**
   * Opens the file or folder at a path of the exchange's location.
   * @param ahead whether the content is likely to be sent whole: then it is read before the facts are asked for
   * @returns it, or the call that failed
   */
  static at({ location, services, nowMs }: Exchange, path: string, ahead = false): OpenFile | Cause {
    const { files } = services;
    const fd = files.open(location.root, path, !location.symlinks);
    if (fd < 0) return { errno: fd, place: 'open' };
    const reader = ahead ? (files.ahead ?? null) : null;
    const length = reader === null ? -1 : reader.read(fd);
    const facts = new FileFacts();
    const errno = files.inspect(fd, facts);
    if (errno < 0) {
      files.close(fd);
      return { errno, place: 'fstat' };
    }
    const file = new OpenFile(files, fd, path, facts);
    if (reader !== null && length === facts.size && isStill(facts, nowMs)) file.read = reader.count;
    return file;
  }

  /** Closes the descriptor. The owner calls it once, when nothing of the file is in flight. */
  release(): void {
    this.files.close(this.fd, this.facts.size);
  }
}

/**
 * Whether a regular file has not changed since it was read, a moment before these facts: one look is then enough. A
 * change would have set ctime to the time of the read or later.
 */
function isStill({ kind, mtimeMs, ctimeMs }: FileFacts, nowMs: number): boolean {
  return kind === 'file' && isSettled(mtimeMs, nowMs) && isSettled(ctimeMs, nowMs);
}
