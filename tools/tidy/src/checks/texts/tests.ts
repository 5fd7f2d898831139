import type { Check } from '../../check.ts';
import type { Problem } from '../../problem.ts';
import type { Source } from '../../source.ts';
import { identifier, type Syntax } from '../../syntax.ts';
import { isTest } from '../../workspace.ts';

const SUITES = new Set(['it', 'test', 'describe']);
const ALONE = new Set(['fit', 'fdescribe']);
const SKIPPED = new Set(['xit', 'xtest', 'xdescribe']);
const COMMENT = /\/\/ \S+ \S+|\*\/\s*$|^\s*\* /;

/** Every test runs, or a comment on its line or the line above says why it cannot. */
export const tests: Check = {
  name: 'no test is focused, none is skipped without a reason',
  run(workspace) {
    return workspace.packages
      .flatMap(({ sources }) => sources)
      .filter(({ path }) => isTest(path))
      .flatMap((source) => source.nodes.flatMap((node) => judge(source, node) ?? []));
  },
};

function judge(source: Source, node: Syntax): Problem | null {
  const name = nameOf(node);
  const line = source.lineAt(node.span.start);
  if (name === 'only') {
    const message = 'this test is focused, so the others do not run';
    return { file: source.path, line, message, fix: "remove 'only'" };
  }
  if (name !== 'skip' || hasReason(source, line)) return null;
  const fix = 'say why in a comment on this line or the one above';
  return { file: source.path, line, message: 'a test is skipped without a reason', fix };
}

function nameOf(node: Syntax): string {
  if (node.type === 'MemberExpression' && SUITES.has(identifier(node.object))) {
    return identifier(node.property) || 'each';
  }
  if (node.type !== 'CallExpression') return '';
  const called = identifier(node.callee);
  if (ALONE.has(called)) return 'only';
  return SKIPPED.has(called) ? 'skip' : '';
}

function hasReason({ lines }: Source, line: number): boolean {
  return COMMENT.test(lines[line - 1] ?? '') || COMMENT.test(lines[line - 2] ?? '');
}
