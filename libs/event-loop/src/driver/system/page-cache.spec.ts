import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { isWarm, lookLength } from './page-cache.ts';

const LENGTH = 2 << 20;
const FREEBSD = process.platform === 'freebsd';

describe('what is in the page cache of a file', () => {
  it.each([
    ['its last byte', LENGTH - 1],
    ['a byte of its middle', LENGTH >> 1],
  ])('is not taken for all of it where %s alone is there', (_name, there) => {
    const looked: number[] = [];
    // A disk may be quick enough to bring a page within the look at it: what a cold file shows is played here.
    const look = (_fd: number, at: number): boolean => {
      looked.push(at);
      return at === there;
    };
    expect(isWarm(-1, 0, LENGTH, look)).toBe(FREEBSD);
    // The first place that is cold ends it, and of all others nothing is brought in.
    expect(looked).toEqual(FREEBSD ? [] : [0]);
  });

  it('is looked for in ascending order, to the last byte', () => {
    const looked: number[] = [];
    const look = (_fd: number, at: number): boolean => looked.push(at) > 0;
    expect(isWarm(-1, 4096, LENGTH, look)).toBe(true);
    if (FREEBSD) return;
    expect(looked).toEqual(looked.toSorted((a, b) => a - b));
    expect(looked[0]).toBe(4096);
    expect(looked.at(-1)).toBe(4096 + LENGTH - 1);
    const gaps = looked.slice(1).map((at, index) => at - (looked[index] as number));
    expect(Math.max(...gaps)).toBe(512 << 10);
  });

  it('is all of it once it has been read', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'transfer-'));
    const fd = fs.openSync(path.join(folder, 'read'), 'w+');
    try {
      fs.writeSync(fd, Buffer.alloc(LENGTH, 7));
      fs.readSync(fd, Buffer.alloc(LENGTH), 0, LENGTH, 0);
      // Without preadv2(2) it is not known, and a thread reads.
      expect(isWarm(fd, 0, LENGTH)).toBe(process.platform === 'linux' || FREEBSD);
    } finally {
      fs.closeSync(fd);
      fs.rmSync(folder, { recursive: true });
    }
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
