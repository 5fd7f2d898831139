import { isUtf8 } from 'node:buffer';
import { parseParameters } from './parameters.ts';

/** The value of a Content-Disposition (RFC 6266, RFC 7578 section 4.2). Names are text, not yet fit for a disk. */
export interface Disposition {
  /** `attachment`, `form-data`, ... */
  readonly type: string;
  /** The name of the form's field, or null. */
  readonly name: string | null;
  /** The name of the file; null if the part is not a file. Clients send '' for a file input without a chosen file. */
  readonly filename: string | null;
}

/** RFC 8187: charset, language, percent-encoded bytes. */
const EXTENDED = /^(utf-8|iso-8859-1)'[\w-]*'((?:[!#$&+\-.^_`|~0-9a-z]|%[0-9a-f]{2})+)$/i;

/**
 * Reads a Content-Disposition.
 * @param value one character per byte
 * @returns null if it is malformed
 */
export function parseDisposition(value: string): Disposition | null {
  const parsed = parseParameters(value);
  if (parsed === null) return null;
  const { word, parameters } = parsed;
  const name = parameters.get('name');
  const plain = parameters.get('filename');
  const extended = decodeExtended(parameters.get('filename*'));
  const form = word === 'form-data';
  const sent = plain === undefined ? null : form ? unquoteForm(bytesToText(plain)) : bytesToText(plain);
  return {
    type: word,
    name: name === undefined ? null : bytesToText(name),
    // RFC 6266 section 4.3 prefers `filename*`. RFC 7578 section 4.2 forbids it in a form, but some clients send only that.
    filename: form ? (sent ?? extended) : (extended ?? sent),
  };
}

/**
 * Makes text from one character per byte. The bytes are UTF-8 if they are valid UTF-8, as clients send it. Otherwise they
 * are ISO-8859-1, the original charset of field values.
 */
export function bytesToText(value: string): string {
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString() : value;
}

function decodeExtended(value: string | undefined): string | null {
  const parts = value === undefined ? null : EXTENDED.exec(value);
  if (parts === null) return null;
  const encoded = parts[2];
  const bytes = encoded.replace(/%(..)/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  if (parts[1].toLowerCase() === 'iso-8859-1') return bytes;
  const raw = Buffer.from(bytes, 'latin1');
  return isUtf8(raw) ? raw.toString() : null;
}

/** Browsers percent-encode these three characters of a file name in a form and no others (HTML, multipart/form-data). */
function unquoteForm(filename: string): string {
  return filename.replace(/%(22|0A|0D)/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
