import { relative } from 'node:path/posix';
import {
  closeFile,
  ERRNO,
  type Loop,
  lookAt,
  lookOpen,
  lookPath,
  openPath,
  pathOfOpen,
  seenFiles,
  Tree,
  warmName,
} from '@webserv/event-loop';
import {
  FileFacts,
  type Files,
  FolderNames,
  type FolderReader,
  type NameCache,
  type NameState,
  nodeFiles,
} from '@webserv/methods';
import type { FileStamp } from '@webserv/response';
import { WarmRead } from './warm-read.ts';

/** The disk of one server. It keeps parts of the disk open. */
export interface ServerFiles extends Files {
  dispose(): void;
}

type FilesLoop = Pick<Loop, 'ticks' | 'now' | 'readNow' | 'closing'>;

/** Files up to this size are closed together. A larger one may have lost its name, and is freed by its close. */
const CLOSED_TOGETHER = 1 << 20;
/** Descriptors have run out: this process has no more, or the system. */
const EXHAUSTED: ReadonlySet<number> = new Set([-ERRNO.EMFILE, -ERRNO.ENFILE]);

/** An open root, and the loop's round in which its path was last checked. */
interface Root {
  readonly tree: Tree;
  round: number;
}

/**
 * The Files of the server. It reaches what is beneath a root from the root's own open descriptor, so no link can lead
 * out of it between a check and a use. It opens a root on the first use, and again when the root's path leads elsewhere
 * (a deployment that switches a link). The first use of a root in each round checks that.
 */
export class TreeFiles implements ServerFiles, NameCache {
  readonly ahead: WarmRead | null;
  /** Without a loop nobody may wait beside it. */
  readonly names: NameCache | null;
  private readonly trees = new Map<string, Root>();
  private readonly loop: FilesLoop | null;
  private readonly drop = (fd: number): void => this.close(fd);

  /**
   * @param loop checks a root once in each of its rounds, reads small files, and closes the files of a round together.
   *   Without it, a root is checked at each use, and each file is looked at before it is opened
   */
  constructor(loop: FilesLoop | null = null) {
    this.loop = loop;
    this.ahead = loop === null ? null : new WarmRead(loop);
    this.names = loop === null ? null : this;
  }

  open(root: string, path: string, beneath: boolean): number {
    const fd = this.openNow(root, path, beneath);
    if (fd >= 0 || this.loop === null || !EXHAUSTED.has(fd)) return fd;
    this.loop.closing.closeWaiting();
    return this.openNow(root, path, beneath);
  }

  private openNow(root: string, path: string, beneath: boolean): number {
    if (!beneath) return openPath(path);
    const tree = this.tree(root);
    return typeof tree === 'number' ? tree : tree.open(restOf(root, path), this.loop?.now);
  }

  knows(root: string, path: string, beneath: boolean): NameState {
    const { loop } = this;
    if (loop === null || !beneath) return 'there';
    const tree = this.tree(root);
    return typeof tree === 'number' ? 'there' : tree.knows(restOf(root, path), loop.now, this.drop);
  }

  warm(path: string, done: () => void): (() => void) | null {
    return warmName(path, done);
  }

  inspect(fd: number, facts: FileFacts): number {
    const error = lookOpen(fd, facts);
    if (error < 0 || facts.kind !== 'file') seenFiles.forgetLast();
    return error;
  }

  read(fd: number, bytes: Buffer, start: number, length: number, position: number): number {
    return nodeFiles.read(fd, bytes, start, length, position);
  }

  look(root: string, path: string, beneath: boolean, facts: FileFacts): number {
    if (!beneath) return lookPath(path, facts);
    const tree = this.tree(root);
    return typeof tree === 'number' ? tree : tree.look(restOf(root, path), facts);
  }

  remove(root: string, path: string): number {
    const tree = this.tree(root);
    return typeof tree === 'number' ? tree : tree.remove(restOf(root, path));
  }

