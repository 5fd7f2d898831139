import { entriesOf, resolve } from './resolve.ts';
import { makeWorkspace } from './workspace.ts';

const { packages } = makeWorkspace({
  'libs/a/package.json': JSON.stringify({
    name: '@webserv/a',
    exports: {
      '.': { '@webserv/source': './src/index.ts', default: './dist/index.js' },
      './disk': {
        browser: { '@webserv/source': './src/browser.ts', default: './dist/browser.js' },
        '@webserv/source': './src/disk.ts',
      },
      './testing': { '@webserv/source': './src/testing.ts' },
      './package.json': './package.json',
    },
  }),
  'libs/b/package.json': '{}',
});

describe('resolve', () => {
  it.each([
    ['./c.ts', 'libs/b/src/deep/c.ts'],
    ['../c.ts', 'libs/b/src/c.ts'],
    ['@webserv/a', 'libs/a/src/index.ts'],
    ['@webserv/a/disk', 'libs/a/src/disk.ts'],
    ['@webserv/a/testing', 'libs/a/src/testing.ts'],
    ['@webserv/a/else', ''],
    ['node:fs', ''],
  ])('%s', (specifier, file) => {
    expect(resolve(packages, 'libs/b/src/deep/b.ts', specifier)).toBe(file);
  });
});

describe('entriesOf', () => {
  it('lists those with a source, and none for a package without exports', () => {
    expect(packages.map(entriesOf)).toEqual([
      [
        ['@webserv/a', 'libs/a/src/index.ts'],
        ['@webserv/a/disk', 'libs/a/src/disk.ts'],
        ['@webserv/a/disk', 'libs/a/src/browser.ts'],
        ['@webserv/a/testing', 'libs/a/src/testing.ts'],
      ],
      [],
    ]);
  });
});
