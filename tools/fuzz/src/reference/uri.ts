/** `pchar` and `/` of RFC 3986, and the three characters that the request library accepts unencoded (its README says why). */
const PATH = /^(?:[\w\-.~!$&'()*+,;=:@/[\]|]|%[0-9a-f]{2})*$/i;
const QUERY = /^[\w\-.~!$&'()*+,;=:@/?%[\]|{}^`\\]*$/;

/** Characters that no decoded path may hold. */
export const UNFIT = /\0/;

export function isQuery(text: string): boolean {
  return QUERY.test(text);
}

/** The valid sequences of RFC 3629 section 4, one character per byte. Any other byte matches alone. */
const SEQUENCE =
  /([\0-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})|([\0-\xff])/g;

/** Decodes percent signs, and UTF-8. A byte that is not part of UTF-8 becomes U+DC00 + byte. */
function decoded(text: string): string {
  const bytes = text.replace(/%(..)/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return bytes.replace(SEQUENCE, (_all, good: string | undefined, bad: string) =>
    good === undefined
      ? String.fromCharCode(0xdc00 + bad.charCodeAt(0))
      : Buffer.from(good, 'latin1').toString(),
  );
}

/** Returns the path that is meant: decoded once, then resolved (RFC 3986 section 5.2.4). Null if a server must refuse it. */
export function pathOf(raw: string): string | null {
  if (!raw.startsWith('/') || !PATH.test(raw)) return null;
  const path = decoded(raw);
  if (UNFIT.test(path)) return null;
  const segments: string[] = [];
  const all = path.split('/');
  for (const segment of all) {
    if (segment === '..') {
      if (segments.pop() === undefined) return null;
    } else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const folder = ['', '.', '..'].includes(all.at(-1) as string);
  return segments.length === 0 ? '/' : `/${segments.join('/')}${folder ? '/' : ''}`;
}
