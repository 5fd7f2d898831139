import { parseSync } from '@swc/core';

interface Node {
  readonly type: string;
  readonly span: { readonly start: number; readonly end: number };
  readonly [field: string]: unknown;
}

const LOOPS = new Set([
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'WhileStatement',
  'DoWhileStatement',
]);
const METHODS = new Set(['ClassMethod', 'PrivateMethod']);
const FUNCTIONS = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'Constructor',
  'MethodProperty',
  'GetterProperty',
  'SetterProperty',
]);

/** Text to insert at a byte offset. `order` sorts insertions at the same offset. */
interface Insertion {
  readonly at: number;
  readonly order: number;
  readonly text: string;
}

/**
 * Puts a counter into every branch of a TypeScript source. Each function, block, loop, case, arm of a condition and right
 * side of a logical operator counts in `globalThis.fuzzProbe.hits`. Loops and functions use up its fuel as well. All lines
 * keep their numbers.
 * @param first the number of the first counter
 * @returns the text, and the number of the next counter
 */
export function instrument(text: string, first: number): { text: string; next: number } {
  const bytes = Buffer.from(text);
  const insertions = new Instrumenter(first);
  insertions.visit(parseSync(text, { syntax: 'typescript', target: 'es2022' }));
  const sorted = insertions.found.sort((a, b) => a.at - b.at || a.order - b.order);
  let out = PRELUDE;
  let last = 0;
  for (const { at, text: put } of sorted) {
    out += bytes.toString('utf8', last, at) + put;
    last = at;
  }
  return { text: out + bytes.toString('utf8', last), next: insertions.next };
}

const PRELUDE = 'const __p = globalThis.fuzzProbe; const __h = __p.hits; ';

class Instrumenter {
  readonly found: Insertion[] = [];
  next: number;
  private order = 0;

  constructor(first: number) {
    this.next = first;
  }

  visit(value: unknown): void {
    if (Array.isArray(value)) {
      for (const each of value) this.visit(each);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const node = value as Node;
    if (typeof node.type === 'string' && node.type.startsWith('Ts') && node.type.endsWith('Declaration'))
      return;
    if (typeof node.type === 'string' && typeof node.span === 'object') this.mark(node);
    for (const child of Object.values(node)) this.visit(child);
  }

  private mark(node: Node): void {
    if (LOOPS.has(node.type)) this.statement(node['body'] as Node, true);
    else if (node.type === 'IfStatement') {
      this.statement(node['consequent'] as Node, false);
      if (node['alternate'] != null) this.statement(node['alternate'] as Node, false);
    } else if (node.type === 'ConditionalExpression') {
      this.expression(node['consequent'] as Node);
      this.expression(node['alternate'] as Node);
    } else if (node.type === 'BinaryExpression' && ['&&', '||', '??'].includes(node['operator'] as string)) {
      this.expression(node['right'] as Node);
    } else if (node.type === 'SwitchCase') this.case(node);
    else if (node.type === 'ArrowFunctionExpression') this.arrow(node['body'] as Node);
    else if (METHODS.has(node.type)) this.method(node);
    else if (FUNCTIONS.has(node.type) && isNode(node['body'])) this.block(node['body'], true);
  }

  private statement(body: Node, costs: boolean): void {
    if (isBlock(body)) {
      this.block(body, costs);
      return;
    }
    this.put(body.span.start, `{ ${this.count(costs)}; `);
    this.put(body.span.end, ' }', true);
  }

  private block(body: Node, costs: boolean): void {
    this.put(body.span.start + 1, ` ${this.count(costs)};`);
  }

  private expression(body: Node): void {
    this.put(body.span.start, `(${this.count(false)}, (`);
    this.put(body.span.end, '))', true);
  }

  private arrow(body: Node): void {
    if (isBlock(body)) {
      this.block(body, true);
      return;
    }
    // Parentheses around the body belong to it here, as in the text.
    this.put(body.span.start, `(${this.count(true)}, (`);
    this.put(body.span.end, '))', true);
  }

  /** swc gives the function of a method no type of its own. */
  private method(node: Node): void {
    const body = (node['function'] as { body?: unknown }).body;
    if (isNode(body)) this.block(body, true);
  }

  private case(node: Node): void {
    const [first] = node['consequent'] as Node[];
    if (first !== undefined) this.put(first.span.start, `${this.count(false)}; `);
  }

  private count(costs: boolean): string {
    const counter = `__h[${this.next++}]++`;
    return costs ? `${counter}, --__p.fuel < 0 && __p.out()` : counter;
  }

  /** An inner node ends before an outer one that ends there too, and an outer node begins before an inner one. */
  private put(at: number, text: string, ends = false): void {
    this.order++;
    this.found.push({ at: at - 1, order: ends ? -this.order : this.order, text });
  }
}

/** Nodes with statements in braces: blocks and the bodies of functions. swc has two types for them. */
function isBlock(node: Node): boolean {
  return Array.isArray(node['stmts']);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}
