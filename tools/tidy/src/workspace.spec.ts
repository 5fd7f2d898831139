import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isTest, readWorkspace } from './workspace.ts';

describe('readWorkspace', () => {
  let root = '';

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tidy-'));
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('sees what is kept and passes over what is built or installed', () => {
    const files = {
      'package.json': '{ "version": "1.0.0" }',
      'libs/a/package.json': '{ "name": "@webserv/a" }',
      'libs/a/src/a.ts': 'a();',
      'libs/a/src/deep/b.spec.ts': 'b();',
      'libs/a/logo.png': 'not text',
      'libs/a/dist/a.ts': 'a();',
      'libs/a/node_modules/x/index.ts': 'x();',
      '.nx/cache/x.ts': 'x();',
      'npm.log': 'x',
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const workspace = readWorkspace(root);
    expect([...workspace.paths].sort()).toEqual([
      'libs/a/logo.png',
      'libs/a/package.json',
      'libs/a/src/a.ts',
      'libs/a/src/deep/b.spec.ts',
      'package.json',
    ]);
    expect(workspace.texts.some(({ path }) => path.endsWith('.png'))).toBe(false);
    expect(workspace.root.version).toBe('1.0.0');
    expect(
      workspace.packages.map(({ folder, kind, manifest, sources }) => [
        folder,
        kind,
        manifest.name,
        sources.length,
      ]),
    ).toEqual([['libs/a', 'libs', '@webserv/a', 2]]);
  });
});

describe('isTest', () => {
  it.each([
    ['libs/a/src/a.spec.ts', true],
    ['libs/a/src/driver.contract.ts', true],
    ['libs/a/src/testing/child.ts', true],
    ['apps/a/src/testing/client.ts', true],
    ['libs/a/src/a.ts', false],
    ['libs/a/src/specification.ts', false],
  ])('%s', (path, test) => {
    expect(isTest(path)).toBe(test);
  });
});
