import { report } from '../../problem.ts';
import { makeWorkspace } from '../../workspace.ts';
import { formatted } from './formatted.ts';

function found(path: string): string {
  const settings = '{ "files": { "includes": ["**", "!**/dist", "!**/golden"] } }';
  return report(formatted.run(makeWorkspace({ 'biome.json': settings, [path]: 'const a = 1;' })));
}

describe('formatted', () => {
  it.each(['libs/a/src/golden/a.ts', 'libs/a/golden/deep/a.ts'])('finds %s', (path) => {
    expect(found(path)).toContain('biome.json leaves its folder out');
  });

  it.each(['libs/a/src/golden.ts', 'libs/a/src/fixtures/a.ts', 'libs/a/src/golden/a.json'])(
    'passes %s',
    (path) => {
      expect(found(path)).toBe('');
    },
  );
});
