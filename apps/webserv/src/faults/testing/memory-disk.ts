import { constants as os } from 'node:os';
import { Change } from '@webserv/event-loop';
import { FakeContent, type FakeDriver } from '@webserv/event-loop/testing';
import type { FileFacts, Files, FolderReader, Store } from '@webserv/methods';
import type { Paths } from '@webserv/pages';
import type { Trouble } from './trouble.ts';

const { EBADF, EEXIST, EISDIR, ENOENT, ENOTDIR } = os.errno;

/** A file or folder: what is left of it when its name is gone, too. */
export class MemoryFile extends FakeContent {
  readonly folder: boolean;
  readonly ino: number;
  mtimeMs = Date.now();

  constructor(ino: number, bytes: Uint8Array | string | null) {
    super(bytes ?? '');
    this.ino = ino;
    this.folder = bytes === null;
  }

  override write(bytes: Buffer, position: number): void {
    super.write(bytes, position);
    this.mtimeMs = Date.now();
  }
}

/** What lay at a path from a step of the run on. */
interface Record {
  readonly step: number;
  readonly bytes: Buffer | null;
}

/** The disk of a run: names and contents in memory, with faults, and with a memory of what lay where and when. */
export class MemoryDisk implements Files, Store {
  /** Mistakes that the server has made with descriptors. */
  readonly mistakes: string[] = [];
  /** Told of every file that is opened. */
  onOpen: (path: string) => void = () => {};
  readonly paths: Paths = {
    look: (path) => this.wayAt(path),
    linkTarget: () => null,
    tellsChanges: () => true,
  };
  private readonly driver: FakeDriver;
  private readonly trouble: Trouble;
  private readonly step: () => number;
  private readonly names = new Map<string, MemoryFile>();
  private readonly past = new Map<string, Record[]>();
  private nextIno = 1;

  constructor(driver: FakeDriver, trouble: Trouble, step: () => number) {
    this.driver = driver;
    this.trouble = trouble;
    this.step = step;
  }

  // ---- for the world -----------------------------------------------------------------------------------------

  /** Puts a file there, and the folders above it. */
  put(path: string, bytes: string | Uint8Array | null): MemoryFile {
    for (let at = path.indexOf('/', 1); at > 0; at = path.indexOf('/', at + 1)) {
      const above = path.slice(0, at);
      if (!this.names.has(above)) this.names.set(above, new MemoryFile(this.nextIno++, null));
    }
    const file = new MemoryFile(this.nextIno++, bytes);
    this.name(path, file);
    return file;
  }

  /** Somebody else makes a file shorter, whoever is reading it. */
  shrink(path: string, length: number): void {
    const file = this.names.get(path);
    if (file === undefined) return;
    file.resize(length);
    file.mtimeMs = Date.now();
    this.note(path, file.bytes, Change.WRITTEN);
  }

  fileAt(path: string): MemoryFile | null {
    return this.names.get(path) ?? null;
  }

  bytesOf(path: string): Buffer | null {
    return this.names.get(path)?.bytes ?? null;
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
    const prefix = `${folder}/`;
    return [...this.names.keys()]
      .filter((path) => path.startsWith(prefix) && !path.includes('/', prefix.length))
      .map((path) => path.slice(prefix.length));
  }

  // ---- Files -------------------------------------------------------------------------------------------------

  open(_root: string, path: string): number {
    const struck = this.trouble.strike('open');
    if (struck > 0) return -struck;
    const file = this.find(path);
    if (typeof file === 'number') return file;
    this.onOpen(path);
    return this.driver.openFile(file);
  }

  inspect(fd: number, facts: FileFacts): number {
    const file = this.fileOf(fd);
    if (file === null) return this.mistake(`inspects ${fd}, which is no open file`);
    const struck = this.trouble.strike('fstat');
    if (struck > 0) return -struck;
    fill(facts, file);
    return 0;
  }

  read(fd: number, bytes: Buffer, start: number, length: number, position: number): number {
    const file = this.fileOf(fd);
    if (file === null) return this.mistake(`reads ${fd}, which is no open file`);
    return file.bytes.copy(bytes, start, position, position + length);
  }

  look(_root: string, path: string, _beneath: boolean, facts: FileFacts): number {
    const struck = this.trouble.strike('stat');
    const file = struck > 0 ? -struck : this.find(path);
    if (typeof file === 'number') return file;
    fill(facts, file);
    return 0;
  }

  /** Both of Files (root, path) and of Store (path). */
  remove(first: string, second?: string): number {
    const path = second ?? first;
    const struck = this.trouble.strike(second === undefined ? 'remove' : 'unlink');
    const file = struck > 0 ? -struck : this.find(path);
    if (typeof file === 'number') return file;
    if (file.folder) return -EISDIR;
    this.unname(path);
    return 0;
  }

  readFolder(_root: string, path: string): FolderReader | number {
    const struck = this.trouble.strike('open');
    const file = struck > 0 ? -struck : this.find(path);
    if (typeof file === 'number') return file;
    if (!file.folder) return -ENOTDIR;
    const fd = this.driver.openFile(file);
    if (fd < 0) return fd;
    const folder = path.endsWith('/') ? path.slice(0, -1) : path;
    const names = this.list(folder);
    const reader = {
      errno: 0,
      next: () => {
        reader.errno = -this.trouble.strike('readdir');
        return reader.errno < 0 ? null : (names.shift() ?? null);
      },
      look: (name: string, facts: FileFacts) => this.look('', `${folder}/${name}`, true, facts),
      close: () => this.close(fd),
    };
    return reader;
  }

