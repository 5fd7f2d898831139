import { COLON, DOT, HEX, NINE, PERCENT, ZERO } from '../bytes/chars.ts';
import { regNameEnd } from '../bytes/scan.ts';

const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const MAX_PORT = 65_535;
const GROUPS = 8;

/**
 * Returns where the host of `host [":" port]` in `bytes[start, end)` ends: at the colon, or at `end` if there is no port.
 * Returns -1 if it is no host. Host is RFC 3986 section 3.2.2 without IPvFuture and without the empty name. Nobody can
 * understand an address of an unknown version. An http URI must not have an empty host (RFC 9110 section 4.2.1).
 */
export function hostEnd(bytes: Uint8Array, start: number, end: number): number {
  const stop =
    bytes[start] === OPEN_BRACKET && start < end ? literalEnd(bytes, start, end) : nameEnd(bytes, start, end);
  if (stop <= start) return -1;
  return stop === end || bytes[stop] === COLON ? stop : -1;
}

/**
 * Returns the port after the colon at `colon`: 0 to 65535. Returns -1 if there is none (`host` and `host:` are the same),
 * and -2 if it is not a port.
 */
export function readPort(bytes: Uint8Array, colon: number, end: number): number {
  if (colon + 1 >= end) return -1;
  let port = 0;
  for (let i = colon + 1; i < end; i++) {
    const c = bytes[i];
    if (c < ZERO || c > NINE) return -2;
    port = port * 10 + (c - ZERO);
    if (port > MAX_PORT) return -2;
  }
  return port;
}

/** Returns the end of a registered name or IPv4 address. Every IPv4 address is also a valid name. */
function nameEnd(bytes: Uint8Array, start: number, end: number): number {
  let pos = start;
  while (pos < end) {
    pos = regNameEnd(bytes, pos, end);
    if (pos < end && bytes[pos] === PERCENT) {
      if (pos + 2 >= end || HEX[bytes[pos + 1]] === 255 || HEX[bytes[pos + 2]] === 255) return -1;
      pos += 3;
    } else {
      break;
    }
  }
  // The root's dot alone names no host.
  return pos === start + 1 && bytes[start] === DOT ? -1 : pos;
}

function literalEnd(bytes: Uint8Array, start: number, end: number): number {
  let close = start + 1;
  while (close < end && bytes[close] !== CLOSE_BRACKET) close++;
  return close < end && isIPv6(bytes, start + 1, close) ? close + 1 : -1;
}

/** `IPv6address` of RFC 3986: eight groups, or fewer with one `::`. The last two may be written as IPv4. */
export function isIPv6(bytes: Uint8Array, start: number, end: number): boolean {
  let pos = start;
  let groups = 0;
  let gap = false;
  if (bytes[pos] === COLON) {
    if (end - pos < 2 || bytes[pos + 1] !== COLON) return false;
    gap = true;
    pos += 2;
  }
  while (pos < end) {
    const stop = groupEnd(bytes, pos, end);
    if (stop === pos) return false;
    if (stop < end && bytes[stop] === DOT) {
      groups += 2;
      return isIPv4(bytes, pos, end) && (gap ? groups < GROUPS : groups === GROUPS);
    }
    groups++;
    pos = stop;
    if (pos === end) break;
    if (bytes[pos] !== COLON || pos + 1 === end) return false;
    pos++;
    if (bytes[pos] === COLON) {
      if (gap) return false;
      gap = true;
      pos++;
    }
  }
  return gap ? groups < GROUPS : groups === GROUPS;
}

/** Returns the end of one to four hexadecimal digits, or `start` if there are none. */
function groupEnd(bytes: Uint8Array, start: number, end: number): number {
  const most = end - start > 4 ? start + 4 : end;
  let pos = start;
  while (pos < most && HEX[bytes[pos]] !== 255) pos++;
  return pos;
}

function isIPv4(bytes: Uint8Array, start: number, end: number): boolean {
  let octets = 0;
  let pos = start;
  for (;;) {
    const first = pos;
    let value = 0;
    while (pos < end && pos - first < 3 && isDigit(bytes[pos])) {
      value = value * 10 + (bytes[pos] - ZERO);
      pos++;
    }
    if (pos === first || value > 255 || (pos - first > 1 && bytes[first] === ZERO)) return false;
    octets++;
    if (pos === end) return octets === 4;
    if (octets === 4 || bytes[pos] !== DOT) return false;
    pos++;
  }
}

function isDigit(c: number): boolean {
  return c >= ZERO && c <= NINE;
}

/**
 * Returns the host in `bytes[start, end)` in the form that names are compared in: lower-case, without the root's dot at
 * the end. The string is cut from `text`, where the host begins at `at`.
 */
export function normalHost(bytes: Uint8Array, start: number, end: number, text: string, at: number): string {
  const size = bytes[end - 1] === DOT ? end - 1 - start : end - start;
  const host = text.substring(at, at + size);
  return hasCapital(bytes, start, start + size) ? host.toLowerCase() : host;
}

function hasCapital(bytes: Uint8Array, start: number, end: number): boolean {
  for (let pos = start; pos < end; pos++) {
    const c = bytes[pos];
    if (c >= 0x41 && c <= 0x5a) return true;
  }
  return false;
}
