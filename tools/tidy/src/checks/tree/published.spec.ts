import { makeWorkspace } from '../../workspace.ts';
import { published } from './published.ts';

const url = 'git+https://example.com/x.git';
const GOOD = {
  description: 'Does one thing',
  keywords: ['one', 'two'],
  repository: { type: 'git', url, directory: 'libs/a' },
  engines: { node: '>=20' },
  files: ['dist', 'CHANGELOG.md'],
  exports: {
    '.': { '@webserv/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
  },
  publishConfig: { access: 'public', provenance: true },
  scripts: { prepack: 'nx build' },
};

function problems(manifest: object, licence = 'MIT') {
  const workspace = makeWorkspace({
    LICENSE: 'MIT',
    'package.json': JSON.stringify({ repository: { type: 'git', url }, engines: { node: '>=20' } }),
    'libs/a/LICENSE': licence,
    'libs/a/package.json': JSON.stringify({ ...GOOD, ...manifest }),
  });
  return published.run(workspace).map(({ file, message }) => `${file}: ${message}`);
}

describe('published', () => {
  it('accepts a package that says everything', () => {
    expect(problems({})).toEqual([]);
  });

  it.each([
    [{ description: '' }, 'no description'],
    [{ keywords: ['one'] }, 'fewer than two keywords'],
    [{ repository: { type: 'git', url, directory: 'libs/b' } }, 'the repository is not this folder'],
    [{ engines: { node: '>=18' } }, 'engines differ'],
    [{ files: ['CHANGELOG.md'] }, 'dist is not packed'],
    [{ files: ['dist'] }, 'CHANGELOG.md is not packed'],
    [{ publishConfig: { access: 'public' } }, 'publishConfig is not set'],
    [{ scripts: {} }, 'no prepack'],
    [
      { exports: { '.': { browser: { default: './b.js' }, types: './a.d.ts', default: './a.js' } } },
      'the export "." has the conditions default',
    ],
    [{ exports: { '.': { default: './a.js' } } }, 'the export "." has the conditions default'],
    [
      { exports: { './b': { default: './b.js', types: './b.d.ts' } } },
      'the export "./b" has the conditions default, types',
    ],
  ])('names what is missing: %j', (manifest, message) => {
    expect(problems(manifest)).toEqual([`libs/a/package.json: ${message}`]);
  });

  it('wants the licence beside package.json, where npm packs it', () => {
    expect(problems({}, 'another')).toEqual(['libs/a/LICENSE: not the licence of the workspace']);
  });

  it('lets an entry lead to its source alone, for the tests of the workspace', () => {
    expect(problems({ exports: { './testing': { '@webserv/source': './src/testing/index.ts' } } })).toEqual(
      [],
    );
  });

  it('asks nothing of a private package', () => {
    expect(problems({ private: true, description: '' }, 'another')).toEqual([]);
  });
});
