import type { Field } from '../hpack/field.ts';

/** What a field of a request is to the reader of requests. */
export const FieldKind = {
  REGULAR: 0,
  METHOD: 1,
  SCHEME: 2,
  AUTHORITY: 3,
  PATH: 4,
  HOST: 5,
  COOKIE: 6,
  CONTENT_LENGTH: 7,
  PRIORITY: 8,
  /** A pseudo-field that no request has (RFC 9113, section 8.3). */
  UNKNOWN_PSEUDO: 9,
  /** A field that HTTP/1.1 has for its connection (section 8.2.2). */
  CONNECTION: 10,
  BAD_NAME: 11,
  BAD_VALUE: 12,
} as const;
export type FieldKind = (typeof FieldKind)[keyof typeof FieldKind];

const KINDS: ReadonlyMap<string, FieldKind> = new Map<string, FieldKind>([
  [':method', FieldKind.METHOD],
  [':scheme', FieldKind.SCHEME],
  [':authority', FieldKind.AUTHORITY],
  [':path', FieldKind.PATH],
  ['host', FieldKind.HOST],
  ['cookie', FieldKind.COOKIE],
  ['content-length', FieldKind.CONTENT_LENGTH],
  ['priority', FieldKind.PRIORITY],
  ['connection', FieldKind.CONNECTION],
  ['keep-alive', FieldKind.CONNECTION],
  ['proxy-connection', FieldKind.CONNECTION],
  ['transfer-encoding', FieldKind.CONNECTION],
  ['upgrade', FieldKind.CONNECTION],
]);

const COLON = 0x3a;
const SP = 0x20;
const HTAB = 0x09;
const CR = 0x0d;
const LF = 0x0a;

/** Whether a message must not have the field, whose name is in lower case (RFC 9113, section 8.2.2). */
export function isConnectionField(name: string): boolean {
  return KINDS.get(name) === FieldKind.CONNECTION;
}

/** Returns the kind of a field. It is found once for an entry of a table, however many requests refer to it. */
export function kindOf(field: Field): FieldKind {
  if (field.kind < 0) field.kind = classify(field.name, field.value);
  return field.kind as FieldKind;
}

function classify(name: string, value: string): FieldKind {
  const known = KINDS.get(name);
  if (known === undefined) {
    if (name.charCodeAt(0) === COLON) return FieldKind.UNKNOWN_PSEUDO;
    if (!isName(name)) return FieldKind.BAD_NAME;
    if (name === 'te' && value !== 'trailers') return FieldKind.CONNECTION;
  }
  return isValue(value) ? (known ?? FieldKind.REGULAR) : FieldKind.BAD_VALUE;
}

/** RFC 9113, section 8.2.1. The reader of heads refuses further characters, which are not of a token, with 400. */
function isName(name: string): boolean {
  for (let index = 0; index < name.length; index++) {
    const c = name.charCodeAt(index);
    if (c <= SP || c >= 0x7f || c === COLON || (c >= 0x41 && c <= 0x5a)) return false;
  }
  return name.length > 0;
}

/** RFC 9113, section 8.2.1. */
function isValue(value: string): boolean {
  const { length } = value;
  for (let index = 0; index < length; index++) {
    const c = value.charCodeAt(index);
    if (c === 0 || c === CR || c === LF) return false;
  }
  return length === 0 || (!isBlank(value.charCodeAt(0)) && !isBlank(value.charCodeAt(length - 1)));
}

function isBlank(c: number): boolean {
  return c === SP || c === HTAB;
}
