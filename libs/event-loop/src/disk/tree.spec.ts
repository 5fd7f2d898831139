import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ERRNO } from '../ffi/errno.ts';
import type { FileStatus } from '../ffi/paths.ts';
import { lockFile, lookAt, lookOpen, lookPath, openPath, renameExclusive } from './disk.ts';
import { closeFile } from './large-files.ts';
import { hasOpenat2, openat2 } from './openat2.ts';
import type { Resolution } from './resolution.ts';
import { Tree } from './tree.ts';
import { walk } from './walk.ts';

const E = ERRNO;
const status: FileStatus = { kind: 'other', size: 0, mtimeMs: 0, ctimeMs: 0, ino: 0 };
const ways: Resolution[] = hasOpenat2() ? [openat2, walk] : [walk];
let folder: string;
let root: string;

beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'webserv-tree-')));
  root = join(folder, 'root');
  fs.mkdirSync(join(root, 'sub', 'deep'), { recursive: true });
  fs.mkdirSync(join(folder, 'root-more'));
  fs.writeFileSync(join(root, 'a.txt'), 'abc');
  fs.writeFileSync(join(root, 'sub', 'deep', 'b.txt'), 'inside');
  fs.writeFileSync(join(folder, 'secret'), 'outside');
  fs.writeFileSync(join(folder, 'root-more', 'c'), 'outside');
});

afterEach(() => fs.rmSync(folder, { recursive: true }));

function opened(way: Resolution, path = root): Tree {
  const tree = Tree.open(path, way);
  if (typeof tree === 'number') throw new Error(`open: ${tree}`);
  return tree;
}

/** What reading gives, or -errno. */
function read(tree: Tree, rest: string): string | number {
  const fd = tree.open(rest);
  if (fd < 0) return fd;
  try {
    return fs.fstatSync(fd).isDirectory() ? 'folder' : fs.readFileSync(fd, 'utf8');
  } finally {
    closeFile(fd);
  }
}

/** Links and special files: name, target or what it is, and what a tree makes of it. */
const LINKS: readonly (readonly [name: string, target: string, result: string | number])[] = [
  ['in', 'a.txt', 'abc'],
  ['in-folder', 'sub', 'folder'],
  ['sub/up', '../a.txt', 'abc'],
  ['absolute', '{root}/sub/deep/b.txt', 'inside'],
  ['out-and-in', '../root/a.txt', 'abc'],
  ['to-root', '.', 'folder'],
  ['to-root-absolute', '{root}', 'folder'],
  ['out', '../secret', -E.EXDEV],
  ['out-absolute', '{folder}/secret', -E.EXDEV],
  ['up', '..', -E.EXDEV],
  ['more', '../root-more/c', -E.EXDEV],
  ['chain', 'out', -E.EXDEV],
  ['device', '/dev/zero', -E.EXDEV],
  ['dangling', 'gone', -E.ENOENT],
  ['loop', 'loop', -E.ELOOP],
];

function makeLinks(): void {
  for (const [name, target] of LINKS) {
    fs.symlinkSync(target.replace('{root}', root).replace('{folder}', folder), join(root, name));
  }
}

