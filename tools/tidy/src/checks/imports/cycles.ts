import { posix } from 'node:path';
import type { Check } from '../../check.ts';
import { importsOf } from '../../imports.ts';
import type { Problem } from '../../problem.ts';
import { isTest, type Package } from '../../workspace.ts';

interface Edge {
  readonly to: string;
  readonly line: number;
}

/**
 * No file of a package imports itself through others. Otherwise the importer decides which module is evaluated first.
 * Imports of types vanish before evaluation, so they may point both ways.
 */
export const cycles: Check = {
  name: 'no circular imports',
  run(workspace) {
    return workspace.packages.flatMap((member) => search(graph(member)));
  },
};

function graph({ sources }: Package): Map<string, Edge[]> {
  const edges = new Map<string, Edge[]>();
  for (const source of sources) {
    if (isTest(source.path)) continue;
    const here = posix.dirname(source.path);
    const out = importsOf(source)
      .filter(({ specifier, typeOnly }) => specifier.startsWith('.') && !typeOnly)
      .map(({ specifier, line }) => ({ to: posix.join(here, specifier), line }));
    edges.set(source.path, out);
  }
  return edges;
}

/** Searches depth first. An edge to a file that is still open closes a cycle. */
function search(edges: ReadonlyMap<string, readonly Edge[]>): Problem[] {
  const problems: Problem[] = [];
  const open: string[] = [];
  const closed = new Set<string>();
  const visit = (file: string): void => {
    open.push(file);
    for (const { to, line } of edges.get(file) ?? []) {
      const start = open.indexOf(to);
      if (start !== -1) problems.push(cycle(file, line, [...open.slice(start), to]));
      else if (!closed.has(to)) visit(to);
    }
    open.pop();
    closed.add(file);
  };
  for (const file of edges.keys()) if (!closed.has(file)) visit(file);
  return problems;
}

function cycle(file: string, line: number, path: readonly string[]): Problem {
  const names = path.map((name) => posix.basename(name)).join(' -> ');
  return {
    file,
    line,
    message: `circular import: ${names}`,
    fix: 'move what both need into a file of its own',
  };
}
