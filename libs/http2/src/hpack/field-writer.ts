import { huffmanEncode, huffmanLength } from './huffman-encode.ts';
import { writeInteger } from './integer.ts';
import { STATIC_LAST, STATIC_TABLE, staticIndex } from './static-table.ts';

/** How a field is written: the pattern of its first byte, and the bits of its index (RFC 7541, section 6.2). */
export const Literal = {
  /** The decoder adds it to its table. */
  INDEXED: 0x40,
  UNINDEXED: 0x00,
  /** No intermediary may add it to a table either: for values that are secret. */
  NEVER_INDEXED: 0x10,
} as const;
export type Literal = (typeof Literal)[keyof typeof Literal];

const HUFFMAN = 0x80;
const INDEXED_FIELD = 0x80;
const STATUS = 8;
const CASE_BIT = 0x20;
/** Lower-case form of each byte that a field name may contain. 0 for all others (RFC 9110, section 5.6.2). */
const NAME = nameBytes();
/** The statuses of the static table begin here. */
const STATUSES: ReadonlyMap<number, number> = statuses();

function nameBytes(): Uint8Array {
  const table = new Uint8Array(256);
  for (const c of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")
    table[c.charCodeAt(0)] = c.charCodeAt(0);
  for (let c = 0x41; c <= 0x5a; c++) table[c] = c | CASE_BIT;
  return table;
}

function statuses(): Map<number, number> {
  const found = new Map<number, number>();
  for (let index = 1; index <= STATIC_LAST; index++) {
    const { name, value } = STATIC_TABLE[index];
    if (name === ':status') found.set(Number(value), index);
  }
  return found;
}

/** Returns how many bytes a field takes at most. */
export function fieldBound(name: string, value: string): number {
  // A byte for the pattern, and five for each length.
  return name.length + value.length + 11;
}

/** Writes `:status`. Returns the offset behind it. It depends on no table but the static one. */
export function writeStatus(into: Uint8Array, at: number, status: number): number {
  const index = STATUSES.get(status);
  if (index !== undefined) {
    into[at] = INDEXED_FIELD | index;
    return at + 1;
  }
  into[at] = STATUS;
  into[at + 1] = 3;
  into[at + 2] = 0x30 + Math.floor(status / 100);
  into[at + 3] = 0x30 + (Math.floor(status / 10) % 10);
  into[at + 4] = 0x30 + (status % 10);
  return at + 5;
}

/**
 * Writes a field as a literal, with its name from the static table if it is there. So the bytes mean the same on every
 * connection, and may be kept. A name is written in lower case (RFC 9113, section 8.2.1). Returns the offset behind it, or
 * -1 if a character may not be sent: then what was written is worth nothing.
 */
export function writeField(
  into: Uint8Array,
  at: number,
  name: string,
  value: string,
  how: Literal = Literal.UNINDEXED,
): number {
  const index = staticIndex(name);
  const prefix = how === Literal.INDEXED ? 6 : 4;
  if (index > 0) return writeValue(into, writeInteger(into, at, how, prefix, index), value);
  const lower = lowerCased(name);
  if (lower === '') return -1;
  if (lower !== name) return writeField(into, at, lower, value, how);
  into[at] = how;
  return writeValue(into, writeString(into, at + 1, name), value);
}

/** Writes a field whose name is entry `index` of the tables. */
export function writeNamed(into: Uint8Array, at: number, index: number, value: string, how: Literal): number {
  return writeValue(into, writeInteger(into, at, how, how === Literal.INDEXED ? 6 : 4, index), value);
}

/** Writes a field that is an entry of the tables. Returns the offset behind it. */
export function writeIndexed(into: Uint8Array, at: number, index: number): number {
  return writeInteger(into, at, INDEXED_FIELD, 7, index);
}

function writeValue(into: Uint8Array, at: number, value: string): number {
  return isValue(value) ? writeString(into, at, value) : -1;
}

/** Writes a string, coded if that is shorter. */
function writeString(into: Uint8Array, at: number, text: string): number {
  const coded = huffmanLength(text);
  if (coded < text.length) return huffmanEncode(into, writeInteger(into, at, HUFFMAN, 7, coded), text);
  const start = writeInteger(into, at, 0, 7, text.length);
  for (let index = 0; index < text.length; index++) into[start + index] = text.charCodeAt(index);
  return start + text.length;
}

/** Returns a name in lower case, or '' if it is no name. */
export function lowerCased(name: string): string {
  let same = true;
  for (let index = 0; index < name.length; index++) {
    const c = name.charCodeAt(index);
    const lower = c > 0xff ? 0 : NAME[c];
    if (lower === 0) return '';
    same = same && lower === c;
  }
  return same ? name : name.toLowerCase();
}

/** Whether a value may be sent: no control but HTAB, and no white space at its ends (RFC 9113, section 8.2.1). */
function isValue(value: string): boolean {
  const { length } = value;
  for (let index = 0; index < length; index++) {
    const c = value.charCodeAt(index);
    if ((c < 0x20 && c !== 0x09) || c === 0x7f || c > 0xff) return false;
  }
  return length === 0 || (!isBlank(value.charCodeAt(0)) && !isBlank(value.charCodeAt(length - 1)));
}

function isBlank(c: number): boolean {
  return c === 0x20 || c === 0x09;
}
