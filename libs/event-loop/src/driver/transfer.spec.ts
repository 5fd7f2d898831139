import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { declare } from '../ffi/libc.ts';
import { isWarm, lookLength } from './transfer.ts';

const LENGTH = 2 << 20;
/** posix_fadvise(2) on Linux. */
const RANDOM = 1;
const DONTNEED = 4;

describe('what is in the page cache of a file', () => {
  const fadvise =
    process.platform === 'linux' ? declare('int posix_fadvise(int, int64_t, int64_t, int)') : null;
  let folder: string;
  const open: number[] = [];
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'transfer-'));
  });
  afterEach(() => {
    for (const fd of open.splice(0)) fs.closeSync(fd);
    fs.rmSync(folder, { recursive: true });
  });

  function coldFile(name: string): number {
    const fd = fs.openSync(path.join(folder, name), 'w+');
    open.push(fd);
    fs.writeSync(fd, Buffer.alloc(LENGTH, 7));
    fs.fsyncSync(fd);
    fadvise?.(fd, 0, 0, DONTNEED);
    // What is read then brings nothing else with it.
    fadvise?.(fd, 0, 0, RANDOM);
    return fd;
  }

  it.each([
    ['its last byte', LENGTH - 1],
    ['a byte of its middle', LENGTH >> 1],
  ])('is not taken for all of it where %s is there', (_name, at) => {
    // Where the folder's disk is memory, files are never cold: both are warm.
    const plain = isWarm(coldFile('plain'), 0, 1);
    const fd = coldFile('holed');
    fs.readSync(fd, Buffer.alloc(1), 0, 1, at);
    expect(isWarm(fd, 0, LENGTH) && !plain).toBe(false);
  });

  it('is all of it once it has been read', () => {
    const fd = coldFile('read');
    fs.readSync(fd, Buffer.alloc(LENGTH), 0, LENGTH, 0);
    // Without preadv2(2) nobody can tell, and a thread reads.
    expect(isWarm(fd, 0, LENGTH)).toBe(process.platform === 'linux' || process.platform === 'freebsd');
  });

  it.each([
    ['nothing known', 100, 50, 0, 0, 50],
    ['read by a thread', 100, 50, 200, 300, 50],
    ['read in part', 100, 50, 120, 300, 20],
    ['cold', 100, 50, 100, 300, 0],
    ['behind what is cold', 300, 50, 200, 300, 50],
  ])('is looked for: %s', (_name, position, length, readTo, coldTo, expected) => {
    expect(lookLength(position, length, readTo, coldTo)).toBe(expected);
  });
});
