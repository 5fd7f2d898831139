import { constants as os } from 'node:os';
import { FakeContent } from '@webserv/event-loop/testing';

const { ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR } = os.errno;

const NAME_MAX = 255;
/** Links that one path may pass through, as on Linux. */
const LINKS_MAX = 40;

/** A file, folder or symbolic link. A file is still there for those that have it open when its name is gone. */
export class MemoryFile extends FakeContent {
  readonly folder: boolean;
  readonly ino: number;
  /** What a symbolic link says; null for anything else. */
  readonly target: string | null;
  executable = false;
  mtimeMs = Date.now();

  constructor(ino: number, bytes: Uint8Array | string | null, target: string | null = null) {
    super(bytes ?? '');
    this.ino = ino;
    this.folder = bytes === null;
    this.target = target;
  }

  override write(bytes: Buffer, position: number): void {
    super.write(bytes, position);
    this.mtimeMs = Date.now();
  }
}

/** Where a path ends. */
export interface Place {
  /** Without links; '' for `/`. */
  readonly path: string;
  /** Null where the name is free. */
  readonly file: MemoryFile | null;
}

/** The names of a disk in memory. Paths are absolute. */
export class MemoryTree {
  private readonly names = new Map<string, MemoryFile>([['', new MemoryFile(1, null)]]);
  private nextIno = 2;

  make(bytes: Uint8Array | string | null, target: string | null = null): MemoryFile {
    return new MemoryFile(this.nextIno++, bytes, target);
  }

  /** What lies at a path that has no links in it. */
  get(path: string): MemoryFile | undefined {
    return this.names.get(path);
  }

  set(path: string, file: MemoryFile): void {
    this.names.set(path, file);
  }

  delete(path: string): void {
    this.names.delete(path);
  }

  /** Makes the folders above a path. */
  makeWay(path: string): void {
    for (let at = path.indexOf('/', 1); at > 0; at = path.indexOf('/', at + 1)) {
      const above = path.slice(0, at);
      if (!this.names.has(above)) this.names.set(above, this.make(null));
    }
  }

  /** Names in a folder. */
  list(folder: string): string[] {
    const prefix = `${folder}/`;
    return [...this.names.keys()]
      .filter((path) => path.startsWith(prefix) && !path.includes('/', prefix.length))
      .map((path) => path.slice(prefix.length));
  }

  /**
   * Follows a path, as a system does.
   * @param followed whether a link at its end is followed as well
   * @returns -errno where the way does not get to the end
   */
  walk(path: string, followed: boolean): Place | number {
    let real = '';
    let links = 0;
    let file = this.names.get(real) as MemoryFile;
    const rest = namesOf(path);
    for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
      if (!file.folder) return -ENOTDIR;
      if (name.length > NAME_MAX) return -ENAMETOOLONG;
      const at = name === '..' ? real.slice(0, Math.max(0, real.lastIndexOf('/'))) : `${real}/${name}`;
      const next = this.names.get(at);
      if (next === undefined) return rest.length > 0 ? -ENOENT : { path: at, file: null };
      if (next.target !== null && (followed || rest.length > 0)) {
        if (++links > LINKS_MAX) return -ELOOP;
        rest.unshift(...namesOf(next.target));
        if (!next.target.startsWith('/')) continue;
        real = '';
        file = this.names.get(real) as MemoryFile;
      } else {
        real = at;
        file = next;
      }
    }
    return path.endsWith('/') && !file.folder ? -ENOTDIR : { path: real, file };
  }

  /** Whether a path without links lies in the folder that `root` leads to. */
  isBeneath(root: string, path: string): boolean {
    const top = this.walk(root, true);
    return typeof top !== 'number' && (path === top.path || path.startsWith(`${top.path}/`));
  }
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
