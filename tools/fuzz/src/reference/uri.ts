/** `pchar` and `/` of RFC 3986, and the three that the request library lets pass unencoded (its README says why). */
const PATH = /^(?:[\w\-.~!$&'()*+,;=:@/[\]|]|%[0-9a-f]{2})*$/i;
const QUERY = /^[\w\-.~!$&'()*+,;=:@/?%[\]|{}^`\\]*$/;

/** What no decoded path may hold. */
export const UNFIT = /\0/;

export function isQuery(text: string): boolean {
  return QUERY.test(text);
}

/** The path as it is meant: decoded once, then resolved (RFC 3986 section 5.2.4). Null where it must be refused. */
export function pathOf(raw: string): string | null {
  if (!raw.startsWith('/') || !PATH.test(raw)) return null;
  let decoded: string;
  try {
    decoded = decodeURIComponent(raw);
  } catch {
    return null;
  }
  if (UNFIT.test(decoded)) return null;
  const segments: string[] = [];
  const all = decoded.split('/');
  for (const segment of all) {
    if (segment === '..') {
      if (segments.pop() === undefined) return null;
    } else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const folder = ['', '.', '..'].includes(all.at(-1) as string);
  return segments.length === 0 ? '/' : `/${segments.join('/')}${folder ? '/' : ''}`;
}
