import { textOfBytes } from '@webserv/request';

/**
 * Returns the command line of an indexed query (RFC 3875 section 4.4): a query without `=`, split into words at `+`. If
 * one word cannot be an argument, there is no command line at all, as that section requires.
 *
 * A word that begins with `-` cannot be an argument: the script or its interpreter would read it as an option
 * (CVE-2012-1823).
 */
export function searchWords(method: string, query: string): readonly string[] {
  if (query === '' || query.includes('=') || (method !== 'GET' && method !== 'HEAD')) return [];
  const words: string[] = [];
  for (const raw of query.split('+')) {
    const word = decoded(raw);
    if (word === '' || word.startsWith('-') || word.includes('\0')) return [];
    words.push(word);
  }
  return words;
}

/** Decodes a word, which may hold any bytes. Returns '' if a percent sign does not stand before two hexadecimal digits. */
function decoded(raw: string): string {
  if (MALFORMED.test(raw)) return '';
  const bytes = raw.replace(/%(..)/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return textOfBytes(Buffer.from(bytes, 'latin1'));
}

const MALFORMED = /%(?![0-9a-f]{2})/i;
