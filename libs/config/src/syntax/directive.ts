import type { Source, Span } from '../diagnostics/position.ts';
import type { Row } from '../directives/row.ts';
import type { Token } from './lexer.ts';

/** One directive as a config writes it. */
export interface Directive {
  readonly source: Source;
  readonly name: Token;
  readonly args: readonly Token[];
  /** The directives inside `{ }`. Null if there is no block, or if it was skipped. */
  readonly block: readonly Directive[] | null;
  /** Its row in the table. For a misspelt name it is the row that was probably meant, or null. */
  readonly row: Row | null;
  /** False if its end is missing. A check of its arguments would then report one mistake twice. */
  readonly sound: boolean;
}

/** Returns the span of one word of a directive: 0 is its first argument, -1 is its name. */
export function wordSpan(directive: Directive, index: number): Span {
  const token = directive.args[index] ?? directive.name;
  return { source: directive.source, start: token.start, end: token.end };
}
