import { posix } from 'node:path';
import type { Check } from '../../check.ts';
import { componentsOf } from '../../components.ts';
import { importsOf } from '../../imports.ts';
import type { Problem } from '../../problem.ts';
import { MAX_CIRCLES } from '../../rules.ts';
import { isTest, type Package } from '../../workspace.ts';

/**
 * A reader must read files that import each other together, even if they import only types. So a circle stays in one
 * folder, and there are few circles. The check `cycles` forbids circles of values.
 */
export const circles: Check = {
  name: 'files that know each other are few, and of one folder',
  run({ packages }) {
    const found = packages.flatMap((member) => componentsOf(graph(member)));
    const wide = found.filter((files) => new Set(files.map(posix.dirname)).size > 1);
    const rest = found.filter((files) => !wide.includes(files));
    return [
      ...wide.map((files) => problem(files, 'crosses folders')),
      ...(rest.length > MAX_CIRCLES ? rest : []).map((files) =>
        problem(files, `is one of ${rest.length}, over ${MAX_CIRCLES}`),
      ),
    ];
  },
};

function graph({ sources }: Package): Map<string, string[]> {
  const files = sources.filter(({ path }) => !isTest(path));
  return new Map(
    files.map((source) => {
      const inside = importsOf(source).filter(({ specifier }) => specifier.startsWith('.'));
      const here = posix.dirname(source.path);
      return [source.path, inside.map(({ specifier }) => posix.join(here, specifier))];
    }),
  );
}

function problem(files: readonly string[], why: string): Problem {
  const [file = ''] = files;
  const others = files.slice(1).map((path) => posix.relative(posix.dirname(file), path));
  const message = `its circle of imports with ${others.join(', ')} ${why}`;
  return { file, line: 0, message, fix: 'let one of them take an interface or a value instead' };
}
