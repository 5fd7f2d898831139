import type { Check } from '../check.ts';
import type { Problem } from '../problem.ts';
import { MAX_FILE_LINES, MAX_FUNCTION_LINES } from '../rules.ts';
import type { Source } from '../source.ts';
import type { Syntax } from '../syntax.ts';
import { isTest } from '../workspace.ts';

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

/** Files and functions that fit a screen or five; tests are exempt, for theirs are tables of cases. */
export const sizes: Check = {
  name: 'files and functions are short',
  run(workspace) {
    return workspace.packages
      .flatMap(({ sources }) => sources)
      .filter(({ path }) => !isTest(path))
      .flatMap((source) => [...longFile(source), ...longFunctions(source)]);
  },
};

function longFile({ path, length }: Source): Problem[] {
  if (length <= MAX_FILE_LINES) return [];
  const message = `${length} lines, over ${MAX_FILE_LINES}`;
  return [{ file: path, line: 0, message, mend: 'split it: one noun per file' }];
}

function longFunctions(source: Source): Problem[] {
  const problems: Problem[] = [];
  for (const node of source.nodes) {
    if (!FUNCTIONS.has(node.type)) continue;
    const line = source.lineAt(node.span.start);
    const length = source.lineAt(node.span.end) - line + 1;
    if (length <= MAX_FUNCTION_LINES) continue;
    const message = `${nameOf(node)} has ${length} lines, over ${MAX_FUNCTION_LINES}`;
    problems.push({ file: source.path, line, message, mend: 'take a step of it out under a name' });
  }
  return problems;
}

function nameOf(node: Syntax): string {
  const key = (node.identifier ?? node.key) as { value?: unknown } | null | undefined;
  return typeof key?.value === 'string' ? `${key.value}()` : 'a function';
}
