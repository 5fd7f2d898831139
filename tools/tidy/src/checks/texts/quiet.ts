import type { Check } from '../../check.ts';
import type { Problem } from '../../problem.ts';
import type { Source } from '../../source.ts';
import { identifier } from '../../syntax.ts';

/** Libraries return values and write logs, and print nothing. `import.meta` would tie a library to its place on the disk. */
export const quiet: Check = {
  name: 'libraries neither print nor use their own path',
  run(workspace) {
    return workspace.packages
      .filter(({ kind }) => kind === 'libs')
      .flatMap(({ sources }) => sources)
      .flatMap(loudNodes);
  },
};

function loudNodes(source: Source): Problem[] {
  const problems: Problem[] = [];
  for (const node of source.nodes) {
    const at = { file: source.path, line: source.lineAt(node.span.start) };
    if (node.type === 'MemberExpression' && identifier(node.object) === 'console') {
      problems.push({
        ...at,
        message: 'console in a library',
        fix: 'return the text, or hand it to the logger',
      });
    }
    if (node.type === 'MetaProperty' && node.kind === 'import.meta') {
      problems.push({ ...at, message: 'import.meta in a library', fix: 'take the path as an argument' });
    }
  }
  return problems;
}
