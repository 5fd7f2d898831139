import { FIELD_IDS } from './field-id.ts';

/*
 * A field table is one Int32Array. First it has the number of the first line of each FieldId, which is read only if the
 * id is known to be present. Then it has a row of five numbers for each field line: name start, name end, value start,
 * value end, FieldId. Offsets count from the first byte of the text that the rows describe.
 */

export const ROW = 5;

const FIRST_ROWS = 32;
/** Tables that are kept for later requests: about as many as there are connections in the middle of one. */
const MAX_FREE = 256;
const STANDARD_LENGTH = rowAt(FIRST_ROWS);

/** All parsers may share it: a table in it has no owner, and a table that is taken is no longer in it. */
const free: Int32Array[] = [];

/** Returns the index of the first number of row `index`. */
export function rowAt(index: number): number {
  return FIELD_IDS + index * ROW;
}

/** Returns a table of the standard size. A new array for each request would cost more than parsing a small head. */
export function takeTable(): Int32Array {
  const table = free.pop();
  return table === undefined ? new Int32Array(STANDARD_LENGTH) : table;
}

/** Returns a table of twice as many rows with the same contents. Gives the old table back. */
export function growTable(table: Int32Array): Int32Array {
  const rows = (table.length - FIELD_IDS) / ROW;
  const larger = new Int32Array(rowAt(rows * 2));
  larger.set(table);
  giveTable(table);
  return larger;
}

/** Gives a table back. The caller must not use it afterwards. */
export function giveTable(table: Int32Array): void {
  if (table.length === STANDARD_LENGTH && free.length < MAX_FREE) free.push(table);
}
