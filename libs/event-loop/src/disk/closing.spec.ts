import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOpen } from '../ffi/libc.ts';
import { Loop } from '../loop.ts';
import { Closing } from './closing.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'webserv-closing-'));
  path = join(folder, 'a');
  fs.writeFileSync(path, 'a');
});

afterEach(() => fs.rmSync(folder, { recursive: true }));

function opened(count: number): number[] {
  return Array.from({ length: count }, () => fs.openSync(path, 'r'));
}

describe('descriptors that are closed together', () => {
  it('are closed in any order, and no others', () => {
    const all = opened(20);
    const kept = [all[3]!, all[11]!];
    const closing = new Closing();
    closing.gather();
    const others = all.filter((fd) => !kept.includes(fd));
    for (const fd of others.reverse()) closing.add(fd);
    expect(all.every(isOpen)).toBe(true);
    closing.flush();
    expect(all.filter(isOpen)).toEqual(kept);
    closing.flush();
    for (const fd of kept) fs.closeSync(fd);
  });

  it('do not wait for more than there is room for', () => {
    const all = opened(33);
    const closing = new Closing();
    closing.gather();
    for (const fd of all) closing.add(fd);
    expect(all.filter(isOpen)).toEqual(all.slice(32));
    closing.flush();
    expect(all.some(isOpen)).toBe(false);
  });

  it('are closed at once outside of a tick', () => {
    const loop = Loop.open({ hosted: false });
    const [fd = -1] = opened(1);
    loop.closing.add(fd);
    expect(isOpen(fd)).toBe(false);
    loop.dispose();
  });
});