  realPath(path: string): string {
    return path;
  }

  mayRun(path: string): number {
    return this.names.has(path) ? 0 : -ENOENT;
  }

  stamp(path: string): { mtimeMs: number; size: number; ino: number } | null {
    const file = this.trouble.strike('stat') > 0 ? -1 : this.find(path);
    return typeof file === 'number'
      ? null
      : { mtimeMs: file.mtimeMs, size: file.bytes.length, ino: file.ino };
  }

  /** It keeps nothing open for a server. */
  dispose(): void {}

  close(fd: number): void {
    if (this.fileOf(fd) === null) this.mistake(`closes ${fd}, which is no open file`);
    else this.driver.discard(fd);
  }

  // ---- Store -------------------------------------------------------------------------------------------------

  taken(path: string): number {
    const struck = this.trouble.strike('stat');
    if (struck > 0) return -struck;
    return this.names.has(path) ? 0 : -ENOENT;
  }

  create(path: string): number {
    const struck = this.trouble.strike('create');
    if (struck > 0) return -struck;
    if (this.names.has(path)) return -EEXIST;
    const file = new MemoryFile(this.nextIno++, '');
    const fd = this.driver.openFile(file);
    if (fd >= 0) this.name(path, file);
    return fd;
  }

  move(from: string, to: string): number {
    return this.rename(from, to, false);
  }

  replace(from: string, to: string): number {
    return this.rename(from, to, true);
  }

  link(from: string, to: string): number {
    const struck = this.trouble.strike('rename');
    const file = struck > 0 ? -struck : this.find(from);
    if (typeof file === 'number') return file;
    if (this.names.has(to)) return -EEXIST;
    this.name(to, file);
    return 0;
  }

  drop(path: string): number {
    return this.remove(path);
  }

  flush(fd: number, done: () => void): void {
    if (this.fileOf(fd) === null) this.mistake(`flushes ${fd}, which is no open file`);
    setTimeout(done, this.trouble.delay());
  }

  sync(fd: number, done: (result: number) => void): void {
    if (this.fileOf(fd) === null) this.mistake(`syncs ${fd}, which is no open file`);
    setTimeout(() => done(-this.trouble.strike('sync')), this.trouble.delay());
  }

  write(path: string, text: string): number {
    const struck = this.trouble.strike('create');
    if (struck > 0) return -struck;
    if (this.names.has(path)) return -EEXIST;
    this.name(path, new MemoryFile(this.nextIno++, text));
    return 0;
  }

  syncPath(_path: string, done: (result: number) => void): void {
    setTimeout(() => done(-this.trouble.strike('sync')), this.trouble.delay());
  }

  // ---- names -------------------------------------------------------------------------------------------------

  private rename(from: string, to: string, over: boolean): number {
    const struck = this.trouble.strike('rename');
    const file = struck > 0 ? -struck : this.find(from);
    if (typeof file === 'number') return file;
    if (!over && this.names.has(to)) return -EEXIST;
    if (this.names.get(to)?.folder) return -EISDIR;
    this.unname(from);
    this.name(to, file);
    return 0;
  }

  private find(path: string): MemoryFile | number {
    const bare = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    const file = this.names.get(bare);
    if (file !== undefined) return bare !== path && !file.folder ? -ENOTDIR : file;
    for (let at = bare.lastIndexOf('/'); at > 0; at = bare.lastIndexOf('/', at - 1)) {
      const above = this.names.get(bare.slice(0, at));
      if (above !== undefined) return above.folder ? -ENOENT : -ENOTDIR;
    }
    return -ENOENT;
  }

  private wayAt(path: string): ReturnType<Paths['look']> {
    const file = this.names.get(path);
    if (file === undefined) return null;
    const { ino, folder } = file;
    return { ino, dev: 1, isSymbolicLink: () => false, isDirectory: () => folder };
  }

  private name(path: string, file: MemoryFile): void {
    this.names.set(path, file);
    this.note(path, file.bytes, Change.WRITTEN);
  }

  private unname(path: string): void {
    this.names.delete(path);
    this.note(path, null, Change.REMOVED);
  }

  private note(path: string, bytes: Buffer | null, bits: number): void {
    let records = this.past.get(path);
    if (records === undefined) {
      records = [];
      this.past.set(path, records);
    }
    records.push({ step: this.step(), bytes });
    const slash = path.lastIndexOf('/');
    this.driver.change(path, bits);
    this.driver.change(path.slice(0, slash), Change.WRITTEN, path.slice(slash + 1));
  }

  private fileOf(fd: number): MemoryFile | null {
    const file = this.driver.fileOf(fd);
    return file instanceof MemoryFile ? file : null;
  }

  private mistake(what: string): number {
    this.mistakes.push(`the server ${what}`);
    return -EBADF;
  }
}

function fill(facts: FileFacts, file: MemoryFile): void {
  facts.kind = file.folder ? 'folder' : 'file';
  facts.size = file.bytes.length;
  facts.mtimeMs = file.mtimeMs;
  facts.ino = file.ino;
}
