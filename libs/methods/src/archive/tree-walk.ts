import { MemoryAccount } from '../bounds/memory-ledger.ts';
import type { Slice } from '../bounds/slice.ts';
import { ERRNO } from '../disk/errno.ts';
import { FileFacts } from '../disk/files.ts';
import type { Exchange } from '../exchange.ts';
import { openContent } from '../files/open-content.ts';
import { FolderScan } from '../listing/folder-scan.ts';
import type { Member } from './archive-format.ts';

/** Folders within folders. */
const DEEPEST = 100;

/** A folder on the way down. */
interface Level {
  readonly scan: FolderScan;
  readonly account: MemoryAccount;
  /** Paths of the disk, of requests and in the archive, each with its slash. */
  readonly path: string;
  readonly url: string;
  readonly name: string;
  /** The folder without links: a link may lead back to it. */
  readonly real: string;
  next: number;
}

/** A member, and its open file; a folder has -1. */
export interface Found extends Member {
  readonly fd: number;
}

/**
 * Finds what a folder holds, at any depth, folders before what is in them. It shows what listings of the same location
 * show, and gives what a GET by the same path would give: nothing that is hidden, that belongs to another location, that
 * runs, or that may not be read.
 */
export class TreeWalk {
  /** Negative after a failure, and the call or rule that failed. */
  errno = 0;
  failedIn = '';
  private readonly exchange: Exchange;
  private readonly levels: Level[] = [];

  /** @param url the path of the folder as a request names it, decoded, with its slash */
  constructor(exchange: Exchange, path: string, url: string) {
    this.exchange = exchange;
    const bare = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    this.enter(bare, url, '', this.realOf(bare));
  }

  /** @returns what comes next; null at the end and after a failure; undefined if the slice is spent before */
  next(slice: Slice): Found | null | undefined {
    for (let level = this.levels.at(-1); level !== undefined; level = this.levels.at(-1)) {
      const { scan } = level;
      // A scan that is over does nothing.
      if (!scan.run(slice)) return undefined;
      if (scan.errno < 0 || scan.truncated)
        return this.fail(scan.errno || -ERRNO.EMFILE, scan.failedIn || 'entries');
      if (level.next >= scan.entries.count) {
        this.leave();
        continue;
      }
      const index = level.next++;
      const found = scan.entries.isFolder(index) ? this.folder(level, index) : this.file(level, index);
      if (found !== null) return found;
      if (slice.spent) return undefined;
    }
    return null;
  }

  /** Lets go of everything. */
  close(): void {
    while (this.levels.length > 0) this.leave();
  }

  private file(level: Level, index: number): Found | null {
    const name = level.scan.entries.name(index);
    const found = openContent(this.exchange, level.url + name, level.path + name);
    if (found === null) return null;
    const { fd, facts } = found;
    return { name: level.name + name, size: facts.size, mtimeMs: facts.mtimeMs, fd };
  }

  private folder(level: Level, index: number): Found | null {
    const { location, services, server } = this.exchange;
    const name = level.scan.entries.name(index);
    const [url, path] = [`${level.url}${name}/`, level.path + name];
    if (services.locate(server, url) !== location || this.showsInstead(path)) return null;
    const real = this.realOf(path);
    // A link that leads back would have no end.
    if (real === '' || this.levels.length >= DEEPEST || this.levels.some((each) => each.real === real))
      return null;
    const mtimeMs = level.scan.entries.time(index);
    this.enter(path, url, `${level.name}${name}/`, real);
    return { name: `${level.name}${name}/`, size: 0, mtimeMs, fd: -1 };
  }

  /** Whether the folder answers with a default file, and has no listing. */
  private showsInstead(path: string): boolean {
    const { location, services } = this.exchange;
    const facts = new FileFacts();
    return location.defaultFiles.some(
      (name) => services.files.look(location.root, `${path}/${name}`, !location.symlinks, facts) >= 0,
    );
  }

  /** The path of a folder without links; '' if it cannot be opened. */
  private realOf(path: string): string {
    const { location, services } = this.exchange;
    const fd = services.files.open(location.root, path, !location.symlinks);
    if (fd < 0) return '';
    const real = services.files.realPath(path, fd);
    services.files.close(fd);
    return real;
  }

  private enter(path: string, url: string, name: string, real: string): void {
    const { location, services, server } = this.exchange;
    const { root, dotfiles, symlinks } = location;
    const account = new MemoryAccount(services.memoryOf(server));
    const scan = new FolderScan(services.files, { root, path, beneath: !symlinks, dotfiles }, account);
    this.levels.push({ scan, account, path: path === '/' ? path : `${path}/`, url, name, real, next: 0 });
  }

  private leave(): void {
    const level = this.levels.pop();
    level?.scan.cancel();
    level?.account.close();
  }

  private fail(errno: number, place: string): null {
    this.errno = errno;
    this.failedIn = place;
    return null;
  }
}
