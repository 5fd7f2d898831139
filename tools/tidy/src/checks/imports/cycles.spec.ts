import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { cycles } from './cycles.ts';

const run = (files: Readonly<Record<string, string>>) => report(cycles.run(makeWorkspace(files)));

describe('cycles', () => {
  it('finds two files that import each other', () => {
    const files = { 'libs/a/src/a.ts': "\nimport './b.ts';", 'libs/a/src/b.ts': "import './a.ts';" };
    expect(run(files)).toContain('libs/a/src/b.ts:1: circular import: a.ts -> b.ts -> a.ts');
  });

  it('finds a longer way round, through a folder and a re-export', () => {
    const files = {
      'libs/a/src/index.ts': "export { a } from './a.ts';",
      'libs/a/src/a.ts': "import './deep/b.ts';",
      'libs/a/src/deep/b.ts': "export * from '../a.ts';",
    };
    expect(run(files)).toContain('a.ts -> b.ts -> a.ts');
  });

  it('finds a file that imports itself', () => {
    expect(run({ 'libs/a/src/a.ts': "import './a.ts';" })).toContain('a.ts -> a.ts');
  });

  it.each([
    [{ 'libs/a/src/a.ts': "import type { B } from './b.ts';", 'libs/a/src/b.ts': "import './a.ts';" }],
    [{ 'libs/a/src/a.ts': "import './b.ts'; import './c.ts';", 'libs/a/src/b.ts': "import './c.ts';" }],
    [{ 'libs/a/src/a.ts': "import './a.spec.ts';", 'libs/a/src/a.spec.ts': "import './a.ts';" }],
  ])('allows types that point back, diamonds and tests: %j', (files) => {
    expect(run(files)).toBe('');
  });
});
