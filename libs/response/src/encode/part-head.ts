import { allocate, writeAscii, writeDecimal } from '../fields/field.ts';

const STATUS = 'HTTP/1.1 206 Partial Content\r\n';
const LENGTH = '\r\nContent-Length: ';
const RANGE = 'Content-Range: bytes ';
/** Content-Range from its first number on, Content-Length, and the blank line: four numbers of 16 digits at most. */
const NUMBERS = 4 * 16 + 24;
const LF = 0x0a;
const DATE_SIZE = 29;

/**
 * The head of the 206 for any range of a representation whose 200 is encoded. All of it but the numbers is copied from
 * there once, and is not encoded again for each request.
 */
export class PartHead {
  private readonly size: number;
  /** The head up to the first number of Content-Range. */
  private readonly start: Uint8Array;
  private readonly dateAt: number;
  private date = '';

  private constructor(size: number, start: Uint8Array, dateAt: number) {
    this.size = size;
    this.start = start;
    this.dateAt = dateAt;
  }

  /**
   * @param whole what `encodeInto` has written for a persistent connection of HTTP/1.1
   * @param dateAt `Encoded.dateOffset`
   * @param headSize bytes of its head, the blank line included
   * @param size bytes of the content
   * @returns null if the head has no Content-Length behind its Date
   */
  static of(whole: Uint8Array, dateAt: number, headSize: number, size: number): PartHead | null {
    const lengthAt = dateAt + DATE_SIZE;
    for (let i = 0; i < LENGTH.length; i++) if (whole[lengthAt + i] !== LENGTH.charCodeAt(i)) return null;
    const own = whole.subarray(whole.indexOf(LF) + 1, lengthAt + 2);
    const fields = whole.subarray(whole.indexOf(LF, lengthAt + LENGTH.length) + 1, headSize - 2);
    const start = allocate(STATUS.length + own.length + fields.length + RANGE.length);
    writeAscii(start, 0, STATUS);
    start.set(own, STATUS.length);
    start.set(fields, STATUS.length + own.length);
    writeAscii(start, start.length - RANGE.length, RANGE);
    return new PartHead(size, start, STATUS.length + own.length - 2 - DATE_SIZE);
  }

  /**
   * @param first,last of the range, both included
   * @param date 29 characters
   * @returns the size of the head, or -1 if it may not fit into `into`
   */
  write(into: Uint8Array, first: number, last: number, date: string): number {
    const { start } = this;
    if (start.length + NUMBERS > into.length) return -1;
    if (date !== this.date) {
      writeAscii(start, this.dateAt, date);
      this.date = date;
    }
    into.set(start);
    let at = writeDecimal(into, start.length, first);
    into[at] = 0x2d;
    at = writeDecimal(into, at + 1, last);
    into[at] = 0x2f;
    at = writeAscii(into, writeDecimal(into, at + 1, this.size), LENGTH);
    return writeAscii(into, writeDecimal(into, at, last - first + 1), '\r\n\r\n');
  }
}
