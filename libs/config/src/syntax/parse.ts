// Turns tokens into a tree of directives, without I/O. The parser knows the table: without the names that are allowed
// here it could not tell a missing `;` from one more argument. After a problem it goes on. It reports a missing sign
// at the place where a person would put it.

import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import type { Source } from '../diagnostics/position.ts';
import type { Context, Row } from '../directives/row.ts';
import { findRow, rowIn } from '../directives/table.ts';
import { meaningOf } from '../directives/unknown-name.ts';
import { Cursor } from './cursor.ts';
import type { Directive } from './directive.ts';
import { lex, type Token } from './lexer.ts';

/** An open block: the name of its directive, and the token that a report shows if the block is never closed. */
interface Opener {
  readonly name: Token;
  readonly at: Token;
}

const NO_TOKENS: readonly Token[] = [];

/** Parses one text as the inside of `context`. */
export function parse(source: Source, context: Context, problems: Problems): Directive[] {
  return new Parser(source, problems).statements([context], null);
}

class Parser {
  readonly #source: Source;
  readonly #problems: Problems;
  readonly #cursor: Cursor;
  /**
   * The number of `}` (positive) or `{` (negative) that the whole text has too many. It decides what a stray sign
   * means.
   */
  #surplus = 0;

  constructor(source: Source, problems: Problems) {
    this.#source = source;
    this.#problems = problems;
    const tokens = lex(source, problems);
    for (let at = 0; at < tokens.length; at += 1) {
      const { kind } = tokens[at];
      if (kind === '}') this.#surplus += 1;
      else if (kind === '{') this.#surplus -= 1;
    }
    this.#cursor = new Cursor(tokens);
  }

  /** Reads up to the `}` that closes `opener`, or to the end. `contexts` holds the open contexts, innermost first. */
  statements(contexts: readonly Context[], opener: Opener | null): Directive[] {
    const out: Directive[] = [];
    for (;;) {
      const token = this.#cursor.peek();
      if (token.kind === 'end') {
        if (opener !== null) this.#unclosed(opener);
        return out;
      }
      if (token.kind === '}') {
        if (opener !== null && !this.#isStray(contexts)) {
          this.#cursor.next();
          return out;
        }
        this.#surplus -= 1;
        this.#unexpected('this "}" closes nothing');
      } else if (token.kind === ';') this.#unexpected('there is no directive before this ";"');
      else if (token.kind === '{') {
        this.#error('unexpected-token', token, 'this "{" belongs to no directive', 'the name of a directive');
        this.#cursor.skipBlock();
      } else if (opener !== null && this.#surplus < 0 && this.#belongsOutside(token, contexts)) {
        this.#surplus += 1;
        this.#unclosed(opener);
        return out;
      } else out.push(this.#statement(contexts));
    }
  }

  /** There is a `}` too many, and the next name is allowed only inside this block: so the block is not over. */
  #isStray(contexts: readonly Context[]): boolean {
    const after = this.#cursor.peek(1);
    if (this.#surplus <= 0 || after.kind !== 'word') return false;
    return rowIn(contexts[0], after.text) !== null && rowIn(contexts[1] ?? 'main', after.text) === null;
  }

  /** There is a `}` too few, and a block begins that is allowed only further out: so this block should have ended. */
  #belongsOutside(token: Token, contexts: readonly Context[]): boolean {
    const row = findRow(token.text);
    if (row === null || row.block === null || token.quoted || rowIn(contexts[0], token.text) !== null)
      return false;
    return row.contexts.some((context) => contexts.includes(context));
  }

  #statement(contexts: readonly Context[]): Directive {
    const context = contexts[0];
    const name = this.#cursor.next();
    const { row, valid } = this.#resolve(name, context);
    const args: Token[] = [];
    let last = name;
    for (;;) {
      const token = this.#cursor.peek();
      if (token.kind === ';') {
        this.#cursor.next();
        const needsBlock = row !== null && row.block !== null;
        if (needsBlock) {
          this.#error('missing-block', token, `${quoted(row.name)} needs a block`, '"{"');
        }
        return this.#directive(name, args, null, row, !needsBlock);
      }
      if (token.kind === '{') return this.#block(name, args, row, valid, contexts);
      if (token.kind === 'word' && !this.#endsBefore(token, last, args.length, row, context)) {
        args.push(this.#cursor.next());
        last = token;
        continue;
      }
      return this.#unended(name, args, last, row, valid, contexts);
    }
  }

