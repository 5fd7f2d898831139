import { formatIp, isIpv4, parseIp } from './ip-address.ts';

/** A range of addresses (RFC 4632), or the clients of unix sockets, which have none. */
export interface Network {
  /** In one spelling: `10.0.0.0/8`, `::1`, `unix:`. */
  readonly text: string;
  /** The first address of the range. Null for unix sockets. */
  readonly first: Uint8Array | null;
  /** How many of its 128 bits all addresses of the range share. */
  readonly bits: number;
}

const IPV4_BITS = 96;
const ALL_BITS = 128;
const UNIX = 'unix:';

/**
 * Reads a network: `10.0.0.0/8`, `2001:db8::/32`, an address alone, or `unix:`.
 * @returns the network, or what is wrong; `suggestion` is the network that is meant, where that is clear
 */
export function parseNetwork(
  text: string,
): Network | { readonly message: string; readonly suggestion: string | null } {
  if (text === UNIX) return { text, first: null, bits: 0 };
  const slash = text.indexOf('/');
  const first = parseIp(slash < 0 ? text : text.slice(0, slash));
  if (first === null) return { message: 'this is not a numeric address or network', suggestion: null };
  const mapped = isIpv4(first) && !text.includes(':');
  const most = mapped ? ALL_BITS - IPV4_BITS : ALL_BITS;
  const length =
    slash < 0 ? most : /^\d{1,3}$/.test(text.slice(slash + 1)) ? Number(text.slice(slash + 1)) : -1;
  if (length < 0 || length > most) {
    return { message: `the length of the network is not a number from 0 to ${most}`, suggestion: null };
  }
  const bits = mapped ? length + IPV4_BITS : length;
  const begin = first.map((byte, at) => byte & maskOf(bits - 8 * at));
  const network = { text: textOf(begin, bits), first: begin, bits };
  if (begin.every((byte, at) => byte === first[at])) return network;
  return { message: 'there are bits behind the length of the network', suggestion: network.text };
}

/** Whether an address is in one of the networks. @param ip null for a client of a unix socket */
export function isWithin(networks: readonly Network[], ip: Uint8Array | null): boolean {
  return networks.some((network) => has(network, ip));
}

/** As `isWithin`, of one network. */
export function has({ first, bits }: Network, ip: Uint8Array | null): boolean {
  if (first === null || ip === null) return first === ip;
  const whole = bits >> 3;
  for (let at = 0; at < whole; at++) if (first[at] !== ip[at]) return false;
  return (bits & 7) === 0 || ((first[whole] ^ ip[whole]) & maskOf(bits & 7)) === 0;
}

/** The first `bits` of a byte. */
function maskOf(bits: number): number {
  return bits <= 0 ? 0 : bits >= 8 ? 0xff : (0xff00 >> bits) & 0xff;
}

function textOf(first: Uint8Array, bits: number): string {
  if (bits === ALL_BITS) return formatIp(first);
  return `${formatIp(first)}/${isIpv4(first) && bits >= IPV4_BITS ? bits - IPV4_BITS : bits}`;
}
