import { FIELD_VALUE, QUERY, REG_NAME, TOKEN } from './chars.ts';

/** Index of the first byte of `bytes[from, end)` that is not of the scanner's class, or `end`. */
export type Scanner = (bytes: Uint8Array, from: number, end: number) => number;

/** The same with the words of the bytes beside them (`wordsOf`). */
type ValueScanner = (bytes: Uint8Array, words: DataView, from: number, end: number) => number;

/*
 * Each scanner is made by a function of its own with the table as a constant in it: an engine then builds the table's
 * address and size into the loop, which it does for neither an import nor a variable of a bundle. It is worth a tenth
 * of the time that a browser's head takes.
 */

export const tokenEnd: Scanner = makeTokenEnd();
export const valueEnd: ValueScanner = makeValueEnd();
export const targetEnd: Scanner = makeTargetEnd();
export const regNameEnd: Scanner = makeRegNameEnd();

function makeTokenEnd(): Scanner {
  const table = TOKEN;
  return function tokenEnd(bytes, from, end) {
    let pos = from;
    while (pos < end && table[bytes[pos]] !== 0) pos++;
    return pos;
  };
}

/**
 * Eight bytes a turn: most of a head is field values. A byte of a word is dirty where it is below SP or DEL: the
 * subtraction borrows from the top bit of a byte that is too small, and of none that has this bit itself (obs-text). Above
 * a dirty byte the borrow may make others seem dirty, below it never: the lowest is the one. HTAB is dirty, and passed.
 */
function makeValueEnd(): ValueScanner {
  const table = FIELD_VALUE;
  return function valueEnd(bytes, words, from, end) {
    const eights = end - 7;
    let pos = from;
    while (pos < eights) {
      const low = words.getInt32(pos, true);
      const high = words.getInt32(pos + 4, true);
      const lowDel = low ^ 0x7f7f7f7f;
      const highDel = high ^ 0x7f7f7f7f;
      const inLow = (((low - 0x20202020) & ~low) | ((lowDel - 0x01010101) & ~lowDel)) & 0x80808080;
      const inHigh = (((high - 0x20202020) & ~high) | ((highDel - 0x01010101) & ~highDel)) & 0x80808080;
      if ((inLow | inHigh) === 0) {
        pos += 8;
        continue;
      }
      pos +=
        inLow !== 0 ? (31 - Math.clz32(inLow & -inLow)) >> 3 : 4 + ((31 - Math.clz32(inHigh & -inHigh)) >> 3);
      if (table[bytes[pos]] === 0) return pos;
      pos++;
    }
    while (pos < end && table[bytes[pos]] !== 0) pos++;
    return pos;
  };
}

/** What can stand in a request target of any form: the query allows most, and all that the others do. */
function makeTargetEnd(): Scanner {
  const table = QUERY;
  return function targetEnd(bytes, from, end) {
    let pos = from;
    while (pos < end && table[bytes[pos]] !== 0) pos++;
    return pos;
  };
}

function makeRegNameEnd(): Scanner {
  const table = REG_NAME;
  return function regNameEnd(bytes, from, end) {
    let pos = from;
    while (pos < end && table[bytes[pos]] !== 0) pos++;
    return pos;
  };
}
