import type { Source } from './source.ts';
import { identifier, isSyntax, literal, type Syntax, specifiersOf } from './syntax.ts';

/** One mention of another module: a declaration, `import()`, `require()`, or an `import()` type. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** True if the JavaScript keeps nothing of it. `import { type X }` leaves an empty import, so it is not type-only. */
  readonly typeOnly: boolean;
  /** The names that it takes, as the other module calls them; 'all' for a namespace, `export *` and `import()`. */
  readonly names: readonly string[] | 'all';
}

export function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  for (const node of source.nodes) {
    const specifier = specifierOf(node);
    if (specifier !== '') {
      const line = source.lineAt(node.span.start);
      found.push({ specifier, line, typeOnly: isTypeOnly(node), names: namesOf(node) });
    }
  }
  return found;
}

function specifierOf(node: Syntax): string {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      return literal(node.source);
    case 'TsImportType':
      return literal(node.argument);
    case 'TsExternalModuleReference':
      return literal(node.expression);
    case 'CallExpression':
      return loads(node.callee) ? firstArgument(node) : '';
    default:
      return '';
  }
}

function isTypeOnly(node: Syntax): boolean {
  return node.type === 'TsImportType' || node.typeOnly === true;
}

function namesOf(node: Syntax): Import['names'] {
  if (node.type !== 'ImportDeclaration' && node.type !== 'ExportNamedDeclaration') return 'all';
  const specifiers = specifiersOf(node);
  if (specifiers.some(({ type }) => type.endsWith('NamespaceSpecifier'))) return 'all';
  return specifiers.map(({ type, local, imported, orig }) =>
    type === 'ImportDefaultSpecifier' ? 'default' : identifier(imported ?? orig ?? local),
  );
}

/** `import(`, `require(` and `require.resolve(`. */
function loads(callee: unknown): boolean {
  if (!isSyntax(callee)) return false;
  if (callee.type === 'Import') return true;
  const called = callee.type === 'MemberExpression' ? callee.object : callee;
  return identifier(called) === 'require';
}

function firstArgument(call: Syntax): string {
  const [first] = call.arguments as { expression: unknown }[];
  return literal(first?.expression);
}

/** Returns the package of a specifier: `zod` for `zod/mini`, `@webserv/cache` for `@webserv/cache/x`, '' for a path. */
export function packageOf(specifier: string): string {
  if (specifier.startsWith('.') || specifier.startsWith('/')) return '';
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
