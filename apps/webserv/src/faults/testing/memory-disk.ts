import { constants as os } from 'node:os';
import { Change } from '@webserv/event-loop';
import type { FakeDriver } from '@webserv/event-loop/testing';
import type { FileFacts, Files, FolderReader, Store } from '@webserv/methods';
import type { Paths } from '@webserv/pages';
import { MemoryFile, MemoryTree, type Place } from './memory-tree.ts';
import type { Trouble, TroublePoint } from './trouble.ts';

const { EACCES, EBADF, EEXIST, EISDIR, ENOENT, ENOTDIR, EXDEV } = os.errno;

/** Where a path leads to. */
interface Found extends Place {
  readonly file: MemoryFile;
}

/** What lay at a path from a step of the run on. */
interface Record {
  readonly step: number;
  readonly bytes: Buffer | null;
}

/** The disk of a run: names, links and contents in memory, with faults, and with a memory of what lay where and when. */
export class MemoryDisk implements Files, Store {
  /** Mistakes that the server has made with descriptors. */
  readonly mistakes: string[] = [];
  private touched = 0;
  /** Called for every file that is opened. */
  onOpen: (path: string) => void = () => {};
  readonly paths: Paths = {
    look: (path) => this.wayAt(path),
    linkTarget: (path) => this.lookAt(path)?.target ?? null,
    tellsChanges: () => true,
  };
  private readonly driver: FakeDriver;
  private readonly trouble: Trouble;
  private readonly step: () => number;
  private readonly tree = new MemoryTree();
  private readonly past = new Map<string, Record[]>();

  constructor(driver: FakeDriver, trouble: Trouble, step: () => number) {
    this.driver = driver;
    this.trouble = trouble;
    this.step = step;
  }

  // ---- for the world -----------------------------------------------------------------------------------------

  /** Puts a file there, and the folders above it; null makes a folder. */
  put(path: string, bytes: string | Uint8Array | null): MemoryFile {
    this.tree.makeWay(path);
    const file = this.tree.make(bytes);
    this.name(path, file);
    return file;
  }

  /** Makes a symbolic link that says `target`. */
  symlink(path: string, target: string): void {
    this.tree.makeWay(path);
    this.tree.set(path, this.tree.make('', target));
  }

  /** Somebody else makes a file shorter, whoever is reading it. */
  shrink(path: string, length: number): void {
    const file = this.tree.get(path);
    if (file === undefined) return;
    file.resize(length);
    file.mtimeMs = Date.now();
    this.note(path, file.bytes, Change.WRITTEN);
  }

  fileAt(path: string): MemoryFile | null {
    return this.tree.get(path) ?? null;
  }

  bytesOf(path: string): Buffer | null {
    return this.tree.get(path)?.bytes ?? null;
  }

  /** Every content that lay at a path within these steps; null stands for none. */
  between(path: string, from: number, to: number): (Buffer | null)[] {
    let before: Buffer | null = null;
    const found: (Buffer | null)[] = [];
    for (const { step, bytes } of this.past.get(path) ?? []) {
      if (step < from) before = bytes;
      else if (step <= to) found.push(bytes);
    }
    return [before, ...found];
  }

  /** Names in a folder. */
  list(folder: string): string[] {
    return this.tree.list(folder);
  }

  // ---- Files -------------------------------------------------------------------------------------------------

  open(root: string, path: string, beneath: boolean): number {
    const place = this.strike('open') || this.find(root, path, beneath);
    if (typeof place === 'number') return place;
    this.onOpen(place.path);
    return this.driver.openFile(place.file);
  }

  inspect(fd: number, facts: FileFacts): number {
    const file = this.fileOf(fd);
    if (file === null) return this.mistake(`inspects ${fd}, which is no open file`);
    const struck = this.strike('fstat');
    if (struck === 0) fill(facts, file);
    return struck;
  }

