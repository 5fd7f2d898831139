import { execFileSync } from 'node:child_process';
import { nodeFiles } from '../disk/node-files.ts';
import { moveWithoutLinks, nodeStore } from '../disk/node-store.ts';
import type { Store } from '../disk/store.ts';
import { filesSuite } from './files-suite.ts';
import { NodeTestDisk } from './node-test-disk.ts';
import { storeSuite } from './store-suite.ts';

function makeFifo(path: string): void {
  execFileSync('mkfifo', [path]);
}

describe('nodeFiles', () => {
  for (const { name, run } of filesSuite(() => new NodeTestDisk(nodeFiles, nodeStore, makeFifo)))
    it(name, run);
});

describe('nodeStore', () => {
  for (const { name, run } of storeSuite(() => new NodeTestDisk(nodeFiles, nodeStore))) it(name, run);
});

describe('nodeStore on a disk without links', () => {
  const store: Store = { ...nodeStore, move: moveWithoutLinks };
  const moves = storeSuite(() => new NodeTestDisk(nodeFiles, store)).filter(({ name }) =>
    name.startsWith('move '),
  );
  for (const { name, run } of moves) it(name, run);
});
