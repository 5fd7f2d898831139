import { MAX_PART_HEAD, MAX_PARTS, parseDisposition } from '@webserv/methods';
import { trimBlanks } from './blanks.ts';

export interface FormPart {
  readonly name: string;
  readonly filename: string | null;
  readonly content: string;
}

const FIELD = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([\t\x20-\x7e\x80-\xff]*)$/;

/**
 * Finds the parts of a form (RFC 2046 section 5.1, RFC 7578) by searching the whole text.
 * @returns null if a server must refuse the form, undefined if it is not complete
 */
export function readForm(body: string, boundary: string): readonly FormPart[] | null | undefined {
  // The first boundary needs no line end before it, as if the body began with one.
  const text = `\r\n${body}`;
  const delimiter = `\r\n--${boundary}`;
  const parts: FormPart[] = [];
  let found = text.indexOf(delimiter);
  while (found >= 0) {
    const behind = found + delimiter.length;
    if (text.startsWith('--', behind)) return parts;
    const line = /^(?:[ \t]{0,256}\r\n|[ \t]{0,256}\r?$|-$)/.exec(text.slice(behind))?.[0];
    if (line === undefined) return null;
    if (!line.endsWith('\r\n')) return undefined;
    if (parts.length === MAX_PARTS) return null;
    const start = behind + line.length;
    const end = text.indexOf('\r\n\r\n', start);
    if (end < 0 || end + 4 - start > MAX_PART_HEAD)
      return text.length - start >= MAX_PART_HEAD ? null : undefined;
    const head = readPartHead(text.slice(start, end));
    if (head === null) return null;
    found = text.indexOf(delimiter, end + 2);
    if (found >= 0) parts.push({ ...head, content: text.slice(end + 4, found) });
  }
  return undefined;
}

function readPartHead(text: string): Pick<FormPart, 'name' | 'filename'> | null {
  const dispositions: string[] = [];
  for (const line of text.split('\r\n')) {
    const field = FIELD.exec(line);
    if (field === null) return null;
    if (field[1]?.toLowerCase() === 'content-disposition') dispositions.push(trimBlanks(field[2] as string));
  }
  const read = dispositions.length === 1 ? parseDisposition(dispositions[0] as string) : null;
  return read === null || read.type !== 'form-data' || read.name === null
    ? null
    : { name: read.name, filename: read.filename };
}
