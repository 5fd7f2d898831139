import { Change, ERRNO, type Loop } from '@webserv/event-loop';
import { PathWatch } from './path-watch.ts';
import { nodePaths, type Paths } from './paths.ts';

/** Watches of all sites together. Linux counts them by user; kqueue needs a descriptor for each, which clients need too. */
const MAX_WATCHES = process.platform === 'linux' ? 4096 : 512;
/** As Linux has it (path_resolution(7)). */
const MAX_LINKS = 40;
/** Of a folder itself; what becomes of its entries is the affair of their own watches. */
const GONE = Change.REMOVED | Change.RENAMED | Change.ATTRIBUTES | Change.OVERFLOW;
/** What a system says that has no more of them to give (inotify_add_watch(2), open(2)). */
const EXHAUSTED: ReadonlySet<number> = new Set([-ERRNO.ENOSPC, -ERRNO.ENOMEM, -ERRNO.EMFILE, -ERRNO.ENFILE]);

/** A file that is watched for somebody who keeps what was read from it. */
export interface WatchedFile {
  /** Nothing is kept of it any more. To be called once, whether or not it has changed meanwhile. */
  release(): void;
}

/**
 * File-change notices for a cache: once `watch` has said true, whatever makes a path lead to other bytes is reported once.
 *
 * Watched are the file itself (written, replaced, removed, renamed, its mode), each folder on its way (renamed,
 * removed), and of the folders that hold a symbolic link of the way the entry that is the link. Nothing else decides
 * what a path leads to, except what no notice reports: a write through a shared mapping before it is closed, and a mount
 * over a folder of the way. For those a look at the file now and then is left to the cache.
 *
 *     watch(path) -> the way to its folder (kept for its neighbours) -> the file
 *     notice      -> the file, or all files behind the folder -> changed(path)
 */
export class Watches {
  private readonly loop: Loop;
  private readonly changed: (path: string) => void;
  private readonly paths: Paths;
  private readonly folders = new Map<string, FolderWatch>();
  private readonly ways = new Map<string, Way>();
  private readonly files = new Map<string, FileWatch>();
  /** The system refuses more of them: nothing new is watched until one has gone. */
  private full = false;

  constructor(loop: Loop, changed: (path: string) => void, paths: Paths = nodePaths) {
    this.loop = loop;
    this.changed = changed;
    this.paths = paths;
  }

  /** Watches at work. */
  get count(): number {
    return this.folders.size + this.files.size;
  }

  /**
   * Watches what an absolute path leads to. What is then found by a stat of the path holds until `changed(path)`.
   * @returns null where it cannot be watched
   */
  watch(path: string): WatchedFile | null {
    const known = this.files.get(path);
    if (known !== undefined) {
      known.holders++;
      return known;
    }
    if (this.full || this.count >= MAX_WATCHES) return null;
    const stat = this.paths.look(path);
    if (stat === null) return null;
    const way = this.wayTo(stat.isSymbolicLink() ? path : folderOf(path));
    if (way === null) return null;
    const file = new FileWatch(path, way, this);
    if (!this.start(file)) {
      if (way.files.size === 0) this.forgetWay(way);
      return null;
    }
    way.files.add(file);
    this.files.set(path, file);
    return file;
  }

  // ---- what watches tell -------------------------------------------------------------------------------------

  /** It was changed, or the watch has ended: it is no use any more in either case. */
  fileHeard(file: FileWatch): void {
    this.drop(file);
  }

  /** Every file behind the folder may be another one now. */
  folderHeard(folder: FolderWatch): void {
    for (const way of [...folder.ways]) this.dropWay(way);
  }

  /** @internal Nobody keeps anything of it. */
  unheld(file: FileWatch): void {
    if (this.files.get(file.path) === file) this.forget(file);
  }

  private drop(file: FileWatch): void {
    if (this.files.get(file.path) !== file) return;
    this.forget(file);
    this.changed(file.path);
  }

  private dropWay(way: Way): void {
    for (const file of [...way.files]) this.drop(file);
    this.forgetWay(way);
  }

  private forget(file: FileWatch): void {
    this.files.delete(file.path);
    this.loop.close(file);
    this.full = false;
    const { way } = file;
    way.files.delete(file);
    if (way.files.size === 0) this.forgetWay(way);
  }

