import type { BodyOwner, Cause } from '@webserv/response';
import { FileFacts, type Files } from '../disk/files.ts';
import type { Exchange } from '../exchange.ts';

/** An open file, and the facts about it right after the opening. As the owner of a reply's body it is closed with it. */
export class OpenFile implements BodyOwner {
  readonly fd: number;
  readonly path: string;
  readonly facts: FileFacts;
  private readonly files: Files;

  private constructor(files: Files, fd: number, path: string, facts: FileFacts) {
    this.files = files;
    this.fd = fd;
    this.path = path;
    this.facts = facts;
  }

  /** Opens the file or folder at a path of the exchange's location. @returns it, or the call that failed */
  static at({ location, services }: Exchange, path: string): OpenFile | Cause {
    const { files } = services;
    const fd = files.open(location.root, path, !location.symlinks);
    if (fd < 0) return { errno: fd, place: 'open' };
    const facts = new FileFacts();
    const errno = files.inspect(fd, facts);
    if (errno >= 0) return new OpenFile(files, fd, path, facts);
    files.close(fd);
    return { errno, place: 'fstat' };
  }

  /** Closes the descriptor. The owner calls it once, when nothing of the file is in flight. */
  release(): void {
    this.files.close(this.fd, this.facts.size);
  }
}
