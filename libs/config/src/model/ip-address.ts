// IP addresses as 16 bytes: an IPv4 address is the IPv6 address that maps it (RFC 4291 section 2.5.5.2).

const GROUP = /^[0-9a-f]{1,4}$/i;
const GROUPS = 8;
const IPV4_AT = 12;
const ZERO = 0x30;
const DOT = 0x2e;

/** Returns the bytes of a numeric address, or null if the text is not one. A port or brackets are not part of it. */
export function parseIp(text: string): Uint8Array | null {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** Whether an address is an IPv4 one. */
export function isIpv4(ip: Uint8Array): boolean {
  for (let at = 0; at < 10; at++) if (ip[at] !== 0) return false;
  return ip[10] === 0xff && ip[11] === 0xff;
}

/** Returns an address as text: dotted, or as RFC 5952 writes it. */
export function formatIp(ip: Uint8Array): string {
  if (isIpv4(ip)) return `${ip[12]}.${ip[13]}.${ip[14]}.${ip[15]}`;
  const groups: number[] = [];
  for (let at = 0; at < GROUPS; at++) groups.push((ip[2 * at] << 8) | ip[2 * at + 1]);
  let best = -1;
  let bestLength = 1;
  for (let at = 0; at < GROUPS; at++) {
    let length = 0;
    while (at + length < GROUPS && groups[at + length] === 0) length++;
    if (length > bestLength) {
      best = at;
      bestLength = length;
    }
  }
  const words = groups.map((group) => group.toString(16));
  if (best < 0) return words.join(':');
  return `${words.slice(0, best).join(':')}::${words.slice(best + bestLength).join(':')}`;
}

/** Character by character: behind a proxy each request brings an address. */
function parseIpv4(text: string): Uint8Array | null {
  const ip = new Uint8Array(16);
  ip[10] = 0xff;
  ip[11] = 0xff;
  let at = IPV4_AT;
  /** -1 in front of its first digit. */
  let number = -1;
  for (let index = 0; index <= text.length; index++) {
    const code = index < text.length ? text.charCodeAt(index) : DOT;
    if (code === DOT) {
      if (number < 0 || at === ip.length) return null;
      ip[at++] = number;
      number = -1;
      continue;
    }
    const digit = code - ZERO;
    // No number begins with a zero but the zero itself.
    if (digit < 0 || digit > 9 || number === 0) return null;
    number = number < 0 ? digit : 10 * number + digit;
    if (number > 0xff) return null;
  }
  return at === ip.length ? ip : null;
}

function parseIpv6(text: string): Uint8Array | null {
  // The longest text has eight groups, or six and an IPv4 address.
  if (text.length > 45) return null;
  const halves = text.split('::', 3);
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0], halves.length === 1);
  const tail = halves.length === 1 ? [] : parseGroups(halves[1], true);
  if (head === null || tail === null) return null;
  const missing = GROUPS - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const ip = new Uint8Array(16);
  [...head, ...new Array<number>(missing).fill(0), ...tail].forEach((group, at) => {
    ip[2 * at] = group >> 8;
    ip[2 * at + 1] = group & 0xff;
  });
  return ip;
}

/** @param last whether an IPv4 address may stand at the end */
function parseGroups(text: string, last: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const words = text.split(':');
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (last && at === words.length - 1 && word.includes('.')) {
      const ip = parseIpv4(word);
      if (ip === null) return null;
      groups.push((ip[12] << 8) | ip[13], (ip[14] << 8) | ip[15]);
    } else if (GROUP.test(word)) groups.push(Number.parseInt(word, 16));
    else return null;
  }
  return groups;
}
