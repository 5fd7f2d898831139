/** A node of swc's syntax tree with loose types: the checks need a type and a few fields, not a whole grammar. */
export interface Syntax {
  readonly type: string;
  readonly span: { readonly start: number; readonly end: number };
  readonly argument?: unknown;
  readonly arguments?: unknown;
  readonly body?: unknown;
  readonly callee?: unknown;
  readonly declaration?: unknown;
  readonly declarations?: unknown;
  readonly elements?: unknown;
  readonly exported?: unknown;
  readonly expression?: unknown;
  readonly id?: unknown;
  readonly identifier?: unknown;
  readonly imported?: unknown;
  readonly key?: unknown;
  readonly kind?: unknown;
  readonly left?: unknown;
  readonly local?: unknown;
  readonly name?: unknown;
  readonly object?: unknown;
  readonly orig?: unknown;
  readonly properties?: unknown;
  readonly property?: unknown;
  readonly raw?: unknown;
  readonly source?: unknown;
  readonly specifiers?: unknown;
  readonly typeOnly?: unknown;
  readonly value?: unknown;
}

export function isSyntax(value: unknown): value is Syntax {
  if (typeof value !== 'object' || value === null) return false;
  return typeof (value as Syntax).type === 'string' && typeof (value as Syntax).span === 'object';
}

/** Returns every node under `value` in source order, parents before children. */
export function nodesOf(value: unknown, found: Syntax[] = []): Syntax[] {
  if (Array.isArray(value)) {
    for (const child of value) nodesOf(child, found);
  } else if (typeof value === 'object' && value !== null) {
    if (isSyntax(value)) found.push(value);
    for (const child of Object.values(value)) nodesOf(child, found);
  }
  return found;
}

/** Returns the text of a string literal node; '' for anything else. */
export function literal(value: unknown): string {
  return isSyntax(value) && value.type === 'StringLiteral' ? String(value.value) : '';
}

/** Returns the name of an identifier node; '' for anything else. */
export function identifier(value: unknown): string {
  return isSyntax(value) && value.type === 'Identifier' ? String(value.value) : '';
}

/** Returns the parts between the braces of an import or export; none for a node without braces. */
export function specifiersOf(node: Syntax): Syntax[] {
  return (node.specifiers ?? []) as Syntax[];
}
