// Turns a text into tokens, without I/O. A quoted string ends on the line that it begins on. So a forgotten quote costs
// one line and is reported where it opens, and does not take the file up to the next quote.

import type { Problems } from '../diagnostics/diagnostic.ts';
import type { Source } from '../diagnostics/position.ts';

type TokenKind = 'word' | '{' | '}' | ';' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** The value of a word after its escapes, or the character of another token. `end` has none. */
  readonly text: string;
  /** UTF-16 offsets into the source. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly quoted: boolean;
  /** Whether a problem inside it was reported. Then nothing checks its value. */
  readonly faulty: boolean;
}

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const DOUBLE = 0x22;
const HASH = 0x23;
const SINGLE = 0x27;
const SEMICOLON = 0x3b;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** The characters that may follow a backslash, and what each escape stands for. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ...[...'\\\'" ;{}#'].map((self): [string, string] => [self, self]),
]);
const ESCAPES_EXPECTED = String.raw`one of \\ \" \' \n \t \r, or \ before a space, ";", "{", "}" or "#"`;

/** The words before a pattern in other servers, and the directives that take a pattern there. */
const MODIFIER = /^(?:!?~\*?|=|\^~)$/;
const TAKES_PATTERN = /^(?:location|server_name)$/;

/** Splits a text into tokens. The last token is always `end`. Problems are reported and skipped. */
export function lex(source: Source, problems: Problems): Token[] {
  return new Lexer(source, problems).run();
}

class Lexer {
  readonly #source: Source;
  readonly #text: string;
  readonly #problems: Problems;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  /** Whether the current word has a problem. */
  #faulty = false;

  constructor(source: Source, problems: Problems) {
    this.#source = source;
    this.#text = source.text;
    this.#problems = problems;
  }

  run(): Token[] {
    const text = this.#text;
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1;
    while (this.#at < text.length) {
      const code = text.charCodeAt(this.#at);
      if (code === NEWLINE) {
        this.#line += 1;
        this.#at += 1;
      } else if (code === SPACE || code === TAB || code === RETURN) this.#at += 1;
      else if (code === HASH) this.#comment();
      else if (code === SEMICOLON) this.#mark(';');
      else if (code === OPEN) this.#mark('{');
      else if (code === CLOSE) this.#mark('}');
      else if (code === DOUBLE || code === SINGLE) this.#quotedWord(code);
      else if (isForeign(code)) this.#foreign();
      else this.#bareWord();
    }
    this.#push('end', '', text.length, text.length, false);
    return this.#tokens;
  }

  #push(kind: TokenKind, text: string, start: number, end: number, isQuoted: boolean): void {
    this.#tokens.push({ kind, text, start, end, line: this.#line, quoted: isQuoted, faulty: this.#faulty });
    this.#faulty = false;
  }