  /**
   * Whether `token` begins the next directive although there was no `;`. It is on a new line or is one argument too
   * many, and its name is allowed here. On a new line it also begins one if the directive takes no more arguments.
   */
  #endsBefore(token: Token, last: Token, count: number, row: Row | null, context: Context): boolean {
    if (token.quoted) return false;
    const newLine = token.line > last.line;
    // Nobody puts the few words of a row such as `listen` on lines of their own. Of blocks, `=` alone takes another word.
    const few = (newLine && row?.each === true) || (row?.block != null && last.text !== '=');
    const full = row !== null && count >= (few ? row.min : row.max);
    if (!newLine && !full) return false;
    if (newLine && full) return true;
    return (
      rowIn(row?.block ?? context, token.text) !== null || (newLine && rowIn(context, token.text) !== null)
    );
  }

  /** Reports that the sign which ends the directive is missing, at the place where it should be. */
  #unended(
    name: Token,
    args: Token[],
    last: Token,
    row: Row | null,
    valid: boolean,
    contexts: readonly Context[],
  ): Directive {
    const next = this.#cursor.peek();
    const lacks = row !== null && args.length < row.min ? `${row.usage} and ` : '';
    const at = { start: last.end, end: last.end + 1 };
    if (row !== null && row.block !== null) {
      this.#error('missing-block', at, `${quoted(name.text)} needs a block`, `${lacks}"{"`);
      const inside = next.kind === 'word' && rowIn(row.block, next.text) !== null;
      if (!inside || !valid) return this.#directive(name, args, null, row, false);
      this.#surplus -= 1;
      const inner = this.statements([row.block, ...contexts], { name, at: name });
      return this.#directive(name, args, inner, row, lacks === '');
    }
    this.#error('missing-semicolon', at, `${quoted(name.text)} does not end with ";"`, `${lacks}";"`);
    return this.#directive(name, args, null, row, false);
  }

  #block(
    name: Token,
    args: Token[],
    row: Row | null,
    valid: boolean,
    contexts: readonly Context[],
  ): Directive {
    const open = this.#cursor.peek();
    if (row === null || row.block === null || !valid) {
      if (row !== null && row.block === null) {
        const expected = '";" (a word that holds "{" needs quotes)';
        this.#error('unexpected-block', open, `${quoted(row.name)} takes no block`, expected);
      }
      // The content of a block that is not allowed could mean anything, so it is skipped.
      if (this.#cursor.skipBlock().kind === 'end') this.#unclosed({ name, at: open });
      return this.#directive(name, args, null, row, false);
    }
    this.#cursor.next();
    const inner = this.statements([row.block, ...contexts], { name, at: open });
    return this.#directive(name, args, inner, row, true);
  }

  /** Finds the row of a name. It reports an unknown name, and reads it as the one that was probably meant. */
  #resolve(name: Token, context: Context): { row: Row | null; valid: boolean } {
    const here = rowIn(context, name.text);
    if (here !== null) return { row: here, valid: true };
    const elsewhere = findRow(name.text);
    if (elsewhere !== null) {
      const where = elsewhere.contexts.map(contextName).join(' or ');
      const message = `${quoted(name.text)} is not allowed ${contextPlace(context)}`;
      this.#error('wrong-context', name, message, `a place ${where}`);
      return { row: elsewhere, valid: false };
    }
    if (context === 'types') {
      this.#error(
        'unknown-directive',
        name,
        `${quoted(name.text)} is not a MIME type`,
        'type/subtype, such as text/html',
      );
      return { row: null, valid: false };
    }
    const { expected, meant } = meaningOf(name.text, context);
    const message = `unknown directive ${quoted(name.text)}`;
    const source = this.#source;
    const hints = { suggestion: meant?.name ?? null, expected };
    this.#problems.error('unknown-directive', { source, start: name.start, end: name.end }, message, hints);
    const fits = meant?.contexts.includes(context) ?? false;
    return { row: meant !== null && fits && !meant.alias.includes(name.text) ? meant : null, valid: fits };
  }

  #directive(
    name: Token,
    args: readonly Token[],
    block: Directive[] | null,
    row: Row | null,
    sound: boolean,
  ): Directive {
    // A list that has grown has room for sixteen more, and a config of thousands of servers has many short ones.
    const own = args.length === 0 ? NO_TOKENS : args.slice();
    return { source: this.#source, name, args: own, block: block?.slice() ?? null, row, sound };
  }

  #unclosed({ name, at }: Opener): void {
    this.#error('unclosed-block', at, `the block of ${quoted(name.text)} is never closed`, '"}"');
  }

  #unexpected(message: string): void {
    const token = this.#cursor.next();
    this.#error('unexpected-token', token, message, 'the name of a directive');
  }

  #error(
    code: Parameters<Problems['error']>[0],
    at: { start: number; end: number },
    message: string,
    expected: string,
  ): void {
    this.#problems.error(code, { source: this.#source, start: at.start, end: at.end }, message, { expected });
  }
}

function contextPlace(context: Context): string {
  return context === 'main' ? 'on the main level' : `inside ${context}`;
}

function contextName(context: Context): string {
  return context === 'main' ? 'on the main level' : `inside "${context} { }"`;
}
