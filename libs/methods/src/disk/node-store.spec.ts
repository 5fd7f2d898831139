import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { moveWithoutLinks, nodeStore } from './node-store.ts';

const E = constants.errno;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'webserv-store-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function at(name: string): string {
  return join(folder, name);
}

function put(name: string, text = name): string {
  writeFileSync(at(name), text);
  return at(name);
}

it('says what is taken', () => {
  put('a');
  symlinkSync('/nowhere', at('link'));
  expect(nodeStore.taken(at('a'))).toBe(0);
  expect(nodeStore.taken(at('link'))).toBe(0);
  expect(nodeStore.taken(at('b'))).toBe(-E.ENOENT);
});

it('creates only what is not there, not even through a link', () => {
  put('a');
  symlinkSync(at('target'), at('link'));
  const fd = nodeStore.create(at('b'));
  expect(fstatSync(fd).size).toBe(0);
  closeSync(fd);
  expect(nodeStore.create(at('a'))).toBe(-E.EEXIST);
  expect(nodeStore.create(at('link'))).toBe(-E.EEXIST);
  expect(existsSync(at('target'))).toBe(false);
  expect(nodeStore.create(at('none/a'))).toBe(-E.ENOENT);
});

it.each([
  ['with links', nodeStore.move],
  ['without', moveWithoutLinks],
])('moves to free names alone, %s', (_label, move) => {
  put('a');
  put('b');
  expect(move(at('a'), at('b'))).toBe(-E.EEXIST);
  expect(readFileSync(at('b'), 'utf8')).toBe('b');
  expect(move(at('a'), at('c'))).toBe(0);
  expect(move(at('gone'), at('d'))).toBe(-E.ENOENT);
  expect(readFileSync(at('c'), 'utf8')).toBe('a');
  expect(readdirSync(folder).sort()).toEqual(['b', 'c']);
});

it('replaces files, and no folders', () => {
  put('a');
  put('b');
  mkdirSync(at('folder'));
  expect(nodeStore.replace(at('a'), at('folder'))).toBe(-E.EISDIR);
  expect(nodeStore.replace(at('a'), at('b'))).toBe(0);
  expect(readFileSync(at('b'), 'utf8')).toBe('a');
});

it('links and removes', () => {
  put('a');
  expect(nodeStore.link(at('a'), at('b'))).toBe(0);
  expect(nodeStore.remove(at('a'))).toBe(0);
  expect(nodeStore.remove(at('a'))).toBe(-E.ENOENT);
  expect(readFileSync(at('b'), 'utf8')).toBe('a');
});

it('tells what became of a sync, never from within', async () => {
  const results: number[] = [];
  const fd = nodeStore.create(at('a'));
  await new Promise<void>((resolve) => {
    nodeStore.sync(fd, (result) => {
      results.push(result);
      resolve();
    });
    expect(results).toEqual([]);
  });
  closeSync(fd);
  for (const path of [folder, at('none')]) {
    await new Promise<void>((resolve) => {
      const before = results.length;
      nodeStore.syncPath(path, (result) => {
        results.push(result);
        resolve();
      });
      expect(results).toHaveLength(before);
    });
  }
  expect(results).toEqual([0, 0, -E.ENOENT]);
});

it('writes notes, and only where nothing is', () => {
  expect(nodeStore.write(at('a'), 'text')).toBe(0);
  expect(nodeStore.write(at('a'), 'other')).toBe(-E.EEXIST);
  expect(readFileSync(at('a'), 'utf8')).toBe('text');
  expect(nodeStore.write(at('none/a'), 'text')).toBe(-E.ENOENT);
});
