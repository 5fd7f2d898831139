import type { Check } from '../../check.ts';
import type { Problem } from '../../problem.ts';
import { MAX_FILE_LINES, MAX_FUNCTION_LINES, MAX_PACKAGE_LINES } from '../../rules.ts';
import type { Source } from '../../source.ts';
import type { Syntax } from '../../syntax.ts';
import { isTest, type Package } from '../../workspace.ts';

const FUNCTIONS = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'PrivateMethod',
  'Constructor',
  'MethodProperty',
  'GetterProperty',
  'SetterProperty',
]);

/** Files and functions fit a screen or five, and an app stays thin. Tests are exempt: theirs are tables of cases. */
export const sizes: Check = {
  name: 'files, functions and apps are short',
  run(workspace) {
    return workspace.packages.flatMap((member) => {
      const shipped = member.sources.filter(({ path }) => !isTest(path));
      const files = shipped.flatMap((source) => [...longFile(source), ...longFunctions(source)]);
      return [...longPackage(member, shipped), ...files];
    });
  },
};

function longPackage({ folder }: Package, shipped: readonly Source[]): Problem[] {
  const limit = MAX_PACKAGE_LINES[folder] ?? Number.POSITIVE_INFINITY;
  const length = shipped.reduce((sum, source) => sum + source.length, 0);
  if (length <= limit) return [];
  const message = `${length} lines, over ${limit}`;
  return [{ file: folder, line: 0, message, fix: 'move what can be used without it into a library' }];
}

function longFile({ path, length }: Source): Problem[] {
  if (length <= MAX_FILE_LINES) return [];
  const message = `${length} lines, over ${MAX_FILE_LINES}`;
  return [{ file: path, line: 0, message, fix: 'split it: one noun per file' }];
}

function longFunctions(source: Source): Problem[] {
  const problems: Problem[] = [];
  for (const node of source.nodes) {
    if (!FUNCTIONS.has(node.type)) continue;
    const line = source.lineAt(node.span.start);
    const length = source.lineAt(node.span.end) - line + 1;
    if (length <= MAX_FUNCTION_LINES) continue;
    const message = `${nameOf(node)} has ${length} lines, over ${MAX_FUNCTION_LINES}`;
    problems.push({ file: source.path, line, message, fix: 'take a step of it out under a name' });
  }
  return problems;
}

function nameOf(node: Syntax): string {
  const key = (node.identifier ?? node.key) as { value?: unknown } | null | undefined;
  return typeof key?.value === 'string' ? `${key.value}()` : 'a function';
}