  read(fd: number, bytes: Buffer, start: number, length: number, position: number): number {
    const file = this.fileOf(fd);
    if (file === null) return this.mistake(`reads ${fd}, which is no open file`);
    return file.bytes.copy(bytes, start, position, position + length);
  }

  look(root: string, path: string, beneath: boolean, facts: FileFacts): number {
    const place = this.strike('stat') || this.find(root, path, beneath);
    if (typeof place === 'number') return place;
    fill(facts, place.file);
    return 0;
  }

  /** Both of Files (root, path) and of Store (path). */
  remove(first: string, second?: string): number {
    const struck = this.strike(second === undefined ? 'remove' : 'unlink');
    const place = struck || this.tree.walk(second ?? first, false);
    if (typeof place === 'number') return place;
    if (place.file === null) return -ENOENT;
    const { path, file } = place;
    if (second !== undefined && !this.tree.isBeneath(first, folderOf(path))) return -EXDEV;
    if (file.folder) return -EISDIR;
    this.unname(path);
    return 0;
  }

  readFolder(root: string, path: string, beneath: boolean): FolderReader | number {
    const place = this.strike('open') || this.find(root, path, beneath);
    if (typeof place === 'number') return place;
    if (!place.file.folder) return -ENOTDIR;
    const fd = this.driver.openFile(place.file);
    if (fd < 0) return fd;
    const names = this.list(place.path);
    const reader = {
      errno: 0,
      next: () => {
        reader.errno = this.strike('readdir');
        return reader.errno < 0 ? null : (names.shift() ?? null);
      },
      look: (name: string, facts: FileFacts) => this.look(root, `${path}/${name}`, beneath, facts),
      close: () => this.close(fd),
    };
    return reader;
  }

  realPath(path: string, fd: number): string {
    const place = this.tree.walk(path, true);
    return typeof place !== 'number' && place.file === this.fileOf(fd) ? place.path : '';
  }

  mayRun(path: string): number {
    const place = this.find('/', path, false);
    if (typeof place === 'number') return place;
    return place.file.executable ? 0 : -EACCES;
  }

  stamp(path: string): { mtimeMs: number; ctimeMs: number; size: number; ino: number } | null {
    const place = this.strike('stat') || this.find('/', path, false);
    if (typeof place === 'number') return null;
    const { mtimeMs, bytes, ino } = place.file;
    return { mtimeMs, ctimeMs: mtimeMs, size: bytes.length, ino };
  }

  /** It keeps nothing open for a server. */
  dispose(): void {}

  close(fd: number): void {
    if (this.fileOf(fd) === null) this.mistake(`closes ${fd}, which is no open file`);
    else this.driver.discard(fd);
  }

  // ---- Store -------------------------------------------------------------------------------------------------

  taken(path: string): number {
    const place = this.strike('stat') || this.tree.walk(path, false);
    if (typeof place === 'number') return place;
    return place.file === null ? -ENOENT : 0;
  }

  create(path: string): number {
    const free = this.strike('create') || this.free(path);
    if (typeof free === 'number') return free;
    const file = this.tree.make('');
    const fd = this.driver.openFile(file);
    if (fd >= 0) this.name(free.path, file);
    return fd;
  }

  move(from: string, to: string): number {
    return this.rename(from, to, (path) => this.free(path));
  }

  replace(from: string, to: string): number {
    return this.rename(from, to, (path) => {
      const place = this.tree.walk(path, false);
      return typeof place !== 'number' && place.file?.folder === true ? -EISDIR : place;
    });
  }

  link(from: string, to: string): number {
    const place = this.strike('rename') || this.tree.walk(from, false);
    if (typeof place === 'number') return place;
    if (place.file === null) return -ENOENT;
    const free = this.free(to);
    if (typeof free === 'number') return free;
    this.name(free.path, place.file);
    return 0;
  }

  drop(path: string): number {
    return this.remove(path);
  }

