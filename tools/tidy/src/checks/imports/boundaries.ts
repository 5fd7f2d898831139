import type { Check } from '../../check.ts';
import { type Import, importsOf, packageOf } from '../../imports.ts';
import type { Problem } from '../../problem.ts';
import { BOUNDARIES, type Boundary } from '../../rules.ts';
import type { Source } from '../../source.ts';
import { isTest, type Package, type Workspace } from '../../workspace.ts';

const SCOPE = '@webserv/';

/** The table of rules.ts says who may import whom. No relative path and no import of an inner file goes around it. */
export const boundaries: Check = {
  name: 'packages import only the packages that their row allows',
  run(workspace) {
    return workspace.packages.flatMap((member) => {
      if (member.kind === 'tools') return escapes(member);
      const boundary = BOUNDARIES[member.folder];
      if (boundary === undefined) return [rowless(member)];
      return [...escapes(member), ...crossings(member, boundary, workspace)];
    });
  },
};

function rowless({ folder }: Package): Problem {
  return {
    file: `${folder}/package.json`,
    line: 0,
    message: 'this package has no row in the table of boundaries',
    fix: 'add one to BOUNDARIES in tools/tidy/src/rules.ts',
  };
}

/** Finds relative imports that leave the package. */
function escapes({ folder, sources }: Package): Problem[] {
  return each(sources, (source, { specifier, line }) => {
    if (!specifier.startsWith('.')) return null;
    const target = resolve(source.path, specifier);
    if (target.startsWith(`${folder}/`)) return null;
    return {
      file: source.path,
      line,
      message: `'${specifier}' leaves ${folder}`,
      fix: 'import the package by its name, or move the file',
    };
  });
}

function crossings({ sources }: Package, boundary: Boundary, workspace: Workspace): Problem[] {
  return each(sources, (source, found) => {
    if (!found.specifier.startsWith(SCOPE)) return null;
    const name = packageOf(found.specifier).slice(SCOPE.length);
    const wrong = judge(name, found, boundary, workspace, isTest(source.path));
    return wrong === null ? null : { file: source.path, line: found.line, ...wrong };
  });
}

function judge(
  name: string,
  { specifier, typeOnly }: Import,
  boundary: Boundary,
  workspace: Workspace,
  test: boolean,
): Pick<Problem, 'message' | 'fix'> | null {
  const subpath = `.${specifier.slice(SCOPE.length + name.length)}`;
  const target = workspace.packages.find(({ manifest }) => manifest.name === SCOPE + name);
  if (target !== undefined && !(subpath in (target.manifest.exports ?? {}))) {
    return { message: `'${specifier}' is not a public entry`, fix: `import '${SCOPE}${name}'` };
  }
  if (/^\.\/testing(\/|$)/.test(subpath) && !test) {
    return { message: `'${specifier}' is for tests`, fix: 'use the public entry' };
  }
  if (boundary.values.includes(name)) return null;
  if (!boundary.types.includes(name)) {
    return {
      message: `may not import ${name}`,
      fix: 'hand the value in from the app, or argue for a new row in tools/tidy/src/rules.ts',
    };
  }
  if (typeOnly || test) return null;
  return { message: `may import only types from ${name}`, fix: "write 'import type'" };
}

function each(
  sources: readonly Source[],
  judgeImport: (source: Source, found: Import) => Problem | null,
): Problem[] {
  return sources.flatMap((source) => importsOf(source).flatMap((found) => judgeImport(source, found) ?? []));
}

/** Returns `libs/a/c.ts` for `libs/a/src/b.ts` and `../c.ts`. */
function resolve(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
