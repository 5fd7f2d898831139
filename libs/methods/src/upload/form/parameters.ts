/** A field value `word; name=value; name="value"`, such as that of Content-Type and Content-Disposition. */
interface Parametered {
  /** Lower-case. */
  readonly word: string;
  /** By lower-case name. Quoted values come without quotes and escapes. */
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const WORD = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:\/[!#$%&'*+\-.^_`|~0-9A-Za-z]+)?/y;
const BLANKS = /[ \t]*/y;
/** Any byte but controls, DEL and the quote; a backslash escapes the next character (RFC 9110 section 5.6.4). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the tab is the one control that may stand in a quoted string
const QUOTED = /"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x08\x0a-\x1f\x7f])*)"/y;

/**
 * Reads such a value (RFC 9110 section 5.6.6). Returns null if it is malformed, or names a parameter twice: two readers
 * could then understand it differently.
 * @param value one character per byte
 */
export function parseParameters(value: string): Parametered | null {
  const word = match(WORD, value, skip(value, 0));
  if (word === null) return null;
  const parameters = new Map<string, string>();
  let at = skip(value, WORD.lastIndex);
  while (at < value.length) {
    if (value[at] !== ';') return null;
    at = skip(value, at + 1);
    // An empty parameter, as in `a; ; b=c`, is allowed.
    if (at === value.length || value[at] === ';') continue;
    const name = match(TOKEN, value, at)?.toLowerCase();
    if (name === undefined || parameters.has(name) || value[TOKEN.lastIndex] !== '=') return null;
    const start = TOKEN.lastIndex + 1;
    const content = match(TOKEN, value, start);
    if (content !== null) {
      parameters.set(name, content);
      at = skip(value, TOKEN.lastIndex);
    } else {
      QUOTED.lastIndex = start;
      const quoted = QUOTED.exec(value);
      if (quoted === null) return null;
      const raw = quoted[1];
      parameters.set(name, name === 'filename' ? unquoteFileName(raw) : unquote(raw));
      at = skip(value, QUOTED.lastIndex);
    }
  }
  return { word: word.toLowerCase(), parameters };
}

/** Returns the content of a quoted string: a backslash is removed, the character after it stays (RFC 9110 section 5.6.4). */
function unquote(quoted: string): string {
  return quoted.replace(/\\(.)/g, '$1');
}

/**
 * In a file name a backslash escapes only quotes and itself. Old clients send a whole Windows path in `filename`, and
 * escape none of its backslashes.
 */
function unquoteFileName(quoted: string): string {
  return quoted.replace(/\\(["\\])/g, '$1');
}

function match(pattern: RegExp, value: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(value)?.[0] ?? null;
}

function skip(value: string, at: number): number {
  BLANKS.lastIndex = at;
  BLANKS.exec(value);
  return BLANKS.lastIndex;
}