describe.each(ways.map((way) => [way.name, way] as const))('a tree, by %s', (_name, way) => {
  it.each([
    ['a.txt', 'abc'],
    ['sub/deep/b.txt', 'inside'],
    ['sub//deep/./b.txt', 'inside'],
    ['', 'folder'],
    ['sub', 'folder'],
    ['sub/deep/', 'folder'],
    ['none', -E.ENOENT],
    ['none/a', -E.ENOENT],
    ['a.txt/', -E.ENOTDIR],
    ['a.txt/b', -E.ENOTDIR],
    ['..', -E.EXDEV],
    ['../secret', -E.EXDEV],
    ['sub/../../secret', -E.EXDEV],
    ['a.txt\0b', -E.ENOENT],
    ['a'.repeat(300), -E.ENAMETOOLONG],
  ])('%j is %j', (rest, result) => {
    const tree = opened(way);
    expect(read(tree, rest)).toBe(result);
    const looked = tree.look(rest, status);
    expect(looked).toBe(typeof result === 'number' ? result : 0);
    tree.close();
  });

  it.each(LINKS)('a link %s to %s is %j', (name, _target, result) => {
    makeLinks();
    const tree = opened(way);
    expect(read(tree, name)).toBe(result);
    expect(tree.look(name, status)).toBe(typeof result === 'number' ? result : 0);
    expect([read(tree, 'up/secret'), read(tree, 'to-root/out')]).toEqual([-E.EXDEV, -E.EXDEV]);
    expect(read(tree, 'in-folder/deep/b.txt')).toBe('inside');
    tree.close();
  });

  it('does not touch what is neither file nor folder', () => {
    execFileSync('mkfifo', [join(root, 'fifo')]);
    execFileSync('mkfifo', [join(folder, 'outer')]);
    fs.symlinkSync('fifo', join(root, 'to-fifo'));
    fs.symlinkSync('../outer', join(root, 'to-outer'));
    const tree = opened(way);
    expect([read(tree, 'fifo'), read(tree, 'to-fifo'), read(tree, 'to-outer')]).toEqual([
      -E.ENXIO,
      -E.ENXIO,
      -E.EXDEV,
    ]);
    expect(tree.look('fifo', status)).toBe(0);
    expect(status.kind).toBe('other');
    tree.close();
  });

  it('removes names, not what they lead to, and never out of itself', () => {
    makeLinks();
    const tree = opened(way);
    expect(tree.remove('out')).toBe(0);
    expect(tree.remove('in-folder/deep/b.txt')).toBe(0);
    expect(tree.remove('up/secret')).toBe(-E.EXDEV);
    expect(tree.remove('none')).toBe(-E.ENOENT);
    expect(tree.remove('')).toBe(-E.EISDIR);
    expect([-E.EISDIR, -E.EPERM]).toContain(tree.remove('sub'));
    expect(fs.existsSync(join(folder, 'secret'))).toBe(true);
    expect(fs.existsSync(join(root, 'sub/deep/b.txt'))).toBe(false);
    tree.close();
  });

  it('says what things are as node:fs says it', () => {
    const tree = opened(way);
    const seen = fs.statSync(join(root, 'a.txt'));
    const same = { kind: 'file', size: 3, mtimeMs: seen.mtimeMs, ctimeMs: seen.ctimeMs, ino: seen.ino };
    expect(tree.look('a.txt', status)).toBe(0);
    expect(status).toEqual(same);
    const fd = tree.open('a.txt');
    expect(lookOpen(fd, status)).toBe(0);
    expect(status).toEqual(same);
    closeFile(fd);
    const sub = tree.enter('sub');
    expect(lookAt(sub, 'deep', false, status)).toBe(0);
    expect(status.kind).toBe('folder');
    expect(lookAt(sub, 'none', true, status)).toBe(-E.ENOENT);
    closeFile(sub);
    expect(tree.enter('a.txt')).toBe(-E.ENOTDIR);
    tree.close();
  });

  it('knows when its path leads to another folder', () => {
    fs.symlinkSync('root', join(folder, 'current'));
    const tree = opened(way, join(folder, 'current'));
    expect(tree.current).toBe(true);
    fs.symlinkSync('root-more', join(folder, 'next'));
    fs.renameSync(join(folder, 'next'), join(folder, 'current'));
    expect(tree.current).toBe(false);
    fs.unlinkSync(join(folder, 'current'));
    expect(tree.current).toBe(false);
    tree.close();
  });
});

describe('paths', () => {
  it('are opened wherever links lead, but not into devices', () => {
    makeLinks();
    const fd = openPath(join(root, 'out'));
    expect(fs.readFileSync(fd, 'utf8')).toBe('outside');
    closeFile(fd);
    expect(openPath(join(root, 'device'))).toBe(-E.ENXIO);
    expect(openPath(join(root, 'none'))).toBe(-E.ENOENT);
    expect(lookPath(join(root, 'out'), status)).toBe(0);
    expect(status.size).toBe(7);
    expect(lookPath(join(root, 'none'), status)).toBe(-E.ENOENT);
    expect(Tree.open(join(root, 'none'))).toBe(-E.ENOENT);
    expect(Tree.open(join(root, 'a.txt'))).toBe(-E.ENOTDIR);
    expect(lookOpen(1 << 20, status)).toBe(-E.EBADF);
  });

  it('are renamed to free names in one step, where the system can', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => join(folder, name)) as [string, string, string];
    fs.writeFileSync(a, 'a');
    fs.writeFileSync(b, 'b');
    const taken = renameExclusive(a, b);
    const free = renameExclusive(a, c);
    const refusals = [-E.ENOSYS, -E.EINVAL];
    if (refusals.includes(taken)) expect(refusals).toContain(free);
    else
      expect([taken, free, fs.readFileSync(b, 'utf8'), fs.readFileSync(c, 'utf8')]).toEqual([
        -E.EEXIST,
        0,
        'b',
        'a',
      ]);
  });

  it('are locked by one descriptor, or shared by several', () => {
    const [one, two] = [fs.openSync(root, 'r'), fs.openSync(root, 'r')];
    expect([lockFile(one, 'exclusive'), lockFile(two, 'shared')]).toEqual([0, -E.EWOULDBLOCK]);
    expect([lockFile(one, 'shared'), lockFile(two, 'shared')]).toEqual([0, 0]);
    expect(lockFile(two, 'exclusive')).toBe(-E.EWOULDBLOCK);
    fs.closeSync(one);
    expect(lockFile(two, 'exclusive')).toBe(0);
    fs.closeSync(two);
    expect(lockFile(two, 'shared')).toBe(-E.EBADF);
  });
});
