import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SlowDisks } from '../driver/contract/slow-disk.contract.ts';
import { F } from '../ffi/file-layout.ts';
import { beginSync, closeFile, Tree, warmName } from '../index.ts';
import { hasOpenat2, openat2 } from './openat2.ts';
import type { Resolution } from './resolution.ts';
import { walk } from './walk.ts';

function opened(folder: string, way?: Resolution): Tree {
  const tree = Tree.open(folder, way);
  if (typeof tree === 'number') throw new Error(`open: ${tree}`);
  return tree;
}

function warm(path: string): Promise<void> {
  return new Promise((resolve) => void warmName(path, resolve));
}

function contentOf(tree: Tree, name: string): string {
  const fd = tree.open(name, NOW);
  try {
    return fs.readFileSync(fd, 'utf8');
  } finally {
    closeFile(fd);
  }
}

const NOW = 1000;
const drop = (fd: number): void => closeFile(fd);
const knows = hasOpenat2() && closedAtOnce(openat2.find(F.AT_FDCWD, '')) >= 0;

function closedAtOnce(fd: number): number {
  if (fd >= 0) closeFile(fd);
  return fd;
}

describe('a name', () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webserv-names-'));
    fs.writeFileSync(path.join(folder, 'file'), 'content');
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const ways: Resolution[] = hasOpenat2() ? [openat2, walk] : [walk];
  it.each(ways)('that was looked at is not cold ($name)', (way) => {
    const tree = opened(folder, way);
    for (const name of ['file', '']) {
      tree.look(name, { kind: 'other', size: 0, mtimeMs: 0, ctimeMs: 0, ino: 0 });
      expect(tree.knows(name, NOW, drop)).toBe('there');
    }
    expect(contentOf(tree, 'file')).toBe('content');
    tree.close();
  });

  // Skipped where there is no such folder.
  (fs.existsSync('/dev/shm') ? it : it.skip)('is never cold in memory, there or not', () => {
    const tree = opened('/dev/shm');
    expect(tree.knows('webserv-none', NOW, drop)).toBe('there');
    tree.close();
  });

  it.each(['file', 'none'])('is asked for in a thread, whatever lies there (%s)', async (name) => {
    await warm(path.join(folder, name));
  });
});

describe('a name that only a slow disk knows', () => {
  const disks = new SlowDisks();
  afterAll(() => disks.dispose());
  const why = knows ? disks.reason : 'a kernel that does not say what it knows';
  // Skipped where none can be mounted: the reason stands in the name.
  const slow = why === '' ? it : it.skip;
  const reason = why === '' ? '' : ` (skipped: ${why})`;

  slow(`is cold until a thread has asked, and nobody else waits${reason}`, async () => {
    const disk = await disks.mount('names');
    for (const name of ['one', 'other']) fs.writeFileSync(path.join(disk.base, name), name);
    const tree = opened(disk.folder);
    await disk.hold();
    expect(tree.knows('one', NOW, drop)).toBe('cold');
    expect(tree.knows('none', NOW, drop)).toBe('cold');
    expect(disk.waiting).toBe(0);
    const one = warm(path.join(disk.folder, 'one'));
    await disk.heard(() => disk.waiting === 1);
    expect(tree.knows('one', NOW, drop)).toBe('cold');
    await disk.letOne();
    await one;
    // The disk still holds whatever asks.
    expect(tree.knows('one', NOW, drop)).toBe('there');
    expect(tree.knows('other', NOW, drop)).toBe('cold');
    const fd = tree.open('one', NOW);
    expect(fd).toBeGreaterThanOrEqual(0);
    closeFile(fd);
    await disk.release();
    await warm(path.join(disk.folder, 'none'));
    expect(tree.knows('none', NOW, drop)).toBe('missing');
    expect(contentOf(tree, 'one')).toBe('one');
    expect([disk.patient, disk.passed]).toEqual([true, 1]);
    tree.close();
    await disk.unmount();
  });

  slow(`leaves threads to other work, however many ask for names${reason}`, async () => {
    const disk = await disks.mount('names');
    const file = fs.openSync(path.join(disk.base, 'file'), 'w');
    await disk.hold();
    const all = ['one', 'two', 'three', 'four'].map((name) => warm(path.join(disk.folder, name)));
    await disk.heard(() => disk.waiting > 0);
    await new Promise<void>((resolve) => beginSync(file, resolve));
    expect([disk.patient, disk.passed]).toEqual([true, 0]);
    await disk.release();
    await Promise.all(all);
    fs.closeSync(file);
    await disk.unmount();
  });
});
