import type { Check } from '../../check.ts';
import { importsOf, packageOf } from '../../imports.ts';
import type { Problem } from '../../problem.ts';
import { isTest, type Package, type Workspace } from '../../workspace.ts';

const TYPES = '@types/';

/** package.json and the imports agree: a package declares all that it imports, and imports all that it declares. */
export const dependencies: Check = {
  name: 'package.json declares what is imported, and no more',
  run(workspace) {
    return workspace.packages.flatMap((member) => {
      const used = usage(member);
      return [...undeclared(member, used, workspace), ...unused(member, used, workspace)];
    });
  },
};

interface Use {
  readonly file: string;
  readonly line: number;
  readonly test: boolean;
}

/** The first use of each package, with shipped code before tests: what only tests import is no runtime dependency. */
function usage({ manifest, sources }: Package): Map<string, Use> {
  const used = new Map<string, Use>();
  for (const source of sources) {
    const test = isTest(source.path);
    for (const { specifier, line } of importsOf(source)) {
      const name = packageOf(specifier);
      if (name === '' || name.startsWith('node:') || name === manifest.name) continue;
      if (!used.has(name) || (used.get(name)!.test && !test))
        used.set(name, { file: source.path, line, test });
    }
  }
  return used;
}

function undeclared(
  { folder, kind, manifest }: Package,
  used: Map<string, Use>,
  { root }: Workspace,
): Problem[] {
  const problems: Problem[] = [];
  for (const [name, { file, line, test }] of used) {
    if (manifest.dependencies?.[name] !== undefined) continue;
    // An app is bundled, and a tool is never shipped. So a development dependency is enough for them.
    const development = manifest.devDependencies?.[name] ?? (test ? root.devDependencies?.[name] : undefined);
    if (development !== undefined && (test || kind !== 'libs')) continue;
    const group = test ? 'devDependencies' : 'dependencies';
    const fix = `add it to ${group} of ${folder}/package.json`;
    problems.push({ file, line, message: `${name} is not declared`, fix });
  }
  return problems;
}

function unused(member: Package, used: Map<string, Use>, workspace: Workspace): Problem[] {
  const { folder, manifest } = member;
  const file = `${folder}/package.json`;
  const problems: Problem[] = [];
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    const use = used.get(name);
    if (use === undefined && !carried(member, name, workspace)) {
      problems.push({ file, line: 0, message: `${name} is declared and never imported`, fix: 'remove it' });
    } else if (use?.test === true) {
      problems.push({
        file,
        line: 0,
        message: `${name} is used only by tests`,
        fix: 'move it to devDependencies',
      });
    }
  }
  for (const name of Object.keys(manifest.devDependencies ?? {})) {
    const typed = name.startsWith(TYPES) ? name.slice(TYPES.length) : name;
    if (!used.has(name) && !used.has(typed) && !isAmbient(typed)) {
      problems.push({ file, line: 0, message: `${name} is declared and never imported`, fix: 'remove it' });
    }
  }
  return problems;
}

/** A bundled app declares for its libraries what no bundle can hold, such as a native module. */
function carried({ kind }: Package, name: string, { packages }: Workspace): boolean {
  if (kind !== 'apps') return false;
  return packages.some((other) => other.kind === 'libs' && other.manifest.dependencies?.[name] !== undefined);
}

function isAmbient(typed: string): boolean {
  return typed === 'node' || typed === 'jest';
}
