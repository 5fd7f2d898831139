import type { Source } from './source.ts';
import { identifier, isSyntax, literal, type Syntax, specifiersOf } from './syntax.ts';

/** One name that a file exports. */
export interface Export {
  readonly name: string;
  readonly line: number;
  /** The module that a re-export takes it from; '' if the file declares it. */
  readonly from: string;
  /** What the name is called in `from`, or in this file. */
  readonly original: string;
}

/** The names of a file's `export` statements. `export *` names nothing and is left out. */
export function exportsOf(source: Source): Export[] {
  return source.nodes.flatMap((node) => {
    const names = exportedBy(node);
    if (names.length === 0) return [];
    const line = source.lineAt(node.span.start);
    const from = literal(node.source);
    return names.map(([original, name]) => ({ name, line, from, original }));
  });
}

function exportedBy(node: Syntax): [original: string, name: string][] {
  switch (node.type) {
    case 'ExportDeclaration':
      return declaredBy(node.declaration).map((name) => [name, name]);
    case 'ExportNamedDeclaration':
      return specifiersOf(node).map(renamed);
    case 'ExportDefaultDeclaration':
    case 'ExportDefaultExpression':
      return [['default', 'default']];
    default:
      return [];
  }
}

/** The names of a file with those that its `export *` pass on from files that `read` finds. */
export function namesOf(source: Source, read: (specifier: string) => Source | undefined): Export[] {
  const passed = source.nodes.flatMap((node) => {
    const from = node.type === 'ExportAllDeclaration' ? literal(node.source) : '';
    const other = from === '' ? undefined : read(from);
    const line = source.lineAt(node.span.start);
    return other === undefined
      ? []
      : exportsOf(other).map(({ name }) => ({ name, line, from, original: name }));
  });
  return [...exportsOf(source), ...passed];
}

/** The names that a declaration brings: one, or those of a pattern. */
function declaredBy(declaration: unknown): string[] {
  if (!isSyntax(declaration)) return [];
  if (declaration.type !== 'VariableDeclaration')
    return [identifier(declaration.identifier ?? declaration.id)];
  return (declaration.declarations as Syntax[]).flatMap(({ id }) => bound(id));
}

/** Not every part of a pattern has a span, and an element that is left out is null. */
function bound(part: unknown): string[] {
  const pattern = part as Syntax | null;
  switch (pattern?.type) {
    case 'Identifier':
      return [identifier(pattern)];
    case 'ObjectPattern':
      return (pattern.properties as Syntax[]).flatMap(bound);
    case 'AssignmentPatternProperty':
      return [identifier(pattern.key)];
    case 'KeyValuePatternProperty':
      return bound(pattern.value);
    case 'ArrayPattern':
      return (pattern.elements as unknown[]).flatMap(bound);
    case 'AssignmentPattern':
      return bound(pattern.left);
    case 'RestElement':
      return bound(pattern.argument);
    default:
      return [];
  }
}

function renamed({ type, name, orig, exported }: Syntax): [original: string, name: string] {
  // `export * as name from` takes the module whole.
  if (type === 'ExportNamespaceSpecifier') return ['*', identifier(name)];
  return [identifier(orig), identifier(exported ?? orig)];
}
