import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { shape } from './shape.ts';

const GOOD: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ license: 'MIT' }),
  CODEOWNERS: '# owners\n/libs/a/ @webserv/a-owners\n',
  'libs/a/package.json': JSON.stringify({ license: 'MIT', nx: { name: 'a', tags: ['type:lib', 'lib:a'] } }),
  'libs/a/README.md': '# a',
  'libs/a/src/index.ts': "export { a } from './a.ts';",
  'libs/a/src/a.ts': 'export const a = 1;',
  'libs/a/src/a.spec.ts': "it('is', () => {});",
};

const run = (change: Readonly<Record<string, string>>, without: readonly string[] = []) => {
  const files = Object.entries({ ...GOOD, ...change }).filter(([path]) => !without.includes(path));
  return report(shape.run(makeWorkspace(Object.fromEntries(files))));
};

describe('shape', () => {
  it('is content with a whole package', () => {
    expect(run({})).toBe('');
  });

  it.each([
    ['libs/a/README.md', 'libs/a/README.md: missing'],
    ['libs/a/src/index.ts', 'libs/a/src/index.ts: missing'],
    ['libs/a/src/a.spec.ts', 'libs/a/src: missing; write specs'],
    ['CODEOWNERS', 'CODEOWNERS: 0 lines for libs/a'],
  ])('misses %s', (path, message) => {
    expect(run({}, [path])).toContain(message);
  });

  it.each([
    [{ license: 'ISC', nx: { name: 'a', tags: ['type:lib', 'lib:a'] } }, 'licence'],
    [{ license: 'MIT', nx: { name: 'b', tags: ['type:lib', 'lib:a'] } }, 'Nx name'],
    [{ license: 'MIT', nx: { name: 'a', tags: ['lib:a'] } }, 'add "type:lib"'],
    [{ license: 'MIT', nx: { name: 'a', tags: ['type:lib'] } }, 'add "lib:a"'],
    [{ license: 'MIT' }, 'Nx name'],
    [
      { license: 'MIT', scripts: { test: 'jest' } },
      'write "quick": "jest --maxWorkers=100% --testPathIgnorePatterns',
    ],
  ])('reads the manifest %j', (manifest, message) => {
    expect(run({ 'libs/a/package.json': JSON.stringify(manifest) })).toContain(message);
  });

  it('wants exactly one line with an owner', () => {
    expect(run({ CODEOWNERS: '/libs/a/ @x\n/libs/a/ @y\n' })).toContain('2 lines for libs/a');
    expect(run({ CODEOWNERS: '/libs/a/\n' })).toContain('write exactly one');
  });
});
