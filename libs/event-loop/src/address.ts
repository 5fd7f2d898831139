import { C, COMMON, SOCKADDR_HAS_LENGTH } from './ffi/layout.ts';

/** Where a server listens, or where a peer calls from. */
export type Address =
  | { readonly family: 'ipv4'; readonly host: string; readonly port: number }
  | { readonly family: 'ipv6'; readonly host: string; readonly port: number }
  | { readonly family: 'unix'; readonly path: string };

/** Large enough for every struct sockaddr in use (sockaddr_un is 110 bytes on Linux, 106 on the BSDs). */
export const SOCKADDR_SIZE = 128;
/** The longest path that sockaddr_un holds on every supported system, without its final NUL. */
export const UNIX_PATH_MAX = 103;

function writeFamily(bytes: Buffer, family: number, length: number): void {
  if (SOCKADDR_HAS_LENGTH) {
    bytes[0] = length;
    bytes[1] = family;
  } else {
    bytes.writeUInt16LE(family, 0);
  }
}

function readFamily(bytes: Buffer): number {
  return SOCKADDR_HAS_LENGTH ? bytes[1] : bytes.readUInt16LE(0);
}

/**
 * The eight 16-bit groups of an IPv6 address (`::` and a dotted IPv4 tail included). Returns null if the text is not
 * one.
 */
export function parseIpv6(host: string): number[] | null {
  const halves = host.split('::');
  if (halves.length > 2) return null;
  const parts: number[][] = [];
  for (const [index, half] of halves.entries()) {
    const groups = parseGroups(half, index === halves.length - 1);
    if (groups === null) return null;
    parts.push(groups);
  }
  const head = parts[0];
  if (halves.length === 1) return head.length === 8 ? head : null;
  const tail = parts[1];
  const missing = 8 - head.length - tail.length;
  return missing < 1 ? null : [...head, ...new Array<number>(missing).fill(0), ...tail];
}

function parseGroups(text: string, last: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const words = text.split(':');
  for (const [index, word] of words.entries()) {
    if (last && index === words.length - 1 && word.includes('.')) {
      const quad = parseIpv4(word);
      if (quad === null) return null;
      groups.push((quad[0] << 8) | quad[1], (quad[2] << 8) | quad[3]);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(word)) {
      groups.push(Number.parseInt(word, 16));
    } else {
      return null;
    }
  }
  return groups;
}

/** The four bytes of a dotted IPv4 address. Returns null if the text is not one. */
export function parseIpv4(host: string): number[] | null {
  const words = host.split('.');
  if (words.length !== 4) return null;
  const bytes: number[] = [];
  for (const word of words) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(word) || Number(word) > 255) return null;
    bytes.push(Number(word));
  }
  return bytes;
}

/** The shortest form of RFC 5952: the longest run of two or more zero groups becomes `::`. */
export function formatIpv6(groups: readonly number[]): string {
  let best = -1;
  let bestLength = 1;
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === 0) length++;
    if (length > bestLength) {
      best = at;
      bestLength = length;
    }
  }
  const words = groups.map((group) => group.toString(16));
  if (best < 0) return words.join(':');
  return `${words.slice(0, best).join(':')}::${words.slice(best + bestLength).join(':')}`;
}

/**
 * Writes a struct sockaddr.
 * @returns its length, or -1 if the address cannot be written: the host is not numeric, the port is not one, or the
 * path is empty, too long or has a NUL in it
 */
export function writeSockaddr(bytes: Buffer, address: Address): number {
  bytes.fill(0);
  if (address.family === 'unix') {
    const length = Buffer.byteLength(address.path);
    if (length === 0 || length > UNIX_PATH_MAX || address.path.includes('\0')) return -1;
    bytes.write(address.path, 2);
    writeFamily(bytes, COMMON.AF_UNIX, 2 + length + 1);
    return 2 + length + 1;
  }
  if (!Number.isInteger(address.port) || address.port < 0 || address.port > 65535) return -1;
  bytes.writeUInt16BE(address.port, 2);
  if (address.family === 'ipv4') {
    const quad = parseIpv4(address.host);
    if (quad === null) return -1;
    for (const [index, byte] of quad.entries()) bytes[4 + index] = byte;
    writeFamily(bytes, COMMON.AF_INET, 16);
    return 16;
  }
  const groups = parseIpv6(address.host);
  if (groups === null) return -1;
  for (const [index, group] of groups.entries()) bytes.writeUInt16BE(group, 8 + 2 * index);
  writeFamily(bytes, C.AF_INET6, 28);
  return 28;
}

/** Reads a struct sockaddr of `length` bytes. */
export function readSockaddr(bytes: Buffer, length: number): Address {
  const family = length >= 2 ? readFamily(bytes) : COMMON.AF_UNIX;
  if (family === COMMON.AF_INET) {
    return { family: 'ipv4', host: readIpv4(bytes, 4), port: bytes.readUInt16BE(2) };
  }
  if (family === C.AF_INET6) {
    const groups: number[] = [];
    for (let index = 0; index < 8; index++) groups.push(bytes.readUInt16BE(8 + 2 * index));
    return { family: 'ipv6', host: formatIpv6(groups), port: bytes.readUInt16BE(2) };
  }
  const end = bytes.indexOf(0, 2);
  return {
    family: 'unix',
    path: length > 2 ? bytes.toString('utf8', 2, end < 0 || end > length ? length : end) : '',
  };
}

function readIpv4(bytes: Buffer, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/** The name of every peer on a unix socket. */
export const LOCAL_PEER = 'unix:';

/** The peer as a log names it: the numeric host, or `unix:`. An IPv4 peer on an IPv6 socket is named as IPv4. */
export function peerName(bytes: Buffer, length: number): string {
  if (length >= 16 && readFamily(bytes) === COMMON.AF_INET) return readIpv4(bytes, 4);
  const address = readSockaddr(bytes, length);
  if (address.family === 'unix') return LOCAL_PEER;
  return isMapped(bytes) ? readIpv4(bytes, 20) : address.host;
}

/** ::ffff:0:0/96 (RFC 4291 section 2.5.5.2), in a struct sockaddr_in6. */
function isMapped(bytes: Buffer): boolean {
  for (let at = 8; at < 18; at++) if (bytes[at] !== 0) return false;
  return bytes[18] === 0xff && bytes[19] === 0xff;
}

/** The address as a config writes it: `127.0.0.1:80`, `[::1]:80`, `unix:/path`. */
export function formatAddress(address: Address): string {
  if (address.family === 'unix') return `unix:${address.path}`;
  return address.family === 'ipv6' ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
