import { execFileSync } from 'node:child_process';
import { filesSuite, NodeTestDisk } from '@webserv/methods/testing';
import { TreeFiles } from './tree-files.ts';
import { uploadStore } from './upload-store.ts';

class TreeDisk extends NodeTestDisk {
  private readonly tree: TreeFiles;

  constructor() {
    const tree = new TreeFiles();
    super(tree, uploadStore, (path) => execFileSync('mkfifo', [path]));
    this.tree = tree;
  }

  override close(): void {
    this.tree.dispose();
    super.close();
  }
}

for (const { name, run } of filesSuite(() => new TreeDisk())) it(name, run);
