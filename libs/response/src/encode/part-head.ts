import { writeAscii, writeDecimal } from '../fields/field.ts';

/** Where the parts of an encoded 200 lie in its bytes. */
export interface HeadLayout {
  /** Behind the status line. */
  readonly ownAt: number;
  /** Of the 29 bytes of Date. */
  readonly dateAt: number;
  /** Of the fields of the reply, behind Content-Length. */
  readonly fieldsAt: number;
  /** Of the blank line. */
  readonly blankAt: number;
  /** Bytes of the content. */
  readonly size: number;
}

const STATUS = 'HTTP/1.1 206 Partial Content\r\n';
const LENGTH = '\r\nContent-Length: ';
const RANGE = 'Content-Range: bytes ';
/** What the head of a part may have more than that of the whole: the status line, and Content-Range with three numbers. */
const MORE = 128;
const LF = 0x0a;
const DATE_SIZE = 29;

/**
 * Finds the parts of a head that `encodeInto` has written for a persistent connection of HTTP/1.1.
 * @param dateAt `Encoded.dateOffset`
 * @param headSize of the head, its blank line included
 * @returns null where the head has no Content-Length behind its Date
 */
export function layoutOf(
  head: Uint8Array,
  dateAt: number,
  headSize: number,
  size: number,
): HeadLayout | null {
  const lengthAt = dateAt + DATE_SIZE;
  for (let i = 0; i < LENGTH.length; i++) if (head[lengthAt + i] !== LENGTH.charCodeAt(i)) return null;
  const fieldsAt = head.indexOf(LF, lengthAt + LENGTH.length) + 1;
  return { ownAt: head.indexOf(LF) + 1, dateAt, fieldsAt, blankAt: headSize - 2, size };
}

/**
 * Writes the head of a 206 for one range of a representation whose 200 is encoded already: the same fields, which are
 * copied and not encoded again, and Content-Range.
 * @param whole the 200. @param first,last of the range, both included
 * @returns the size of the head, or -1 if it does not fit into `into`
 */
export function encodePart(
  into: Uint8Array,
  whole: Uint8Array,
  { ownAt, dateAt, fieldsAt, blankAt, size }: HeadLayout,
  first: number,
  last: number,
  date: string,
): number {
  if (blankAt + MORE > into.length) return -1;
  let at = copy(into, writeAscii(into, 0, STATUS), whole, ownAt, dateAt);
  at = writeAscii(into, writeAscii(into, at, date), LENGTH);
  at = writeAscii(into, writeDecimal(into, at, last - first + 1), '\r\n');
  at = writeAscii(into, copy(into, at, whole, fieldsAt, blankAt), RANGE);
  at = writeDecimal(into, at, first);
  into[at] = 0x2d;
  at = writeDecimal(into, at + 1, last);
  into[at] = 0x2f;
  at = writeDecimal(into, at + 1, size);
  return writeAscii(into, at, '\r\n\r\n');
}

/** A loop, because some hundred bytes cost less so than a view of them. */
function copy(into: Uint8Array, at: number, from: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) into[at + i - start] = from[i]!;
  return at + end - start;
}
