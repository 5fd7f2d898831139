import { report } from '../../problem.ts';
import { MAX_CIRCLES } from '../../rules.ts';
import { makeWorkspace } from '../../workspace.ts';
import { circles } from './circles.ts';

const run = (files: Readonly<Record<string, string>>) => report(circles.run(makeWorkspace(files)));
const pair = (a: string, b: string) => ({
  [`libs/a/src/${a}.ts`]: `import type { B } from './${b}.ts';`,
  [`libs/a/src/${b}.ts`]: `import type { A } from '${b.includes('/') ? '..' : '.'}/${a}.ts';`,
});

describe('circles', () => {
  it('finds two folders that know each other', () => {
    expect(run(pair('a', 'deep/b'))).toContain(
      'src/a.ts: its circle of imports with deep/b.ts crosses folders;',
    );
  });

  it('finds one more in a folder than there may be', () => {
    const names = Array.from({ length: MAX_CIRCLES + 1 }, (_, index) => `a${index}`);
    const all = Object.assign({}, ...names.map((name) => pair(name, `${name}b`)));
    expect(run(all)).toContain(`with a0b.ts is one of ${MAX_CIRCLES + 1}, over ${MAX_CIRCLES}`);
    for (const file of Object.keys(pair('a0', 'a0b'))) delete all[file];
    expect(run(all)).toBe('');
  });

  it('passes over tests and other packages', () => {
    expect(run({ ...pair('a.spec', 'deep/b') })).toBe('');
    expect(
      run({ 'libs/a/src/a.ts': "import '@webserv/b';", 'libs/b/src/b.ts': "import '@webserv/a';" }),
    ).toBe('');
  });
});
