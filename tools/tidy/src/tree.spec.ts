import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKS } from './checks.ts';
import { report } from './problem.ts';
import { BOUNDARIES } from './rules.ts';
import { readWorkspace } from './workspace.ts';

const workspace = readWorkspace(join(__dirname, '../../..'));

describe('the real tree', () => {
  it('is seen whole: every package of the table has code that parses', () => {
    const parsed = workspace.packages
      .filter(({ sources }) => sources.length > 0 && sources.every(({ nodes }) => nodes.length > 0))
      .map(({ folder }) => folder);
    expect(parsed).toEqual(expect.arrayContaining(Object.keys(BOUNDARIES)));
  });

  it.each(CHECKS)('$name', (check) => {
    expect(report(check.run(workspace))).toBe('');
  });
});

describe('the list of checks', () => {
  it('holds every file of checks/, and each has a spec', () => {
    const files = readdirSync(join(__dirname, 'checks'), { recursive: true, encoding: 'utf8' });
    const code = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
    expect(code).toHaveLength(CHECKS.length);
    expect(files.filter((file) => file.endsWith('.spec.ts')).sort()).toEqual(
      code.map((file) => file.replace('.ts', '.spec.ts')).sort(),
    );
  });
});
