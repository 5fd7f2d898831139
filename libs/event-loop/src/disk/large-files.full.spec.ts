import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ERRNO } from '../ffi/errno.ts';
import { beginSync, closeFile, dropFile, removeFile, replaceFile } from './large-files.ts';

let folder: string;

beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'webserv-large-')));
});

afterEach(() => fs.rmSync(folder, { recursive: true }));

function file(name: string, size: number): string {
  const path = join(folder, name);
  fs.writeFileSync(path, Buffer.alloc(size, name));
  return path;
}

/** Descriptors of this process that lead into the folder, or led there once. */
function held(): string[] {
  if (!fs.existsSync('/proc/self/fd')) return [];
  const targets = fs.readdirSync('/proc/self/fd').map((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // The one that the list was read with.
      return '';
    }
  });
  return targets.filter((target) => target.startsWith(folder));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe.each([
  ['a small file', 10],
  ['a large file', 8 << 20],
])('%s', (_name, size) => {
  it('is removed, and nobody holds it', async () => {
    expect(removeFile(file('a', size))).toBe(0);
    expect(fs.readdirSync(folder)).toEqual([]);
    await until(() => held().length === 0);
  });

  it('is replaced, and nobody holds what it was', async () => {
    const to = file('old', size);
    expect(replaceFile(file('new', size), to)).toBe(0);
    expect(fs.readdirSync(folder)).toEqual(['old']);
    expect(fs.readFileSync(to).equals(Buffer.alloc(size, 'new'))).toBe(true);
    await until(() => held().length === 0);
  });

  it('keeps its content under another name, and for who has it open', async () => {
    const content = Buffer.alloc(size, 'a');
    for (const act of [
      (path: string): number => removeFile(path),
      (path: string): number => replaceFile(file('b', 1), path),
    ]) {
      const path = file('a', size);
      const other = join(folder, 'other');
      fs.linkSync(path, other);
      const fd = fs.openSync(path, 'r');
      expect(act(path)).toBe(0);
      expect(fs.readFileSync(other).equals(content)).toBe(true);
      fs.unlinkSync(other);
      expect(fs.readFileSync(fd).equals(content)).toBe(true);
      closeFile(fd, size);
      await until(() => held().length === 0);
      fs.rmSync(path, { force: true });
    }
  });

  it('is dropped, and what is large of it goes even where somebody has it open', async () => {
    const path = file('a', size);
    const fd = fs.openSync(path, 'r');
    expect(dropFile(path)).toBe(0);
    expect(fs.readdirSync(folder)).toEqual([]);
    await until(() => fs.fstatSync(fd).size === (size > 10 ? 0 : size));
    fs.closeSync(fd);
    await until(() => held().length === 0);
  });

  it('is begun to be brought to the disk, and that is told later', async () => {
    const fd = fs.openSync(file('a', size), 'r+');
    let within = true;
    const told = new Promise<boolean>((resolve) => beginSync(fd, () => resolve(within)));
    within = false;
    expect(await told).toBe(false);
    fs.closeSync(fd);
  });
});

it('a link is removed and replaced itself, and what it leads to stays', async () => {
  const target = file('target', 8 << 20);
  const link = join(folder, 'link');
  fs.symlinkSync(target, link);
  expect(removeFile(link)).toBe(0);
  fs.symlinkSync(target, link);
  expect(replaceFile(file('new', 1), link)).toBe(0);
  expect(fs.lstatSync(link).isFile()).toBe(true);
  expect(fs.statSync(target).size).toBe(8 << 20);
  await until(() => held().length === 0);
});

it('what cannot be done is told, and nothing is changed or held', async () => {
  const large = file('large', 8 << 20);
  const sub = join(folder, 'sub');
  fs.mkdirSync(sub);
  const nowhere = join(folder, 'nowhere');
  expect(removeFile(nowhere)).toBe(-ERRNO.ENOENT);
  expect(dropFile(nowhere)).toBe(-ERRNO.ENOENT);
  expect(replaceFile(nowhere, large)).toBe(-ERRNO.ENOENT);
  expect(replaceFile(large, sub)).toBe(-ERRNO.EISDIR);
  // POSIX has EPERM for it, Linux EISDIR.
  expect([-ERRNO.EISDIR, -ERRNO.EPERM]).toContain(removeFile(sub));
  expect(removeFile('a\0b')).toBe(-ERRNO.ENOENT);
  expect(replaceFile(large, 'a\0b')).toBe(-ERRNO.ENOENT);
  expect(fs.readdirSync(folder).sort()).toEqual(['large', 'sub']);
  await until(() => held().length === 0);
  expect(fs.statSync(large).size).toBe(8 << 20);
});
