import { readSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import type { FileFacts, ReadAhead } from '../disk/files.ts';
import { nodeFiles } from '../disk/node-files.ts';
import { Fixture, LONG_AGO } from '../testing/fixture.ts';

const TEXT = 'The quick brown fox\n';

let site: Fixture;
/** Runs between the read and the look at the file. */
let meanwhile: () => void;
let atHand: number;
/** A file of this ctime counts as made long before. */
let madeAt: number;
let reads: number;

beforeEach(() => {
  site = new Fixture();
  meanwhile = () => {};
  atHand = 1 << 16;
  madeAt = 0;
  reads = 0;
  const ahead: ReadAhead = {
    bytes: Buffer.alloc(1 << 16),
    get count() {
      return reads;
    },
    read(fd) {
      reads++;
      const n = readSync(fd, this.bytes, 0, atHand, 0);
      meanwhile();
      return n;
    },
  };
  const inspect = (fd: number, facts: FileFacts): number => {
    const errno = nodeFiles.inspect(fd, facts);
    if (facts.ctimeMs === madeAt) facts.ctimeMs -= 60_000;
    return errno;
  };
  site.services = { ...site.services, files: { ...nodeFiles, ahead, inspect } };
});

afterEach(() => site.close());

/** The number of the read that the reply to a request names. */
async function readOf(target: string, fields = '', method = 'GET'): Promise<number> {
  const outcome = site.dispatch(method, target, fields);
  if ('take' in outcome) throw new Error('an intake');
  const { body } = outcome;
  outcome.release();
  return body.kind === 'file' ? (body.read ?? 0) : 0;
}

/** Makes a file, and lets so much time pass that a change of it shows. */
function aged(path: string): string {
  const full = site.file(path, TEXT);
  site.now = statSync(full).ctimeMs + 5000;
  return full;
}

describe('a file that is read when it is opened', () => {
  it('is named by its reply', async () => {
    aged('www/a.txt');
    expect([await readOf('/a.txt'), await readOf('/a.txt')]).toEqual([1, 2]);
  });

  it('is the default file of a folder, too', async () => {
    aged('www/sub/index.html');
    expect(await readOf('/sub/')).toBe(1);
  });

  it('is not taken for whole where less was at hand', async () => {
    aged('www/a.txt');
    atHand = TEXT.length - 1;
    expect([await readOf('/a.txt'), reads]).toEqual([0, 1]);
  });

  it.each<[string, (path: string) => void]>([
    ['became as long', (path) => writeFileSync(path, TEXT.toUpperCase())],
    ['became shorter', (path) => truncateSync(path, 3)],
    [
      'became as long, with the times of before',
      (path) => {
        writeFileSync(path, TEXT.toUpperCase());
        utimesSync(path, LONG_AGO, LONG_AGO);
      },
    ],
  ])('is read again where it %s meanwhile', async (_, change) => {
    const path = site.file('www/a.txt', TEXT);
    madeAt = statSync(path).ctimeMs;
    site.now = Date.now();
    expect(await readOf('/a.txt')).toBe(1);
    // The clock of the disk has ticks: the file is made anew until its time shows that.
    meanwhile = () => {
      do change(path);
      while (statSync(path).ctimeMs === madeAt);
    };
    expect([await readOf('/a.txt'), reads]).toEqual([0, 2]);
  });

  it('is read again where it may have changed within the same tick', async () => {
    const path = aged('www/a.txt');
    site.now = statSync(path).ctimeMs + 10;
    expect(await readOf('/a.txt')).toBe(0);
  });

  it.each<[string, string, string]>([
    ['HEAD', '/a.txt', ''],
    ['GET', '/a.txt', 'Range: bytes=0-3\r\n'],
    ['GET', '/a.txt', 'If-None-Match: "x"\r\n'],
    ['GET', '/a.txt', 'If-Modified-Since: Sat, 03 Feb 2024 04:05:05 GMT\r\n'],
    ['GET', '/a.txt', 'Transfer-Encoding: chunked\r\n'],
  ])('%s %s %j reads nothing ahead', async (method, target, fields) => {
    aged('www/a.txt');
    const outcome = site.dispatch(method, target, fields);
    if ('take' in outcome) outcome.abort();
    else outcome.release();
    expect(reads).toBe(0);
  });
});
