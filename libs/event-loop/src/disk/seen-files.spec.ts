import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ERRNO } from '../ffi/errno.ts';
import type { FileStatus } from '../ffi/paths.ts';
import { lookOpen, openPath } from './disk.ts';
import { closeFile } from './large-files.ts';
import { hasOpenat2 } from './openat2.ts';
import { SeenFiles, seenFiles } from './seen-files.ts';
import { Tree } from './tree.ts';

const SECOND = 1000;
const status: FileStatus = { kind: 'other', size: 0, mtimeMs: 0, ctimeMs: 0, ino: 0 };
let root: string;
let tree: Tree;

beforeEach(() => {
  root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'webserv-seen-')));
  fs.writeFileSync(join(root, 'a'), 'abc');
  const opened = Tree.open(root);
  if (typeof opened === 'number') throw new Error(`open: ${opened}`);
  tree = opened;
});

afterEach(() => {
  tree.close();
  fs.rmSync(root, { recursive: true });
});

/** What an open at this time finds: a kind, or -errno. */
function openAt(now: number): string | number {
  const fd = tree.open('a', now);
  if (fd < 0) return fd;
  lookOpen(fd, status);
  closeFile(fd);
  if (status.kind !== 'file') seenFiles.forgetLast();
  return status.kind;
}

function becomesFifo(): void {
  fs.unlinkSync(join(root, 'a'));
  execFileSync('mkfifo', [join(root, 'a')]);
}

describe('a file that was seen', () => {
  it('is looked at again after some seconds, before it is opened', () => {
    expect(openAt(SECOND)).toBe('file');
    becomesFifo();
    expect(openAt(20 * SECOND)).toBe(-ERRNO.ENXIO);
  });

  it('is opened without a look before that, and found out once', () => {
    expect(openAt(SECOND)).toBe('file');
    becomesFifo();
    // Only openat2(2) opens without a look.
    const first = hasOpenat2() ? 'other' : -ERRNO.ENXIO;
    expect([openAt(2 * SECOND), openAt(2 * SECOND)]).toEqual([first, -ERRNO.ENXIO]);
  });

  it('is looked at each time without a clock', () => {
    expect(openAt(Number.NaN)).toBe('file');
    becomesFifo();
    expect(openAt(Number.NaN)).toBe(-ERRNO.ENXIO);
  });

  it('that is gone is gone', () => {
    expect(openAt(SECOND)).toBe('file');
    fs.unlinkSync(join(root, 'a'));
    expect(openAt(SECOND)).toBe(-ERRNO.ENOENT);
  });

  it('may have about the length that it had', () => {
    openAt(SECOND);
    expect(seenFiles.lookedLength).toBe(3);
    openAt(SECOND);
    expect(seenFiles.lookedLength).toBe(3);
    closeFile(openPath(root));
    expect(seenFiles.lookedLength).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('SeenFiles', () => {
  it('remember thousands of paths, each in its own folder', () => {
    const seen = new SeenFiles();
    closeFile(openPath(join(root, 'a')));
    for (let n = 0; n < 20_000; n++) seen.add(7, `folder-${n % 100}/page-${n}.html`, SECOND);
    let found = 0;
    let strange = 0;
    for (let n = 0; n < 20_000; n++) {
      if (seen.find(7, `folder-${n % 100}/page-${n}.html`, SECOND)) found++;
      if (seen.find(8, `folder-${n % 100}/page-${n}.html`, SECOND)) strange++;
    }
    expect(found).toBeGreaterThan(19_500);
    expect(strange).toBeLessThan(10);
  });

  it('take only regular files', () => {
    const seen = new SeenFiles();
    closeFile(openPath(root));
    seen.add(7, 'folder', SECOND);
    expect(seen.find(7, 'folder', SECOND)).toBe(false);
  });
});
