import { report } from '../../problem.ts';
import { MAX_NOUNS } from '../../rules.ts';
import { makeWorkspace } from '../../workspace.ts';
import { folders } from './folders.ts';

const files = (count: number, ending = '.ts') =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`libs/a/src/a${index}${ending}`, '']));
const run = (tree: Readonly<Record<string, string>>) => report(folders.run(makeWorkspace(tree)));

describe('folders', () => {
  it('finds one that holds too many', () => {
    expect(run(files(MAX_NOUNS + 1))).toContain(
      `libs/a/src: ${MAX_NOUNS + 1} files beside their tests, over ${MAX_NOUNS}; give`,
    );
  });

  it('counts neither tests nor what lies deeper', () => {
    const deeper = { 'libs/a/src/deep/b.ts': '', 'libs/a/src/testing/c.ts': '' };
    expect(run({ ...files(MAX_NOUNS), ...files(5, '.spec.ts'), ...deeper })).toBe('');
  });
});
