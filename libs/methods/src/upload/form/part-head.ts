import { trimBlanks } from '@webserv/response';
import { bytesToText, parseDisposition } from './disposition.ts';
import { parseParameters } from './parameters.ts';

/** The head of one part of a form (RFC 7578 section 4). */
export interface PartHead {
  /** The name of the field. */
  readonly name: string;
  /** The name of the file as the client sent it, even ''; null if the part is not a file. */
  readonly filename: string | null;
  /** The media type, lower-case and without parameters; `text/plain` by default (section 4.4). */
  readonly mediaType: string;
}

const FIELD = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):(.*)$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 9110 section 5.5 allows no control but the tab
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/**
 * Reads the head of a part. It must have a Content-Disposition of type form-data that names a field. Folded lines and bare
 * line ends are malformed.
 * @param text the lines, each but the last with its CRLF; one character per byte
 * @returns null if it is malformed
 */
export function parsePartHead(text: string): PartHead | null {
  let disposition: string | null = null;
  let type: string | null = null;
  for (const line of text.split('\r\n')) {
    const field = FIELD.exec(line);
    if (field === null || CONTROL.test(line)) return null;
    const name = field[1].toLowerCase();
    if (name === 'content-disposition') {
      if (disposition !== null) return null;
      disposition = trimBlanks(field[2]);
    } else if (name === 'content-type') {
      type = trimBlanks(field[2]);
    }
  }
  const parsed = disposition === null ? null : parseDisposition(disposition);
  if (parsed === null || parsed.type !== 'form-data' || parsed.name === null) return null;
  return { name: parsed.name, filename: parsed.filename, mediaType: mediaTypeOf(type) };
}

/** Returns the media type of a Content-Type, lower-case and without parameters; `absent` if it is missing or malformed. */
export function mediaTypeOf(contentType: string | null, absent = 'text/plain'): string {
  const parsed = contentType === null ? null : parseParameters(bytesToText(contentType));
  return parsed?.word ?? absent;
}