  private forgetWay(way: Way): void {
    if (this.ways.get(way.key) !== way) return;
    this.ways.delete(way.key);
    for (const folder of way.folders) this.leave(folder, way);
  }

  private leave(folder: FolderWatch, way: Way): void {
    folder.ways.delete(way);
    if (folder.ways.size > 0 || this.folders.get(folder.path) !== folder) return;
    this.folders.delete(folder.path);
    this.loop.close(folder);
  }

  private start(watch: PathWatch): boolean {
    const error = watch.start(this.loop);
    if (error === 0) return true;
    this.loop.close(watch);
    this.full = this.count > 0 && EXHAUSTED.has(error);
    return false;
  }

  // ---- ways --------------------------------------------------------------------------------------------------

  private wayTo(key: string): Way | null {
    const known = this.ways.get(key);
    if (known !== undefined) return known;
    const way = new Way(key);
    if (this.walk(way)) {
      this.ways.set(key, way);
      return way;
    }
    for (const folder of way.folders) this.leave(folder, way);
    return null;
  }

  /** Goes the way as the kernel does, link by link, watching each folder before it is believed. */
  private walk(way: Way): boolean {
    const rest = namesOf(way.key);
    let at = '/';
    for (let links = 0; ; ) {
      const name = rest.pop();
      if (name === undefined) return this.paths.tellsChanges(at);
      if (name === '..') at = folderOf(at);
      if (name === '..' || name === '.') continue;
      const next = at === '/' ? `/${name}` : `${at}/${name}`;
      const stat = this.paths.look(next);
      if (stat === null) return false;
      if (stat.isSymbolicLink()) {
        if (++links > MAX_LINKS || !this.pass(way, at, name)) return false;
        const target = this.paths.linkTarget(next);
        if (target === null) return false;
        if (target.startsWith('/')) at = '/';
        rest.push(...namesOf(target));
      } else if (stat.isDirectory()) {
        if (!this.pass(way, next, '')) return false;
        // Watched by its name: it must still be what was looked at.
        const now = this.paths.look(next);
        if (now === null || now.ino !== stat.ino || now.dev !== stat.dev || !now.isDirectory()) return false;
        at = next;
      } else return rest.length === 0 && this.paths.tellsChanges(at);
    }
  }

  /** @param link the entry that is a link of the way, or '' */
  private pass(way: Way, path: string, link: string): boolean {
    let folder = this.folders.get(path);
    if (folder === undefined) {
      if (this.count >= MAX_WATCHES) return false;
      folder = new FolderWatch(path, this);
      if (!this.start(folder)) return false;
      this.folders.set(path, folder);
    }
    if (link !== '') folder.links.add(link);
    folder.ways.add(way);
    way.folders.push(folder);
    return true;
  }
}

/** How a folder (or a file that is a symbolic link) is reached, and which watched files lie there. */
class Way {
  readonly key: string;
  readonly folders: FolderWatch[] = [];
  readonly files = new Set<FileWatch>();

  constructor(key: string) {
    this.key = key;
  }
}

class FolderWatch extends PathWatch {
  readonly ways = new Set<Way>();
  /** Entries that are links of these ways; one that has become something else does no harm here. */
  readonly links = new Set<string>();
  private readonly watches: Watches;

  constructor(path: string, watches: Watches) {
    super('folder-watch', path);
    this.watches = watches;
  }

  protected heard(bits: number, name: string): void {
    const itself = name === '' && (bits < 0 || (bits & GONE) !== 0);
    // A driver that tells no names says only that some entry has come, gone or changed.
    const link = this.links.size > 0 && (name === '' || this.links.has(name));
    if (itself || link) this.watches.folderHeard(this);
  }
}

class FileWatch extends PathWatch implements WatchedFile {
  readonly way: Way;
  holders = 1;
  private readonly watches: Watches;

  constructor(path: string, way: Way, watches: Watches) {
    super('file-watch', path);
    this.way = way;
    this.watches = watches;
  }

  release(): void {
    this.holders--;
    if (this.holders === 0) this.watches.unheld(this);
  }

  protected heard(): void {
    this.watches.fileHeard(this);
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** The names of a path, the last first. */
function namesOf(path: string): string[] {
  return path
    .split('/')
    .filter((name) => name !== '')
    .reverse();
}
