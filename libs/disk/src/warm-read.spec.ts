import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Loop } from '@webserv/event-loop';
import { TreeFiles } from './tree-files.ts';
import type { WarmRead } from './warm-read.ts';

let folder: string;
let loop: Loop;
let files: TreeFiles;
let ahead: WarmRead;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'webserv-warm-'));
  loop = Loop.open({ hosted: false });
  files = new TreeFiles(loop);
  ahead = files.ahead!;
});

afterEach(() => {
  files.dispose();
  loop.dispose();
  rmSync(folder, { recursive: true });
});

function read(name: string, beneath: boolean): number {
  const fd = files.open(folder, join(folder, name), beneath);
  const n = ahead.read(fd);
  files.close(fd);
  return n;
}

describe.each([true, false])('a file that was just written, opened beneath its root: %s', (beneath) => {
  it('is read at once', () => {
    writeFileSync(join(folder, 'a'), 'hello');
    expect([read('a', beneath), ahead.count, ahead.bytes.toString('latin1', 0, 5)]).toEqual([5, 1, 'hello']);
  });

  it('is left alone if it is large', () => {
    writeFileSync(join(folder, 'a'), '');
    truncateSync(join(folder, 'a'), (64 << 10) + 1);
    expect([read('a', beneath) < 0, ahead.count]).toEqual([true, 0]);
  });

  it('that is empty has no bytes, and a folder is not read', () => {
    writeFileSync(join(folder, 'a'), '');
    expect([read('a', beneath), read('', beneath) < 0, ahead.count]).toEqual([0, true, 1]);
  });
});
