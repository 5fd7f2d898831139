import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { helpers } from './helpers.ts';

const run = (files: Readonly<Record<string, string>>) => report(helpers.run(makeWorkspace(files)));

describe('helpers', () => {
  it.each(['libs/a/src/fixtures/a.ts', 'apps/a/src/deep/helpers/a.ts', 'tools/a/src/__tests__/a.spec.ts'])(
    'finds another name for the folder: %s',
    (path) => {
      expect(run({ [path]: '' })).toContain(`${path}: a helper of tests in`);
    },
  );

  it('finds a file that only tests load', () => {
    const files = { 'libs/a/src/a.ts': 'export const a = 1;', 'libs/a/src/b.spec.ts': "import './a.ts';" };
    expect(run(files)).toBe('libs/a/src/a.ts: only tests load this file; move it to a folder testing/');
  });

  it.each([
    ['shipped code loads too', { 'a.ts': '', 'a.spec.ts': "import './a.ts';", 'b.ts': "import './a.ts';" }],
    ['lies in testing/', { 'testing/a.ts': '', 'a.spec.ts': "import './testing/a.ts';" }],
    ['is a contract', { 'a.contract.ts': '', 'a.spec.ts': "import './a.contract.ts';" }],
    ['nobody loads, a program', { 'main.ts': '' }],
  ])('allows a file that %s', (_, files) => {
    expect(
      run(Object.fromEntries(Object.entries(files).map(([path, text]) => [`libs/a/src/${path}`, text]))),
    ).toBe('');
  });
});
