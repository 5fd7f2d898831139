import type { Check } from '../../check.ts';
import type { Problem } from '../../problem.ts';
import { ReaderIndex } from '../../readers.ts';
import { entriesOf } from '../../resolve.ts';
import { isTest, type Package } from '../../workspace.ts';

/** Names that other projects give to folders of helpers. */
const OTHER_NAMES = new Set([
  '__fixtures__',
  '__mocks__',
  '__tests__',
  'fixtures',
  'helpers',
  'mocks',
  'stubs',
  'test',
  'tests',
]);

/**
 * Helpers of tests lie in `testing/`, and tables and texts of tests in `golden/` or `*.cases.ts`. So a reader, the build and
 * Nx know them by their path.
 */
export const helpers: Check = {
  name: 'helpers of tests lie in testing/',
  run(workspace) {
    const index = new ReaderIndex(workspace);
    return workspace.packages.flatMap((member) => [...misnamed(member), ...misplaced(member, index)]);
  },
};

function misnamed({ folder, sources }: Package): Problem[] {
  return sources.flatMap(({ path }) => {
    const name = path
      .slice(folder.length)
      .split('/')
      .find((part) => OTHER_NAMES.has(part));
    return name === undefined ? [] : [problem(path, `a helper of tests in ${name}/`)];
  });
}

/** Shipped code that only tests of its package load. */
function misplaced(member: Package, index: ReaderIndex): Problem[] {
  if (member.kind === 'tools') return [];
  const entries = new Set(entriesOf(member).map(([, file]) => file));
  return member.sources
    .filter(({ path }) => !isTest(path) && !entries.has(path))
    .filter(({ path }) => {
      const { own, ownTests, others } = index.file(path);
      return ownTests && !own && !others;
    })
    .map(({ path }) => problem(path, 'only tests load this file'));
}

function problem(file: string, message: string): Problem {
  return { file, line: 0, message, fix: 'move it to a folder testing/' };
}
