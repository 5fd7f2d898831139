import { Change, ERRNO, Interest, type Loop, Op, OpState, Udata } from '@webserv/event-loop';
import { nodePaths, type Paths } from './paths.ts';

/** A watched file or folder. It reports what happens until it is closed. */
abstract class PathWatch extends Udata {
  readonly path: string;
  private readonly changing = new Op(this);

  constructor(kind: string, path: string) {
    super(kind, -1);
    this.path = path;
  }

  /** @returns 0 if the watch reports what happens to the path from now on; otherwise -errno, and the caller closes it */
  start(loop: Loop): number {
    const error = loop.register(this, Interest.READ);
    if (error < 0) return error;
    loop.watchPath(this.changing, this.path);
    // A system that refuses reports it within the call.
    return this.changing.state === OpState.PENDING ? 0 : this.changing.result;
  }

  complete(op: Op): void {
    this.heard(op.result, op.text);
  }

  /**
   * @param bits of `Change`, or -errno if the watch has ended
   * @param name the entry's name in a folder; '' for the path itself, or if the system does not report it
   */
  protected abstract heard(bits: number, name: string): void;
}

/** Most watches of all sites together. Linux limits them by user. On kqueue each takes a descriptor, as a client does. */
const MAX_WATCHES = process.platform === 'linux' ? 4096 : 512;
/** Most links in one path, as on Linux (path_resolution(7)). */
const MAX_LINKS = 40;
/** Changes of a folder itself. The entries in it have watches of their own. */
const GONE = Change.REMOVED | Change.RENAMED | Change.ATTRIBUTES | Change.OVERFLOW;
/** Errors of a system that has no more watches to give (inotify_add_watch(2), open(2)). */
const EXHAUSTED: ReadonlySet<number> = new Set([-ERRNO.ENOSPC, -ERRNO.ENOMEM, -ERRNO.EMFILE, -ERRNO.ENFILE]);

/** A file that is watched for a holder, which keeps what was read from it. */
export interface WatchedFile {
  /** The holder no longer keeps anything of the file. It calls this once, even if the file has changed meanwhile. */
  release(): void;
}

/**
 * File-change notices for a cache. Once `watch` has returned a file, the first change that makes its path lead to other
 * bytes is reported once.
 *
 * It watches the file itself (written, replaced, removed, renamed, its mode) and each folder on its way (renamed,
 * removed). In a folder that holds a symbolic link of the way, it watches the entry that is the link. Two changes have
 * no notice: a write through a shared mapping before the mapping is closed, and a mount over a folder of the way. For
 * these the cache looks at the file from time to time.
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
  /** The system refuses more watches. Nothing new is watched until one has ended. */
  private full = false;

  constructor(loop: Loop, changed: (path: string) => void, paths: Paths = nodePaths) {
    this.loop = loop;
    this.changed = changed;
    this.paths = paths;
  }

  /** The number of active watches. */
  get count(): number {
    return this.folders.size + this.files.size;
  }

  /**
   * Watches what an absolute path leads to. The result of a later stat of the path holds until `changed(path)`.
   * @returns null if it cannot be watched
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

  // ---- what watches report -----------------------------------------------------------------------------------

  /** The file has changed, or its watch has ended. Either way, what is kept of it is no longer certain. */
  fileHeard(file: FileWatch): void {
    this.drop(file);
  }

  /** The folder has changed. Every file behind it may be another one now. */
  folderHeard(folder: FolderWatch): void {
    for (const way of [...folder.ways]) this.dropWay(way);
  }

  /** @internal No holder keeps anything of the file. */
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

  /** Follows the way as the kernel does, link by link. It watches each folder before it relies on it. */
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
        // The watch goes by the name, so the name must still lead to the folder that was looked at.
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

/** The folders that lead to a folder (or to a file that is a symbolic link), and the watched files there. */
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
  /** Entries that are links of these ways. An entry that is no longer a link does no harm here. */
  readonly links = new Set<string>();
  private readonly watches: Watches;

  constructor(path: string, watches: Watches) {
    super('folder-watch', path);
    this.watches = watches;
  }

  protected heard(bits: number, name: string): void {
    const itself = name === '' && (bits < 0 || (bits & GONE) !== 0);
    // A driver that reports no names reports only that some entry was added, removed or changed.
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
