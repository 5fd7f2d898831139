import type { Check } from '../../check.ts';
import { importsOf, packageOf } from '../../imports.ts';
import type { Problem } from '../../problem.ts';
import { BANNED_BUILTINS, HOMES, IMPURE, PURE, PURE_BUILTINS } from '../../rules.ts';
import { isTest, isWithin } from '../../workspace.ts';

const NODE = 'node:';

/** Says which outside modules a file may use: packages with a home, and Node's own. Pure code uses none that does I/O. */
export const modules: Check = {
  name: 'outside modules are used only where they belong',
  run(workspace) {
    const problems: Problem[] = [];
    for (const { kind, sources } of workspace.packages) {
      if (kind === 'tools') continue;
      for (const source of sources) {
        for (const { specifier, line } of importsOf(source)) {
          const wrong = stray(source.path, specifier) ?? builtin(source.path, specifier);
          if (wrong !== null) problems.push({ file: source.path, line, ...wrong });
        }
      }
    }
    return problems;
  },
};

type Wrong = Pick<Problem, 'message' | 'fix'>;

function stray(path: string, specifier: string): Wrong | null {
  const home = HOMES[packageOf(specifier)];
  if (home === undefined || isWithin(path, [home])) return null;
  return { message: `only ${home} may import ${specifier}`, fix: 'go through the library that owns it' };
}

function builtin(path: string, specifier: string): Wrong | null {
  if (isTest(path)) return null;
  const name = specifier.startsWith(NODE) ? specifier.slice(NODE.length) : specifier;
  if (BANNED_BUILTINS.has(packageOf(name))) {
    return { message: `${specifier} is for tests and tools`, fix: 'use the event loop' };
  }
  if (!isPure(path) || !doesIo(specifier)) return null;
  return { message: `${specifier} in code that does no I/O`, fix: 'take the value as an argument' };
}

/** True for code that does no I/O. */
export function isPure(path: string): boolean {
  return isWithin(path, PURE) && !isWithin(path, IMPURE) && !isTest(path);
}

/** True for a module of Node that does more than compute. */
export function doesIo(specifier: string): boolean {
  return specifier.startsWith(NODE) && !PURE_BUILTINS.has(specifier.slice(NODE.length));
}
