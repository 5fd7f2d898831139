/** A chunked body as RFC 9112 section 7.1 reads it. */
interface ReadChunks {
  readonly payload: string;
  /** Bytes of the body, with its last CRLF. */
  readonly bytes: number;
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const QUOTED = '"(?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t \\x21-\\x7e\\x80-\\xff])*"';
const EXTENSION = `[ \\t]*;[ \\t]*${TOKEN}(?:[ \\t]*=[ \\t]*(?:${TOKEN}|${QUOTED}))?`;
const SIZE_LINE = new RegExp(`(0*[0-9A-Fa-f]{1,16})(?:${EXTENSION})*\\r\\n`, 'y');
const TRAILER = new RegExp(`(${TOKEN}):[\\t\\x20-\\x7e\\x80-\\xff]*\\r\\n`, 'y');
const FORBIDDEN = ['content-length', 'transfer-encoding', 'host'];

/** @returns null if a server must refuse the body, undefined if it does not end in `text` or is over `limit` somewhere */
export function readChunks(text: string, limit: number, maxFields: number): ReadChunks | null | undefined {
  let payload = '';
  let at = 0;
  for (;;) {
    SIZE_LINE.lastIndex = at;
    const line = SIZE_LINE.exec(text);
    if (line === null) return text.includes('\r\n', at) ? null : undefined;
    const size = Number.parseInt(line[1] as string, 16);
    if (size + payload.length > Math.min(limit, Number.MAX_SAFE_INTEGER)) return null;
    at = SIZE_LINE.lastIndex;
    if (size === 0) break;
    if (at + size + 2 > text.length) return undefined;
    payload += text.slice(at, at + size);
    at += size;
    if (!text.startsWith('\r\n', at)) return null;
    at += 2;
  }
  let forbidden = false;
  for (let fields = 0; !text.startsWith('\r\n', at); fields++) {
    TRAILER.lastIndex = at;
    const line = TRAILER.exec(text);
    if (line === null) return text.includes('\r\n', at) ? null : undefined;
    if (fields === maxFields) return null;
    forbidden ||= FORBIDDEN.includes((line[1] as string).toLowerCase());
    at = TRAILER.lastIndex;
  }
  // Only a complete section is judged: until then an earlier fault may still come.
  return forbidden ? null : { payload, bytes: at + 2 };
}
