import { closeSync, mkdirSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { Fixture } from '../testing/fixture.ts';
import { FolderNames } from './folder-names.ts';

const E = constants.errno;
let site: Fixture;

beforeEach(() => {
  site = new Fixture();
});

afterEach(() => site.close());

/** Names are asked for in buffers of 128, so one more than two of them. */
it.each([0, 1, 128, 257])('gives each of %i names once', (count) => {
  const folder = join(site.root, 'many');
  mkdirSync(folder);
  const expected = Array.from({ length: count }, (_, index) => `${String(index).padStart(3, '0')}.txt`);
  for (const name of expected) closeSync(openSync(join(folder, name), 'w'));
  const names = FolderNames.open(folder) as FolderNames;
  const found: string[] = [];
  for (let name = names.next(); name !== null; name = names.next()) found.push(name);
  names.close();
  expect(found.sort()).toEqual(expected);
  expect(names.errno).toBe(0);
});

it('says why a folder cannot be opened', () => {
  site.file('www/a.txt', 'abc');
  expect(FolderNames.open(join(site.root, 'none'))).toBe(-E.ENOENT);
  expect(FolderNames.open(join(site.root, 'a.txt'))).toBe(-E.ENOTDIR);
});

it('a read that fails ends the names, and its errno stays', () => {
  const names = FolderNames.open(site.root) as FolderNames;
  names.close();
  expect(names.next()).toBeNull();
  expect(names.errno).toBe(-E.EIO);
});
