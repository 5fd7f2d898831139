import { FIELD_IDS } from './field-id.ts';

/*
 * A field table is one Int32Array: for each FieldId the number of its first line (read only where the id is known to
 * be present), then a row of five numbers for each field line: name start, name end, value start, value end, FieldId.
 * Offsets count from the first byte of the text that the rows describe.
 */

export const ROW = 5;

const FIRST_ROWS = 32;
/** Tables kept for the next request: as many as connections are likely to be in the middle of one. */
const MAX_FREE = 256;
const STANDARD_LENGTH = rowAt(FIRST_ROWS);

const free: Int32Array[] = [];

/** Index of the first number of row `index`. */
export function rowAt(index: number): number {
  return FIELD_IDS + index * ROW;
}

/** A table of the standard size. An array of its own for each request would cost more than parsing a small head. */
export function takeTable(): Int32Array {
  const table = free.pop();
  return table === undefined ? new Int32Array(STANDARD_LENGTH) : table;
}

/** Twice as many rows with the same contents; the old table goes back. */
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
