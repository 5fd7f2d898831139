import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FollowedFiles } from './followed-files.ts';

let folder: string;
let files: FollowedFiles;
const at = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'webserv-followed-'));
  writeFileSync(at('a'), 'one');
  writeFileSync(at('b'), 'two');
  files = new FollowedFiles();
  for (const name of ['a', 'b', 'a']) files.open(at(name));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('files that are followed', () => {
  it('are read when two looks find them the same', async () => {
    expect(await files.look()).toEqual({ changed: [], problems: [] });
    writeFileSync(at('a'), 'three');
    expect(await files.look()).toEqual({ changed: [], problems: [] });
    writeFileSync(at('a'), 'four.');
    utimesSync(at('a'), 1, 1);
    expect(await files.look()).toEqual({ changed: [], problems: [] });
    expect(await files.look()).toEqual({ changed: [at('a')], problems: [] });
    expect(files.content(at('a')).toString()).toBe('four.');
    expect(await files.look()).toEqual({ changed: [], problems: [] });
  });

  it('may be replaced by others, and by the same again', async () => {
    writeFileSync(at('new'), 'new');
    renameSync(at('new'), at('b'));
    await files.look();
    expect((await files.look()).changed).toEqual([at('b')]);
    writeFileSync(at('new'), 'new');
    renameSync(at('new'), at('b'));
    await files.look();
    expect((await files.look()).changed).toEqual([]);
  });

  it('keep what they held when they cannot be read, which is said once', async () => {
    rmSync(at('a'));
    await files.look();
    const { changed, problems } = await files.look();
    expect([changed, problems]).toEqual([[], [expect.stringMatching(/a cannot be read \(ENOENT\)/)]]);
    expect((await files.look()).problems).toEqual([]);
    expect(files.content(at('a')).toString()).toBe('one');
    writeFileSync(at('a'), 'back');
    await files.look();
    expect((await files.look()).changed).toEqual([at('a')]);
  });
});

it('a file that is not there cannot be opened, nor asked for', () => {
  expect(() => files.open(at('none'))).toThrow('ENOENT');
  expect(() => files.content(at('none'))).toThrow('is not followed');
});
