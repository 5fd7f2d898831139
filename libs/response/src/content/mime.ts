import type { ContentCoding } from './content-coding.ts';
import { MIME_TABLE } from './mime-table.ts';

/** A known extension that was looked up. Extensions with the same hash form a list. */
class Extension {
  readonly text: string;
  readonly contentType: string;
  readonly coding: ContentCoding | '';
  readonly next: Extension | null;

  constructor(text: string, contentType: string, coding: ContentCoding | '', next: Extension | null) {
    this.text = text;
    this.contentType = contentType;
    this.coding = coding;
    this.next = next;
  }
}

const HASH_MASK = 0x3fffffff;

/**
 * Extensions that imply a content coding beside a type. `.gz` and the like are not among them: `a.tar.gz` is an archive
 * of the type application/gzip, and stays as it is.
 */
const CODED: ReadonlyMap<string, ContentCoding> = new Map([['svgz', 'gzip']]);

/**
 * Gives the Content-Type of a file by its name: from the server's own types, then from the table of the mime-types
 * library. A few extensions also imply a content coding.
 *
 * The table is one text, searched at the first lookup of an extension. It is never turned into an index, so a start
 * does not pay for a thousand types. A found extension is remembered. An unknown one is not, or names could fill the
 * memory. A lookup reads the name backwards to its last dot and hashes on the way. The second lookup of an extension
 * makes no string.
 */
export class MimeTypes {
  private readonly overrides = new Map<string, string>();
  private readonly fallback: string;
  private readonly charset: string | null;
  private readonly known = new Map<number, Extension>();
  /** The name that was looked up last: a caller asks for the type of a file and then for its coding. */
  private lastName = '';
  private last: Extension | null = null;

  /**
   * @param overrides extension (with or without its dot) -> media type; they go before the table
   * @param fallback the type of a file with an unknown extension
   * @param charset the charset of text whose type does not name one; null adds none
   */
  constructor(
    overrides: ReadonlyMap<string, string> = new Map(),
    fallback = 'application/octet-stream',
    charset: string | null = 'utf-8',
  ) {
    this.charset = charset;
    for (const [extension, type] of overrides) {
      this.overrides.set(extension.slice(extension.startsWith('.') ? 1 : 0).toLowerCase(), type);
    }
    this.fallback = withCharset(fallback, charset);
  }

  /** Returns the Content-Type of a file name or path, with its charset. A dot at the start begins no extension. */
  contentType(fileName: string): string {
    return this.find(fileName)?.contentType ?? this.fallback;
  }

  /**
   * Returns the coding of a file of this name, `''` for none. The coding belongs to the table's type: an extension with
   * another type here has none.
   */
  contentCoding(fileName: string): ContentCoding | '' {
    return this.find(fileName)?.coding ?? '';
  }

  private find(fileName: string): Extension | null {
    if (fileName !== this.lastName) {
      this.last = this.search(fileName);
      this.lastName = fileName;
    }
    return this.last;
  }

  private search(fileName: string): Extension | null {
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
    return null;
  }

  private resolve(hash: number, fileName: string, start: number): Extension | null {
    const first = this.known.get(hash) ?? null;
    for (let candidate = first; candidate !== null; candidate = candidate.next) {
      if (endsWithFolded(fileName, start, candidate.text)) return candidate;
    }
    const text = fileName.slice(start);
    // Beyond ASCII, toLowerCase and the hash fold differently. No registered extension has such characters.
    if (!EXTENSION.test(text)) return null;
    const extension = text.toLowerCase();
    const type = this.overrides.get(extension) ?? findType(extension);
    if (type === undefined) return null;
    const found = new Extension(extension, withCharset(type, this.charset), codingOf(extension, type), first);
    this.known.set(hash, found);
    return found;
  }
}

function codingOf(extension: string, type: string): ContentCoding | '' {
  const coding = CODED.get(extension);
  return coding !== undefined && essence(type) === findType(extension) ? coding : '';
}

/** Returns a media type without its parameters, in lower case. */
function essence(type: string): string {
  const end = type.indexOf(';');
  return (end < 0 ? type : type.slice(0, end)).trim().toLowerCase();
}

/** The characters of an extension. Spaces are not among them, because they separate the words of the table. */
const EXTENSION = /^[\x21-\x7e]+$/;

/** Returns the type of a lower-case extension in the table: the last word with a slash before it. */
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

/** Types that are text: `text/*`, and scripts, JSON and XML, by name or by structured suffix (RFC 6839). */
const TEXT_TYPE =
  /^(text\/.*|application\/(javascript|ecmascript|json|json5|xml|xml-dtd)|[^/]+\/[^/]+\+(json|xml))$/i;

/** JSON is UTF-8, whatever the rest of a site is (RFC 8259, section 8.1). */
const JSON_TYPE = /[/+]json5?$/;
const CHARSET = /;[ \t]*charset=/i;

/** Adds the charset as a parameter to a type that is text and names none itself. */
export function withCharset(type: string, charset: string | null = 'utf-8'): string {
  const bare = essence(type);
  if (charset === null || !TEXT_TYPE.test(bare) || CHARSET.test(type)) return type;
  return JSON_TYPE.test(bare) && charset.toLowerCase() !== 'utf-8' ? type : `${type}; charset=${charset}`;
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

/** The media types of one site's locations. Locations with the same table of types, charset and default share one `MimeTypes`. */
export class MimeTables {
  private readonly known = new Map<ReadonlyMap<string, string>, Table[]>();

  /** Takes what `MimeTypes` takes. The same map object is the same table. */
  of(types: ReadonlyMap<string, string>, charset: string | null, fallback?: string): MimeTypes {
    let tables = this.known.get(types);
    if (tables === undefined) {
      tables = [];
      this.known.set(types, tables);
    }
    // A walk: a config has few of them, and most have one. Each file that is opened asks.
    for (const table of tables) {
      if (table.charset === charset && table.fallback === fallback) return table.media;
    }
    const media = new MimeTypes(types, fallback, charset);
    tables.push({ charset, fallback, media });
    return media;
  }
}

interface Table {
  readonly charset: string | null;
  readonly fallback: string | undefined;
  readonly media: MimeTypes;
}
