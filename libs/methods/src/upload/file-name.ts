import { bytesOfText, textOfBytes } from '@webserv/request';
import { randomWord } from './temporary.ts';

/** NAME_MAX of all common file systems, in bytes. */
const NAME_MAX = 255;
/** A name that is cut keeps its extension (the part after the last dot), up to this many bytes. */
const EXTENSION_MAX = 32;

/**
 * Control characters; line and paragraph separators; characters that reverse the direction of text, so that a name shows
 * another extension than it has; the byte order mark. Joiners stay, because some scripts need them.
 */
const UNFIT = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Lone surrogates, except those that stand for a byte that is not UTF-8 (`bytesOfText`). */
const LONE = /[\ud800-\udc7f\udd00-\udfff]/gu;

/**
 * Makes a name that a client sent fit for a folder. The result is the last component of a path, without control
 * characters, without leading dots and blanks, and has at most 255 bytes of UTF-8, with its extension. Nothing else
 * changes, and letters are not normalised, so that the client finds the file by the name it sent. Returns '' if nothing is
 * left.
 */
export function cleanName(sent: string): string {
  const last = sent.slice(Math.max(sent.lastIndexOf('/'), sent.lastIndexOf('\\')) + 1);
  const name = last
    .replace(UNFIT, '')
    .replace(LONE, '\ufffd')
    .replace(/^[.\s]+/u, '')
    .trimEnd();
  // The part that was cut off may have followed a blank.
  return cut(name).trimEnd();
}

function cut(name: string): string {
  const size = bytesOfText(name).length;
  if (size <= NAME_MAX) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 ? bytesOfText(name.slice(dot)) : NOTHING;
  if (extension.length > EXTENSION_MAX || extension.length === 0) return cutBytes(name, NAME_MAX);
  return cutBytes(name.slice(0, dot), NAME_MAX - extension.length) + name.slice(dot);
}

const NOTHING = Buffer.alloc(0);

/** Returns the longest beginning of at most `most` bytes that ends with a whole code point. */
function cutBytes(text: string, most: number): string {
  const bytes = bytesOfText(text);
  let end = most;
  // A byte 10xxxxxx continues a code point, so the part that is left out cannot begin with it.
  while (end > 0 && (bytes[end] & 0xc0) === 0x80) end--;
  return textOfBytes(bytes, 0, end);
}

/** The usual extensions of types, for a file without a name: the server later sends it with its own type. */
const EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ['application/json', 'json'],
  ['application/pdf', 'pdf'],
  ['application/x-www-form-urlencoded', 'txt'],
  ['application/xml', 'xml'],
  ['application/zip', 'zip'],
  ['audio/mpeg', 'mp3'],
  ['image/gif', 'gif'],
  ['image/jpeg', 'jpg'],
  ['image/png', 'png'],
  ['image/webp', 'webp'],
  ['text/csv', 'csv'],
  ['text/plain', 'txt'],
  ['video/mp4', 'mp4'],
]);

/**
 * Makes a name for a file without one: `upload-20240131T101500-x3k9q2f7.txt`.
 * @param mediaType lower-case, without parameters
 */
export function generatedName(mediaType: string, nowMs: number): string {
  const time = new Date(nowMs).toISOString().slice(0, 19).replace(/[-:]/g, '');
  return `upload-${time}-${randomWord(8)}.${EXTENSIONS.get(mediaType) ?? 'bin'}`;
}
