/** The two digits of each byte, in upper case as nginx writes them. */
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).toUpperCase().padStart(2, '0'),
);

/** Characters that a log must escape. On a new string of 100 characters this takes half the time of a loop. */
const UNSAFE = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;

function isUnsafe(code: number): boolean {
  return code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c;
}

/**
 * Escapes a client's text as nginx's combined format does: quotes, backslashes, controls and bytes from 0x7F on become
 * `\xHH`. A character above 0xFF becomes the bytes of its UTF-8 form. The result is ASCII.
 */
export function escapeHex(text: string): string {
  if (!UNSAFE.test(text)) return text;
  let out = '';
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0xff) {
      const point = text.codePointAt(at) ?? code;
      const character = String.fromCodePoint(point);
      for (const byte of Buffer.from(character)) out += `\\x${HEX[byte]}`;
      if (point > 0xffff) at++;
    } else if (isUnsafe(code)) out += `\\x${HEX[code]}`;
    else out += text[at];
  }
  return out;
}

/**
 * Escapes a text for the inside of a JSON string. The result is ASCII: everything else becomes `\uHHHH`, so a byte that
 * is not UTF-8 is kept in the file.
 */
export function escapeJson(text: string): string {
  if (!UNSAFE.test(text)) return text;
  let out = '';
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22 || code === 0x5c) out += `\\${text[at]}`;
    else if (code < 0x20 || code > 0x7e) out += `\\u${HEX[code >> 8]}${HEX[code & 0xff]}`;
    else out += text[at];
  }
  return out;
}

/** Most characters that a client's text takes in a line, escaped. */
const FIELD_MAX = 1024;

/**
 * Returns the escape with its results cut at `FIELD_MAX`. A head of the largest size, escaped, would be a line of 64
 * KiB, and a few thousand of these would push all others out of the buffer. A cut text ends with `...(N)`, N being its
 * length before.
 */
export function cutting(encode: (text: string) => string): (text: string) => string {
  return (text) => {
    const escaped = encode(text.length > FIELD_MAX ? text.slice(0, FIELD_MAX) : text);
    if (text.length <= FIELD_MAX && escaped.length <= FIELD_MAX) return escaped;
    return `${escaped.slice(0, lastWhole(escaped))}...(${text.length})`;
  };
}

/** Returns the end of the last whole escape or character that has room. */
function lastWhole(escaped: string): number {
  let at = 0;
  for (;;) {
    const kind = escaped[at] === '\\' ? escaped[at + 1] : '';
    const next = at + (kind === '' ? 1 : kind === 'x' ? 4 : kind === 'u' ? 6 : 2);
    if (next > FIELD_MAX || next > escaped.length) return at;
    at = next;
  }
}

/** A longer text is escaped each time, so that the memory of a cache stays small whatever clients send. */
const LONGEST_KEPT = 512;
/** Sets of the cache, and texts in a set. */
const SETS = 128;
const WAYS = 4;

/**
 * Remembers the results of an escape for texts that come again and again: a browser's name, the page that linked here.
 *
 * Looking at each character of a User-Agent costs more than all the rest of the line. Comparing it with the text that
 * was seen before costs almost nothing. The length of a text and some of its characters select its set. Within the set,
 * new texts replace the others in turn.
 */
export class EscapeCache<T extends string | object> {
  private readonly encode: (text: string) => T;
  private readonly raw: string[] = new Array<string>(SETS * WAYS).fill('');
  private readonly escaped: T[];
  /** The last text. It comes again more often than any other. */
  private last = '';
  private lastEscaped: T;
  private turn = 0;

  /** @param encode the escape, or a function that makes more of the escaped text */
  constructor(encode: (text: string) => T) {
    this.encode = encode;
    this.lastEscaped = encode('');
    this.escaped = new Array<T>(SETS * WAYS).fill(this.lastEscaped);
  }

  get(text: string): T {
    if (text === this.last) return this.lastEscaped;
    if (text.length > LONGEST_KEPT) return this.encode(text);
    const escaped = this.find(text);
    this.last = text;
    this.lastEscaped = escaped;
    return escaped;
  }

  private find(text: string): T {
    const { raw } = this;
    const first = setOf(text);
    for (let at = first; at < first + WAYS; at++) {
      if (raw[at] !== text) continue;
      const known = this.escaped[at];
      if (known !== undefined) return known;
    }
    const escaped = this.encode(text);
    const at = first + (this.turn++ & (WAYS - 1));
    raw[at] = text;
    this.escaped[at] = escaped;
    return escaped;
  }
}

/** Returns the first place of the text's set. */
function setOf(text: string): number {
  const { length } = text;
  let hash = length;
  // The stride divides none of the usual distances, so it meets version numbers and file names by chance.
  for (let at = length - 1; at >= 0; at -= 13) hash = (hash * 31 + text.charCodeAt(at)) | 0;
  return ((hash ^ (hash >>> 7)) & (SETS - 1)) * WAYS;
}
