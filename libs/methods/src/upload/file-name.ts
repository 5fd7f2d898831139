import { bytesOfText, textOfBytes } from '@webserv/request';
import { randomWord } from './temporary.ts';

/** NAME_MAX of every file system that a server is likely to meet, in bytes. */
const NAME_MAX = 255;
/** What follows the last dot is kept when a name is cut, up to this many bytes. */
const EXTENSION_MAX = 32;

/**
 * Controls; line and paragraph separators; what reverses the direction of text, so that a name shows another extension
 * than it has; the byte order mark. Joiners stay, for some scripts cannot be written without them.
 */
const UNFIT = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Half a character. A byte that is not UTF-8 has such a text as well, and stays (`bytesOfText`). */
const LONE = /[\ud800-\udc7f\udd00-\udfff]/gu;

/**
 * A name that a client has sent, made fit for a folder: the last component of a path, without controls, without dots and
 * blanks in front, at most 255 bytes of UTF-8 with its extension kept. Nothing else is changed, letters are not
 * normalised: what was sent as a name gets it back. '' where nothing is left.
 */
export function cleanName(sent: string): string {
  const last = sent.slice(Math.max(sent.lastIndexOf('/'), sent.lastIndexOf('\\')) + 1);
  const name = last
    .replace(UNFIT, '')
    .replace(LONE, '\ufffd')
    .replace(/^[.\s]+/u, '')
    .trimEnd();
  // What is cut off may have stood behind a blank.
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

/** The longest beginning of at most `most` bytes that ends with a whole code point. */
function cutBytes(text: string, most: number): string {
  const bytes = bytesOfText(text);
  let end = most;
  // 10xxxxxx goes on with a code point, so it cannot begin what is left out.
  while (end > 0 && (bytes[end] & 0xc0) === 0x80) end--;
  return textOfBytes(bytes, 0, end);
}

/** For what comes without a name: the usual extension of its type, so that it is sent back as what it is. */
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
 * A name for what has none: `upload-20240131T101500-x3k9q2f7.txt`.
 * @param mediaType lower-case, without parameters
 */
export function generatedName(mediaType: string, nowMs: number): string {
  const time = new Date(nowMs).toISOString().slice(0, 19).replace(/[-:]/g, '');
  return `upload-${time}-${randomWord(8)}.${EXTENSIONS.get(mediaType) ?? 'bin'}`;
}
