/**
 * No integer of HPACK is greater here: an index or a length of that size cannot be right, and no sum of two of them leaves
 * the 31 bits in which engines compute fastest (RFC 7541, section 5.1, asks for such a limit).
 */
export const MAX_INTEGER = 0x0fff_ffff;

/** Reads integers. One is made by each reader and used again. */
export class IntegerReader {
  /** The offset behind the integer that was read last. */
  next = 0;

  /**
   * Reads the integer whose first byte, at `at`, holds `prefix` bits of it (RFC 7541, section 5.1). Returns -1 if it does not
   * end before `end`, or is greater than MAX_INTEGER.
   */
  read(bytes: Uint8Array, at: number, end: number, prefix: number): number {
    const most = (1 << prefix) - 1;
    let value = bytes[at] & most;
    let pos = at + 1;
    if (value === most) {
      let shift = 0;
      let c: number;
      do {
        // Four more bytes hold 28 bits. A fifth would be a greater number, or zeros that say nothing.
        if (pos >= end || shift > 21) return -1;
        c = bytes[pos++];
        value += (c & 0x7f) << shift;
        shift += 7;
      } while (c >= 0x80);
      if (value > MAX_INTEGER) return -1;
    }
    this.next = pos;
    return value;
  }
}

/** Writes `value`, up to MAX_INTEGER, behind the bits `pattern` of the first byte. Returns the offset behind it. */
export function writeInteger(
  into: Uint8Array,
  at: number,
  pattern: number,
  prefix: number,
  value: number,
): number {
  const most = (1 << prefix) - 1;
  if (value < most) {
    into[at] = pattern | value;
    return at + 1;
  }
  into[at] = pattern | most;
  let out = at + 1;
  let rest = value - most;
  while (rest >= 0x80) {
    into[out++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  into[out++] = rest;
  return out;
}
