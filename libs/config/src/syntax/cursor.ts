import type { Token } from './lexer.ts';

/** A place in a list of tokens. It never runs past the `end` token. */
export class Cursor {
  readonly #tokens: readonly Token[];
  #index = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#index + ahead, this.#tokens.length - 1)];
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.#index += 1;
    return token;
  }

  /** Steps over a whole `{ ... }`, however deep. The cursor stands on its `{`. Returns the `}`, or `end`. */
  skipBlock(): Token {
    let depth = 0;
    for (;;) {
      const token = this.next();
      if (token.kind === '{') depth += 1;
      else if (token.kind === '}') depth -= 1;
      if (depth === 0 || token.kind === 'end') return token;
    }
  }
}
