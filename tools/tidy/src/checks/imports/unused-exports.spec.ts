import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { unusedExports } from './unused-exports.ts';

const EXPORTS = {
  '.': { '@webserv/source': './src/index.ts' },
  './testing': { '@webserv/source': './src/testing.ts' },
};
const BASE: Readonly<Record<string, string>> = {
  'libs/a/package.json': JSON.stringify({ name: '@webserv/a', exports: EXPORTS }),
  'libs/b/package.json': JSON.stringify({ name: '@webserv/b' }),
  'libs/b/src/helps.spec.ts': "import '@webserv/a/testing';",
};
const run = (files: Readonly<Record<string, string>>) =>
  report(unusedExports.run(makeWorkspace({ ...BASE, ...files })));

describe('inside a package', () => {
  it.each([
    ['nobody', {}, 'libs/a/src/a.ts:2: no other file imports a; delete'],
    [
      'its own spec, of what nothing else uses',
      { 'a.spec.ts': "import { a } from './a.ts';" },
      'only tests use a',
    ],
    ['another name of the file', { 'b.ts': "import { b } from './a.ts';" }, 'no other file imports a'],
    ['another file of that name', { 'b.ts': "import { a } from './deep/a.ts';" }, 'no other file imports a'],
  ])('finds a name that is imported by %s', (_, files, message) => {
    const more = Object.entries(files).map(([path, text]) => [`libs/a/src/${path}`, text]);
    expect(run({ 'libs/a/src/a.ts': '\nexport const a = 1;', ...Object.fromEntries(more) })).toContain(
      message,
    );
  });

  it.each([
    ['shipped code', { 'a.ts': 'export const a = 1;', 'b.ts': "import { a } from './a.ts';" }],
    ['a namespace', { 'a.ts': 'export const a = 1;', 'b.ts': "import * as a from './a.ts';" }],
    ['an import()', { 'a.ts': 'export const a = 1;', 'b.ts': "await import('./a.ts');" }],
    [
      'its spec and its own file',
      { 'a.ts': 'export const a = 1; f(a);', 'a.spec.ts': "import { a } from './a.ts';" },
    ],
    [
      'tests, of a helper',
      { 'testing/a.ts': 'export const a = 1;', 'a.spec.ts': "import { a } from './testing/a.ts';" },
    ],
  ])('allows a name that is used by %s', (_, files) => {
    const all = Object.entries(files).map(([path, text]) => [`libs/a/src/${path}`, text]);
    expect(run(Object.fromEntries(all))).toBe('');
  });

  it('takes the tests of a tool for its users', () => {
    const files = {
      'tools/c/src/a.ts': 'export const a = 1;',
      'tools/c/src/a.spec.ts': "import { a } from './a.ts';",
    };
    expect(run(files)).toBe('');
  });

  it('finds a helper of tests that no test imports', () => {
    expect(run({ 'libs/a/src/testing/a.ts': 'export const a = 1;' })).toContain('no other file imports a');
  });
});

describe('the public names', () => {
  const a = {
    'libs/a/src/a.ts': 'export function a(b: B): void { new C(); }\nexport interface B {}\nexport class C {}',
  };
  const index = {
    ...a,
    'libs/a/src/index.ts': "\nexport { a, type B } from './a.ts';\nexport { C } from './a.ts';",
  };

  it.each([
    ['nobody', {}, 'libs/a/src/index.ts:2: no other package uses a'],
    ['tests of another package', { 'libs/b/src/b.spec.ts': "import { a } from '@webserv/a';" }, 'uses a;'],
    ['its own tests', { 'libs/a/src/a.spec.ts': "import { a } from '@webserv/a';" }, 'uses a;'],
    ['the README, in words', { 'libs/a/README.md': 'It is a.' }, 'show in libs/a/README.md what it is for'],
  ])('must be used by more than %s', (_, files, message) => {
    expect(run({ ...index, ...files })).toContain(message);
  });

  it.each([
    ['another package imports', { 'libs/b/src/b.ts': "import { a } from '@webserv/a';" }],
    ['the README names in code', { 'libs/a/README.md': 'Call `a(b)`.' }],
    ["the README's example imports", { 'libs/a/README.md': "```js\nimport { a } from '@webserv/a';\n```" }],
  ])('live with the signature of what %s, and not with its body', (_, files) => {
    expect(run({ ...index, ...files })).toBe(
      'libs/a/src/index.ts:3: no other package uses C; delete it here, or show in libs/a/README.md what it is for',
    );
  });

  it('are those too that export * passes on', () => {
    const files = {
      'libs/a/src/index.ts': "export type * from './types.ts';",
      'libs/a/src/types.ts': 'export interface T { u: U }\nexport type U = 1;\nexport type V = 2;',
      'libs/b/src/b.ts': "import type { T } from '@webserv/a';",
    };
    expect(run(files)).toMatch(/^libs\/a\/src\/index.ts:1: no other package uses V; [^\n]*$/);
  });

  it('may be for tests where the entry is', () => {
    const files = {
      'libs/a/src/testing.ts': 'export const fake = 1;',
      'libs/b/src/b.spec.ts': "import { fake } from '@webserv/a/testing';",
    };
    expect(run(files)).toBe('');
  });
});

describe('an entry', () => {
  it('beside the main one is imported by another package', () => {
    expect(run({ 'libs/b/src/helps.spec.ts': '' })).toContain(
      "libs/a/package.json: no other package imports '@webserv/a/testing'; delete the entry",
    );
  });
});