  flush(fd: number, done: () => void): void {
    if (this.fileOf(fd) === null) this.mistake(`flushes ${fd}, which is no open file`);
    setTimeout(done, this.trouble.delay());
  }

  touch(fd: number): void {
    const file = this.fileOf(fd);
    if (file === null) this.mistake(`touches ${fd}, which is no open file`);
    // Each file has a time of its own, as on a disk that keeps fractions.
    else file.mtimeMs = Date.now() + (this.touched++ % 1000) / 1000;
  }

  sync(fd: number, done: (result: number) => void): void {
    if (this.fileOf(fd) === null) this.mistake(`syncs ${fd}, which is no open file`);
    setTimeout(() => done(this.strike('sync')), this.trouble.delay());
  }

  write(path: string, text: string): number {
    const free = this.strike('create') || this.free(path);
    if (typeof free === 'number') return free;
    this.name(free.path, this.tree.make(text));
    return 0;
  }

  syncPath(path: string, done: (result: number) => void): void {
    const place = this.find('/', path, false);
    const result = typeof place === 'number' ? place : 0;
    setTimeout(() => done(this.strike('sync') || result), this.trouble.delay());
  }

  // ---- names -------------------------------------------------------------------------------------------------

  private rename(from: string, to: string, target: (path: string) => Place | number): number {
    const place = this.strike('rename') || this.tree.walk(from, false);
    if (typeof place === 'number') return place;
    if (place.file === null) return -ENOENT;
    const there = target(to);
    if (typeof there === 'number') return there;
    this.unname(place.path);
    this.name(there.path, place.file);
    return 0;
  }

  /** What a path leads to, links followed. */
  private find(root: string, path: string, beneath: boolean): Found | number {
    const place = this.tree.walk(path, true);
    if (typeof place === 'number') return place;
    const { path: real, file } = place;
    if (file === null) return -ENOENT;
    return beneath && !this.tree.isBeneath(root, real) ? -EXDEV : { path: real, file };
  }

  /** A name that nothing has, in a folder that is there. */
  private free(path: string): Place | number {
    const place = this.tree.walk(path, false);
    return typeof place !== 'number' && place.file !== null ? -EEXIST : place;
  }

  private lookAt(path: string): MemoryFile | null {
    const place = this.tree.walk(path, false);
    return typeof place === 'number' ? null : place.file;
  }

  private wayAt(path: string): ReturnType<Paths['look']> {
    const file = this.lookAt(path);
    if (file === null) return null;
    const { ino, folder, target } = file;
    return { ino, dev: 1, isSymbolicLink: () => target !== null, isDirectory: () => folder };
  }

  private name(path: string, file: MemoryFile): void {
    this.tree.set(path, file);
    this.note(path, file.bytes, Change.WRITTEN);
  }

  private unname(path: string): void {
    this.tree.delete(path);
    this.note(path, null, Change.REMOVED);
  }

  private note(path: string, bytes: Buffer | null, bits: number): void {
    let records = this.past.get(path);
    if (records === undefined) {
      records = [];
      this.past.set(path, records);
    }
    records.push({ step: this.step(), bytes });
    this.driver.change(path, bits);
    this.driver.change(folderOf(path), Change.WRITTEN, path.slice(path.lastIndexOf('/') + 1));
  }

  private fileOf(fd: number): MemoryFile | null {
    const file = this.driver.fileOf(fd);
    return file instanceof MemoryFile ? file : null;
  }

  private mistake(what: string): number {
    this.mistakes.push(`the server ${what}`);
    return -EBADF;
  }

  /** @returns the negative error number to fail with, or 0 */
  private strike(point: TroublePoint): number {
    return 0 - this.trouble.strike(point);
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function fill(facts: FileFacts, file: MemoryFile): void {
  facts.kind = file.folder ? 'folder' : 'file';
  facts.size = file.bytes.length;
  facts.mtimeMs = file.mtimeMs;
  facts.ctimeMs = file.mtimeMs;
  facts.ino = file.ino;
}
