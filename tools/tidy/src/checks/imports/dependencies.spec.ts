import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { dependencies } from './dependencies.ts';

const ROOT = JSON.stringify({ devDependencies: { 'fast-check': '1.0.0' } });

function run(manifest: object, files: Readonly<Record<string, string>>, folder = 'libs/a'): string {
  const tree: Record<string, string> = {
    'package.json': ROOT,
    'libs/native/package.json': JSON.stringify({ dependencies: { koffi: '1.0.0' } }),
    'libs/native/src/index.ts': "import 'koffi';",
    [`${folder}/package.json`]: JSON.stringify(manifest),
  };
  for (const [name, text] of Object.entries(files)) tree[`${folder}/src/${name}`] = text;
  return report(dependencies.run(makeWorkspace(tree)));
}

const ZOD = { zod: '1.0.0' };

describe('dependencies', () => {
  it.each([
    ['undeclared', {}, { 'a.ts': "import 'zod/mini';" }, 'libs/a/src/a.ts:1: zod is not declared'],
    [
      'an undeclared type',
      {},
      { 'a.ts': "import type { A } from 'zod';" },
      'not declared; add it to dependencies',
    ],
    ['development only', { devDependencies: ZOD }, { 'a.ts': "import 'zod';" }, 'zod is not declared'],
    ["the root's, in code", {}, { 'a.ts': "import 'fast-check';" }, 'fast-check is not declared'],
    ['undeclared in a test', {}, { 'a.spec.ts': "import 'zod';" }, 'add it to devDependencies'],
    ['unused', { dependencies: ZOD }, { 'a.ts': '' }, 'zod is declared and never imported'],
    ['unused in development', { devDependencies: ZOD }, { 'a.ts': '' }, 'zod is declared and never imported'],
    ['unused types', { devDependencies: { '@types/zod': '1.0.0' } }, { 'a.ts': '' }, 'never imported'],
    [
      'used by tests alone',
      { dependencies: ZOD },
      { 'a.spec.ts': "import 'zod';" },
      'move it to devDependencies',
    ],
  ])('reports what is %s', (_, manifest, files, message) => {
    expect(run(manifest, files)).toContain(message);
  });

  it.each([
    ['a subpath', { dependencies: ZOD }, { 'a.ts': "import 'zod/mini';", 'a.spec.ts': "import 'zod';" }],
    ['a test package', { devDependencies: ZOD }, { 'a.spec.ts': "import 'zod';" }],
    ["the root's, in a test", {}, { 'a.spec.ts': "import 'fast-check';" }],
    ['a built-in', {}, { 'a.ts': "import 'node:path';" }],
    ['itself', { name: '@webserv/a' }, { 'a.spec.ts': "import '@webserv/a';" }],
    ['types', { dependencies: ZOD, devDependencies: { '@types/zod': '1.0.0' } }, { 'a.ts': "import 'zod';" }],
  ])('allows %s', (_, manifest, files) => {
    expect(run(manifest, files)).toBe('');
  });

  it('lets a bundled app develop against its imports and declare what its libraries load at run time', () => {
    const manifest = { dependencies: { koffi: '1.0.0' }, devDependencies: ZOD };
    expect(run(manifest, { 'a.ts': "import 'zod';" }, 'apps/a')).toBe('');
  });
});
