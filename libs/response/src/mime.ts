import { MIME_TABLE } from './mime-table.ts';

/** An extension that was asked for and is known. Those with the same hash hang behind each other. */
class Extension {
  readonly text: string;
  readonly contentType: string;
  readonly next: Extension | null;

  constructor(text: string, contentType: string, next: Extension | null) {
    this.text = text;
    this.contentType = contentType;
    this.next = next;
  }
}

const HASH_MASK = 0x3fffffff;

/**
 * The Content-Type of a file by its name: the table of the mime-types library under the server's own types.
 *
 * The table is one text, searched at the first question for an extension and never turned into an index, so that
 * a server starts without paying for a thousand types. What was found is remembered (what was not is not, or
 * names could fill the memory). A lookup reads the name backwards to its last dot and hashes on the way; the
 * second one for an extension makes no string.
 */
export class MimeTypes {
  private readonly overrides = new Map<string, string>();
  private readonly fallback: string;
  private readonly known = new Map<number, Extension>();

  /**
   * @param overrides extension (with or without its dot) -> media type, before the table
   * @param fallback the type of a file whose extension is not known
   */
  constructor(overrides: ReadonlyMap<string, string> = new Map(), fallback = 'application/octet-stream') {
    for (const [extension, type] of overrides) {
      this.overrides.set(extension.slice(extension.startsWith('.') ? 1 : 0).toLowerCase(), type);
    }
    this.fallback = withCharset(fallback);
  }

  /** The Content-Type value for a file name or path, charset included. A name that only begins with a dot has no extension. */
  contentType(fileName: string): string {
    let hash = 0;
    for (let at = fileName.length - 1; at > 0; at--) {
      const c = fileName.charCodeAt(at);
      if (c === 0x2f) break;
      if (c === 0x2e) {
        if (fileName.charCodeAt(at - 1) === 0x2f) break;
        return this.resolve(hash, fileName, at + 1);
      }
      hash = step(hash, c);
    }
    return this.fallback;
  }

  private resolve(hash: number, fileName: string, start: number): string {
    const first = this.known.get(hash) ?? null;
    for (let candidate = first; candidate !== null; candidate = candidate.next) {
      if (endsWithFolded(fileName, start, candidate.text)) return candidate.contentType;
    }
    const text = fileName.slice(start);
    // Beyond ASCII toLowerCase and the hash fold differently, and no registered extension goes there.
    if (!EXTENSION.test(text)) return this.fallback;
    const extension = text.toLowerCase();
    const type = this.overrides.get(extension) ?? findType(extension);
    if (type === undefined) return this.fallback;
    const contentType = withCharset(type);
    this.known.set(hash, new Extension(extension, contentType, first));
    return contentType;
  }
}

/** What an extension may consist of; spaces above all may not, for they part the words of the table. */
const EXTENSION = /^[\x21-\x7e]+$/;

/** The type of a lower-case extension in the table: the last word with a slash before it. */
function findType(extension: string): string | undefined {
  let at = MIME_TABLE.indexOf(extension);
  while (at >= 0) {
    const end = at + extension.length;
    if (isBlank(at - 1) && isBlank(end)) {
      let start = MIME_TABLE.lastIndexOf('/', at);
      const stop = wordEnd(start);
      while (!isBlank(start - 1)) start--;
      return MIME_TABLE.slice(start, stop);
    }
    at = MIME_TABLE.indexOf(extension, end);
  }
  return undefined;
}

function wordEnd(from: number): number {
  let at = from;
  while (!isBlank(at)) at++;
  return at;
}

function isBlank(at: number): boolean {
  const c = MIME_TABLE.charCodeAt(at);
  return c === 0x20 || c === 0x0a;
}

/** The table: extension without dot -> media type without parameters. A new map at each call. */
export function defaultTypes(): Map<string, string> {
  const types = new Map<string, string>();
  let type = '';
  for (const word of MIME_TABLE.split(/\s+/)) {
    if (word.includes('/')) type = word;
    else if (word !== '') types.set(word, type);
  }
  return types;
}

/** The types that are text although they do not say so: scripts, JSON and XML, by name or by structured suffix (RFC 6839). */
const TEXT_TYPE =
  /^(text\/.*|application\/(javascript|ecmascript|json|json5|xml|xml-dtd)|[^/]+\/[^/]+\+(json|xml))$/i;

/** `type` with `; charset=utf-8` where it is text and names no parameter of its own. */
export function withCharset(type: string): string {
  return TEXT_TYPE.test(type) && !type.includes(';') ? `${type}; charset=utf-8` : type;
}

function step(hash: number, c: number): number {
  const folded = c >= 0x41 && c <= 0x5a ? c + 32 : c;
  return (Math.imul(hash, 31) + folded) & HASH_MASK;
}

function endsWithFolded(name: string, start: number, text: string): boolean {
  if (name.length - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) {
    const c = name.charCodeAt(start + i);
    if ((c >= 0x41 && c <= 0x5a ? c + 32 : c) !== text.charCodeAt(i)) return false;
  }
  return true;
}
