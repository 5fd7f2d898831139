import { textOfBytes } from '@webserv/request';

/**
 * The command line of an indexed query (RFC 3875 section 4.4): words parted by `+`, where no `=` stands. All or nothing:
 * where a word cannot be an argument there is no command line, as that section tells.
 *
 * A word that begins with `-` is one that cannot: it would be read as an option by whatever the script hands its
 * arguments to (CVE-2012-1823).
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

/** The text of its bytes, whatever they are; '' where a percent sign stands before anything but two digits. */
function decoded(raw: string): string {
  if (MALFORMED.test(raw)) return '';
  const bytes = raw.replace(/%(..)/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return textOfBytes(Buffer.from(bytes, 'latin1'));
}

const MALFORMED = /%(?![0-9a-f]{2})/i;
