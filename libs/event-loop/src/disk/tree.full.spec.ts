import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ERRNO } from '../ffi/errno.ts';
import { closeFile } from './large-files.ts';
import { hasOpenat2, openat2 } from './openat2.ts';
import type { Resolution } from './resolution.ts';
import { Tree } from './tree.ts';
import { walk } from './walk.ts';

const ways: Resolution[] = hasOpenat2() ? [openat2, walk] : [walk];
let folder: string;
let root: string;
let swapper: ChildProcess | null = null;

beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'webserv-tree-')));
  root = join(folder, 'root');
  fs.mkdirSync(join(root, 'sub', 'deep'), { recursive: true });
  fs.writeFileSync(join(root, 'sub', 'deep', 'b.txt'), 'inside');
});

afterEach(async () => {
  await ended();
  fs.rmSync(folder, { recursive: true });
});

/** What reading gives, or -errno. */
function read(tree: Tree, rest: string): string | number {
  const fd = tree.open(rest);
  if (fd < 0) return fd;
  try {
    return fs.readFileSync(fd, 'utf8');
  } finally {
    closeFile(fd);
  }
}

describe.each(ways)('a tree, by $name', (way) => {
  it('is never led out by a folder that turns into a link and back', async () => {
    fs.mkdirSync(join(folder, 'outer', 'deep'), { recursive: true });
    fs.writeFileSync(join(folder, 'outer', 'deep', 'b.txt'), 'outside');
    swapper = await swap(join(root, 'sub'), join(folder, 'outer'));
    const tree = Tree.open(root, way);
    if (typeof tree === 'number') throw new Error(`open: ${tree}`);
    const seen = new Map<string | number, number>();
    const count = (result: string | number): number => seen.get(result) ?? 0;
    const bothSeen = (): boolean => count('inside') > 100 && count(-ERRNO.EXDEV) > 100;
    for (let round = 0; round < 400_000 && !(bothSeen() && round > 4000); round++) {
      const result = read(tree, 'sub/deep/b.txt');
      seen.set(result, count(result) + 1);
    }
    tree.close();
    await ended();
    expect(seen.has('outside')).toBe(false);
    expect(bothSeen()).toBe(true);
  });
});

/** A child that turns a folder into a link and back, as fast as it can. */
function swap(path: string, outside: string): Promise<ChildProcess> {
  const script = `
    const fs = require('node:fs');
    const [path, outside] = process.argv.slice(1);
    process.stdout.write('on');
    for (;;) {
      fs.renameSync(path, path + '.kept');
      fs.symlinkSync(outside, path);
      fs.unlinkSync(path);
      fs.renameSync(path + '.kept', path);
    }`;
  const child = spawn(process.execPath, ['-e', script, path, outside], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve) => {
    child.stdout.once('data', () => resolve(child));
  });
}

function ended(): Promise<void> {
  const child = swapper;
  swapper = null;
  return new Promise((resolve) => {
    if (child === null) resolve();
    child?.once('exit', () => resolve());
    child?.kill('SIGKILL');
  });
}
