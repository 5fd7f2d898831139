/** Tags of ASN.1 types in DER (X.690), as far as certificates need them. */
export const Tag = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  OBJECT_IDENTIFIER: 0x06,
  UTF8_STRING: 0x0c,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

/** A tag of a field, as its module numbers it: `[3] EXPLICIT` is `contextTag(3, true)`. */
export function contextTag(number: number, constructed: boolean): number {
  return 0x80 | (constructed ? 0x20 : 0) | number;
}

/** Encodes one element: tag, length, contents (X.690, section 8.1). */
export function element(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const length = contents.reduce((sum, { length }) => sum + length, 0);
  return Buffer.concat([Buffer.from([tag]), lengthOctets(length), ...contents]);
}

function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Buffer.from([0x80 | octets.length, ...octets]);
}

export function sequence(...contents: readonly Uint8Array[]): Buffer {
  return element(Tag.SEQUENCE, ...contents);
}

/** A whole number of at least 0. @param octets most significant first */
export function integer(octets: Uint8Array): Buffer {
  let first = 0;
  while (first < octets.length - 1 && octets[first] === 0) first++;
  const rest = octets.subarray(first);
  // A leading 1 bit would make it negative.
  return (rest[0] ?? 0) & 0x80
    ? element(Tag.INTEGER, Buffer.from([0]), rest)
    : element(Tag.INTEGER, rest.length === 0 ? Buffer.from([0]) : rest);
}

/** @param dotted such as `2.5.29.17` */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(Tag.OBJECT_IDENTIFIER, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const octets = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) octets.unshift(0x80 | (rest & 0x7f));
  return octets;
}

export function octetString(contents: Uint8Array): Buffer {
  return element(Tag.OCTET_STRING, contents);
}

/** @param unused bits at the end of the last octet that do not count */
export function bitString(contents: Uint8Array, unused = 0): Buffer {
  return element(Tag.BIT_STRING, Buffer.from([unused]), contents);
}

export function boolean(value: boolean): Buffer {
  return element(Tag.BOOLEAN, Buffer.from([value ? 0xff : 0]));
}

export function utf8String(text: string): Buffer {
  return element(Tag.UTF8_STRING, Buffer.from(text));
}

/** A time in whole seconds, in the form that RFC 5280, section 4.1.2.5, asks for. @param ms since 1970 */
export function time(ms: number): Buffer {
  const date = new Date(ms);
  const text = `${date.toISOString().replace(/[-:T]|[.]\d+/g, '')}`;
  return date.getUTCFullYear() < 2050
    ? element(Tag.UTC_TIME, Buffer.from(text.slice(2)))
    : element(Tag.GENERALIZED_TIME, Buffer.from(text));
}