  #mark(kind: '{' | '}' | ';'): void {
    this.#push(kind, kind, this.#at, this.#at + 1, false);
    this.#at += 1;
  }

  #comment(): void {
    const newline = this.#text.indexOf('\n', this.#at);
    this.#at = newline < 0 ? this.#text.length : newline;
  }

  /** Invisible characters come with text from a web page. A run of them is reported once. */
  #foreign(): void {
    const start = this.#at;
    const first = this.#text.charCodeAt(start);
    while (this.#at < this.#text.length && isForeign(this.#text.charCodeAt(this.#at))) this.#at += 1;
    this.#report('invalid-character', start, this.#at, `invisible or control character ${codePoint(first)}`, {
      expected: 'plain spaces between words',
    });
    this.#faulty = false;
  }

  #bareWord(): void {
    const text = this.#text;
    const start = this.#at;
    let value = '';
    let copied = start;
    let quoteAt = -1;
    for (; this.#at < text.length; this.#at += 1) {
      const code = text.charCodeAt(this.#at);
      if (endsWord(code)) {
        if (!isControl(code) || code === RETURN) break;
        this.#control(code);
      } else if (code === DOUBLE || code === SINGLE) {
        if (quoteAt < 0) quoteAt = this.#at;
      } else if (code === BACKSLASH) {
        value += text.slice(copied, this.#at) + this.#escape(start);
        copied = this.#at + 1;
      }
    }
    value += text.slice(copied, this.#at);
    if (isCurlyQuote(text.charCodeAt(start))) {
      this.#report('invalid-character', start, this.#at, 'a typographic quote does not begin a quoted word', {
        expected: 'a plain quote, " or \'',
      });
    }
    if (quoteAt >= 0) {
      this.#report('quote-inside-word', quoteAt, quoteAt + 1, 'a quote inside a word', {
        expected: 'quotes around the whole word, or a backslash before the quote',
      });
    }
    this.#push('word', value, start, this.#at, false);
  }

  #quotedWord(quote: number): void {
    const text = this.#text;
    const start = this.#at;
    let value = '';
    this.#at += 1;
    let copied = this.#at;
    for (; this.#at < text.length; this.#at += 1) {
      const code = text.charCodeAt(this.#at);
      if (code === NEWLINE) break;
      if (code === BACKSLASH) {
        value += text.slice(copied, this.#at) + this.#escape(start + 1);
        copied = this.#at + 1;
      } else if (code === quote) {
        value += text.slice(copied, this.#at);
        this.#at += 1;
        this.#push('word', value, start, this.#at, true);
        this.#afterQuote();
        return;
      } else if (isControl(code) && !(code === RETURN && text.charCodeAt(this.#at + 1) === NEWLINE)) {
        this.#control(code);
      }
    }
    this.#unclosed(start, quote);
  }

  #control(code: number): void {
    this.#report('invalid-character', this.#at, this.#at + 1, `control character ${codePoint(code)}`, {
      expected: 'printable text (line ends and tabs are written \\n, \\r and \\t)',
    });
  }

  #afterQuote(): void {
    const code = this.#text.charCodeAt(this.#at);
    if (this.#at >= this.#text.length || endsWord(code)) return;
    this.#report('missing-space', this.#at, this.#at + 1, 'text directly after a closing quote', {
      expected: 'a space or ";"',
    });
    this.#faulty = false;
  }

  /** Ends the word at the first `;` of the line, so that one forgotten quote is one problem. */
  #unclosed(start: number, quote: number): void {
    const lineEnd = this.#at;
    const semicolon = this.#text.indexOf(';', start);
    let end = semicolon >= 0 && semicolon < lineEnd ? semicolon : lineEnd;
    while (end > start + 1 && this.#text.charCodeAt(end - 1) <= SPACE) end -= 1;
    const sign = String.fromCharCode(quote);
    this.#report('unclosed-quote', start, end, `the quote ${sign} is not closed on its line`, {
      expected: sign,
    });
    this.#push('word', this.#text.slice(start + 1, end), start, end, true);
    this.#at = end;
  }

  /**
   * Reads the escape at the cursor, and leaves the cursor on its last character. Returns what the escape stands for.
   * @param start the start of the word, after its quote
   */
  #escape(start: number): string {
    const next = this.#text[this.#at + 1];
    const value = next === undefined ? undefined : ESCAPES.get(next);
    if (value !== undefined) {
      this.#at += 1;
      return value;
    }
    if (this.#isPattern(start)) return '\\';
    const seen = next === undefined || next === '\n' || next === '\r' ? 1 : 2;
    this.#report('invalid-escape', this.#at, this.#at + seen, 'this escape has no meaning', {
      expected: ESCAPES_EXPECTED,
    });
    return '\\';
  }

  /**
   * A user of another server has to learn that there are no patterns, not that an escape in a pattern has no meaning.
   */
  #isPattern(start: number): boolean {
    const before = this.#tokens.at(-1)?.text ?? '';
    if (MODIFIER.test(before)) return true;
    return TAKES_PATTERN.test(before) && /^!?~/.test(this.#text.slice(start, start + 2));
  }

  #report(
    code: Parameters<Problems['error']>[0],
    start: number,
    end: number,
    message: string,
    hints: { expected: string },
  ): void {
    this.#faulty = true;
    this.#problems.error(code, { source: this.#source, start, end }, message, hints);
  }
}

function endsWord(code: number): boolean {
  return (
    code === SPACE ||
    code === NEWLINE ||
    code === TAB ||
    code === RETURN ||
    code === SEMICOLON ||
    code === OPEN ||
    code === CLOSE ||
    isForeign(code)
  );
}

/**
 * Control characters, and characters that look like a space but separate nothing. U+200C and U+200D are allowed,
 * because they join letters in real file names.
 */
function isForeign(code: number): boolean {
  if (code < 0x7f) return isControl(code) && code !== RETURN;
  return (
    (code >= 0x7f && code <= 0xa0) ||
    (code >= 0x2000 && code <= 0x200b) ||
    code === 0x200e ||
    code === 0x200f ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x2060 ||
    code === 0x3000 ||
    code === 0xfeff
  );
}

function isCurlyQuote(code: number): boolean {
  return code === 0x2018 || code === 0x2019 || code === 0x201c || code === 0x201d;
}

function isControl(code: number): boolean {
  return (code < SPACE && code !== TAB && code !== NEWLINE) || code === 0x7f;
}

function codePoint(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
