/** Entries that are read of one field, from its end: each proxy on the way adds one. */
const MOST = 64;
const WHITE = /^[ \t]+|[ \t]+$/g;
/** `1.2.3.4:80` and `[2001:db8::1]:80` (RFC 7239 section 6). The port may be obfuscated. */
const IPV4_NODE = /^(\d{1,3}(?:\.\d{1,3}){3})(?::[\w.-]+)?$/;
const IPV6_NODE = /^\[([0-9a-f:.]{2,45})\](?::[\w.-]+)?$/i;
const TOKEN = /^[!#$%&'*+.^`|~\w-]+$/;

/**
 * Returns the addresses that a list field names, such as X-Forwarded-For, the last one first. An entry that is no address
 * is ''.
 */
export function listedAddresses(value: string): string[] {
  return value
    .split(',')
    .reverse()
    .slice(0, MOST)
    .map((entry) => nodeOf(entry.replace(WHITE, '')));
}

/**
 * Returns the addresses that the parameters `for` of Forwarded name (RFC 7239 section 4), the last one first. An element
 * without one, or with an identifier that is no address, is ''. A field that breaks the syntax names none.
 */
export function forwardedFor(value: string): string[] {
  const elements = splitOutsideQuotes(value, ',');
  if (elements === null) return [];
  const nodes: string[] = [];
  for (const element of elements.reverse().slice(0, MOST)) {
    const node = forOf(element);
    if (node === null) return [];
    nodes.push(node);
  }
  return nodes;
}

/** The `for` of one element; '' without one, null if the element breaks the syntax. */
function forOf(element: string): string | null {
  const pairs = splitOutsideQuotes(element, ';');
  if (pairs === null) return null;
  let node: string | null = null;
  for (const pair of pairs) {
    const text = pair.replace(WHITE, '');
    if (text === '') continue;
    const equals = text.indexOf('=');
    if (equals < 1 || !TOKEN.test(text.slice(0, equals))) return null;
    const value = unquoted(text.slice(equals + 1));
    if (value === null) return null;
    if (text.slice(0, equals).toLowerCase() !== 'for') continue;
    // A parameter must not stand twice in an element.
    if (node !== null) return null;
    node = nodeOf(value);
  }
  return node ?? '';
}

function unquoted(text: string): string | null {
  if (!text.startsWith('"')) return TOKEN.test(text) ? text : null;
  if (text.length < 2 || !/^"(?:[^"\\]|\\.)*"$/.test(text)) return null;
  return text.slice(1, -1).replace(/\\(.)/g, '$1');
}

/** Splits a text at a mark that stands in no quoted string. @returns null if a quoted string does not end */
function splitOutsideQuotes(text: string, mark: string): string[] | null {
  const parts: string[] = [];
  let from = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    else if (quoted && character === '\\') at++;
    else if (!quoted && character === mark) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  if (quoted) return null;
  parts.push(text.slice(from));
  return parts;
}

/** The address of a node without its port; '' if it is none. */
function nodeOf(text: string): string {
  const node = IPV4_NODE.exec(text)?.[1] ?? IPV6_NODE.exec(text)?.[1];
  if (node !== undefined) return node;
  // X-Forwarded-For has IPv6 addresses without brackets.
  return /^[0-9a-f:.]{2,45}$/i.test(text) && text.split(':').length > 2 ? text : '';
}
