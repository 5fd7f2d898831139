import type { Source } from './source.ts';
import { identifier, isSyntax, type Syntax } from './syntax.ts';

/** What a caller cannot see: what a function does, and private members. */
const HIDDEN = new Set(['BlockStatement', 'FunctionBody', 'PrivateProperty', 'PrivateMethod']);

/** Returns every identifier in the signature of an exported declaration: parameters, results, members and bases. */
export function signatureOf({ nodes }: Source, name: string): Set<string> {
  const words = new Set<string>();
  for (const { type, declaration } of nodes) {
    if (type !== 'ExportDeclaration' || !isSyntax(declaration)) continue;
    if (declares(declaration, name)) collect(declaration, words);
  }
  return words;
}

function declares({ type, identifier: name, id, declarations }: Syntax, wanted: string): boolean {
  if (type !== 'VariableDeclaration') return identifier(name ?? id) === wanted;
  return (declarations as Syntax[]).some((declarator) => identifier(declarator.id) === wanted);
}

function collect(value: unknown, words: Set<string>): void {
  if (Array.isArray(value)) {
    for (const child of value) collect(child, words);
  } else if (typeof value === 'object' && value !== null) {
    if (isSyntax(value) && HIDDEN.has(value.type)) return;
    words.add(identifier(value));
    for (const child of Object.values(value)) collect(child, words);
  }
}
