import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { makeTable } from './table.ts';

const check = makeTable(
  {
    'libs/a': { values: [], types: [] },
    'libs/b': { values: ['a'], types: ['c', 'd'] },
    'libs/c': { values: [], types: ['a'] },
    'apps/e': { values: ['a'], types: [] },
  },
  { koffi: 'libs/b/src/ffi.ts' },
);
const run = (rows: readonly string[]) => report(check.run(makeWorkspace({ 'README.md': rows.join('\n') })));
const row = (name: string, last: string) => `| [${name}](libs/${name}/README.md) | what it does | ${last} |`;

describe('table', () => {
  it('agrees with the boundaries', () => {
    expect(run([row('a', 'none'), row('b', 'a, koffi; c, d (types)'), row('c', 'a (types)')])).toBe('');
  });

  it('finds a row that is missing and one that differs', () => {
    const found = run([row('a', 'none'), row('b', 'a; c (types)')]);
    expect(found).toContain('README.md: no row for libs/c; write "a (types)" in its last column');
    expect(found).toContain('README.md:2: libs/b may import: a; c (types); write "a, koffi; c, d (types)"');
  });
});
