import { closeSync, fstatSync, mkdtempSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openNamed, openSpoolFile } from './spool-file.ts';

const E = constants.errno;

describe.each([
  ['a spool file', openSpoolFile],
  ['one that has had a name', openNamed],
])('%s', (_what, open) => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'webserv-spool-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('has no name, can be written and read, and is nobody else\u2019s to open', () => {
    const fd = open(folder);
    expect(fd).toBeGreaterThanOrEqual(0);
    expect(readdirSync(folder)).toEqual([]);
    writeSync(fd, 'content', 0);
    const bytes = Buffer.alloc(7);
    readSync(fd, bytes, 0, 7, 0);
    expect(bytes.toString()).toBe('content');
    expect(fstatSync(fd)).toMatchObject({ nlink: 0, size: 7 });
    expect(fstatSync(fd).mode & 0o777).toBe(0o600);
    closeSync(fd);
  });

  it('is -errno where the folder is none', () => {
    expect(open(join(folder, 'not-there'))).toBe(-E.ENOENT);
  });
});
