import type { Check } from '../../check.ts';
import type { Problem } from '../../problem.ts';
import type { Source } from '../../source.ts';
import type { Syntax } from '../../syntax.ts';

/** index.ts is a table of contents. It re-exports by name, or a file of types by `export type *`, and runs nothing. */
export const entries: Check = {
  name: 'index.ts only re-exports',
  run(workspace) {
    return workspace.packages
      .filter(({ kind }) => kind !== 'tools')
      .flatMap(({ folder, sources }) => sources.filter(({ path }) => path === `${folder}/src/index.ts`))
      .flatMap(judge);
  },
};

function judge(source: Source): Problem[] {
  const body = (source.nodes[0]?.body ?? []) as Syntax[];
  return body.flatMap((statement): Problem[] => {
    const at = { file: source.path, line: source.lineAt(statement.span.start) };
    if (statement.type === 'ExportAllDeclaration' && statement.typeOnly === true) return [];
    if (statement.type === 'ExportAllDeclaration') {
      return [{ ...at, message: 'export * hides what is public', fix: 'name what is exported' }];
    }
    if (statement.type === 'ExportNamedDeclaration' && statement.source !== null) return [];
    return [{ ...at, message: 'a statement that is not a re-export', fix: 'move it into a file of its own' }];
  });
}
