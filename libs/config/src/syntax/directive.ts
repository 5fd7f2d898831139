import type { Source, Span } from '../diagnostics/position.ts';
import type { Row } from '../directives/row.ts';
import type { Token } from './lexer.ts';

/** One directive as written. */
export interface Directive {
  readonly source: Source;
  readonly name: Token;
  readonly args: readonly Token[];
  /** The directives inside `{ }`; null where there is no block (or one that was skipped). */
  readonly block: readonly Directive[] | null;
  /** Its row in the table; after a misspelling the row that was meant; null when nothing fits. */
  readonly row: Row | null;
  /** False when its end was missing: counting its arguments again would report one mistake twice. */
  readonly sound: boolean;
}

/** The span of one word of a directive: 0 is its first argument, -1 its name. */
export function wordSpan(directive: Directive, index: number): Span {
  const token = directive.args[index] ?? directive.name;
  return { source: directive.source, start: token.start, end: token.end };
}