  readFolder(root: string, path: string, beneath: boolean): FolderReader | number {
    if (beneath) {
      const folder = this.enter(root, path);
      if (folder < 0) return folder;
      closeFile(folder);
    }
    const names = FolderNames.open(path);
    return typeof names === 'number' ? names : new TreeReader(this, names, beneath, root, path);
  }

  /** Opens a folder beneath a root, so that its entries can be looked up. @returns a descriptor, or -errno */
  enter(root: string, path: string): number {
    const tree = this.tree(root);
    return typeof tree === 'number' ? tree : tree.enter(restOf(root, path));
  }

  realPath(path: string, fd: number): string {
    return pathOfOpen(fd) || nodeFiles.realPath(path, fd);
  }

  mayRun(path: string): number {
    return nodeFiles.mayRun(path);
  }

  stamp(path: string): FileStamp | null {
    const facts = new FileFacts();
    return lookPath(path, facts) < 0 ? null : facts;
  }

  close(fd: number, size = 0): void {
    if (this.loop === null || size > CLOSED_TOGETHER) closeFile(fd, size);
    else this.loop.closing.add(fd);
  }

  private tree(root: string): Tree | number {
    const round = this.loop === null ? Number.NaN : this.loop.ticks;
    const known = this.trees.get(root);
    if (known !== undefined) {
      if (known.round === round) return known.tree;
      known.round = round;
      if (known.tree.current) return known.tree;
      known.tree.close();
      this.trees.delete(root);
    }
    const tree = Tree.open(root);
    if (typeof tree !== 'number') this.trees.set(root, { tree, round });
    return tree;
  }

  /** Closes the roots. The next use opens them again. */
  dispose(): void {
    for (const { tree } of this.trees.values()) tree.close();
    this.trees.clear();
  }
}

class TreeReader implements FolderReader {
  private readonly files: TreeFiles;
  private readonly names: FolderNames;
  private readonly beneath: boolean;
  private readonly root: string;
  private readonly path: string;
  private readonly prefix: string;
  /** The folder that entries are looked up from, if no link may lead out; -1 until the names have been read. */
  private folder = -1;
  private entering = 0;

  constructor(files: TreeFiles, names: FolderNames, beneath: boolean, root: string, path: string) {
    this.files = files;
    this.names = names;
    this.beneath = beneath;
    this.root = root;
    this.path = path;
    this.prefix = path.endsWith('/') ? path : `${path}/`;
  }

  get errno(): number {
    return this.names.errno < 0 ? this.names.errno : this.entering;
  }

  next(): string | null {
    return this.names.next();
  }

  look(name: string, facts: FileFacts): number {
    if (!this.beneath) return lookPath(this.prefix + name, facts);
    if (this.folder < 0 && !this.enter()) return this.entering;
    // The folder may have been swapped while it was opened by its path, so the names may be another folder's. The
    // descriptor is of the right folder, so a lookup does not find such names.
    const error = lookAt(this.folder, name, false, facts);
    return error === -ERRNO.ELOOP ? this.files.look(this.root, this.prefix + name, true, facts) : error;
  }

  close(): void {
    this.names.close();
    if (this.folder >= 0) closeFile(this.folder);
    this.folder = -1;
  }

  private enter(): boolean {
    this.names.close();
    const folder = this.files.enter(this.root, this.path);
    this.entering = Math.min(folder, 0);
    this.folder = folder;
    return folder >= 0;
  }
}

/** Returns the path relative to a root. A path that does not begin with the root has `..`, which the tree judges. */
function restOf(root: string, path: string): string {
  const base = root.endsWith('/') ? root.length - 1 : root.length;
  if (path.length === base) return '';
  return path.startsWith(root) && path.charCodeAt(base) === SLASH
    ? path.slice(base + 1)
    : relative(root, path);
}

const SLASH = 0x2f;
