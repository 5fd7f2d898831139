import { latin1 } from '../bytes/octets.ts';
import { FIELD_IDS, FieldId, fieldIdOf } from './field-id.ts';

/*
 * A field table is one Int32Array. First it has the number of the first line of each FieldId, which is read only if the
 * id is known to be present. Then it has a row of five numbers for each field line: name start, name end, value start,
 * value end, FieldId. Offsets count from the first byte of the text that the rows describe.
 */

const ROW = 5;

const FIRST_ROWS = 32;
/** Tables that are kept for later requests: about as many as there are connections in the middle of one. */
const MAX_FREE = 256;
const STANDARD_LENGTH = rowAt(FIRST_ROWS);

/** All parsers may share it: a table in it has no owner, and a table that is taken is no longer in it. */
const free: Int32Array[] = [];

/** Returns the index of the first number of row `index`. */
function rowAt(index: number): number {
  return FIELD_IDS + index * ROW;
}

/** Returns a table of the standard size. A new array for each request would cost more than parsing a small head. */
function takeTable(): Int32Array {
  const table = free.pop();
  return table === undefined ? new Int32Array(STANDARD_LENGTH) : table;
}

/** Returns a table of twice as many rows with the same contents. Gives the old table back. */
function growTable(table: Int32Array): Int32Array {
  const rows = (table.length - FIELD_IDS) / ROW;
  const larger = new Int32Array(rowAt(rows * 2));
  larger.set(table);
  giveTable(table);
  return larger;
}

/** Gives a table back. The caller must not use it afterwards. */
function giveTable(table: Int32Array): void {
  if (table.length === STANDARD_LENGTH && free.length < MAX_FREE) free.push(table);
}

/** All may share it: it has no number that anybody could write. `add` takes a table instead. */
const NO_LINES = new Int32Array(0);
const CASE_BIT = 0x20;
const A = 0x41;
const Z = 0x5a;

/**
 * A field section: the text that it was read from, and where in it each name and value is. A value becomes a string
 * when a caller asks for it. Values have one character per byte (latin1), so that no byte of `obs-text` is lost.
 */
export class Headers {
  /** Number of field lines. */
  count = 0;
  /** The text of the lines, and where in it offset 0 is. For the readers of this library. */
  text = '';
  origin = 0;
  private table: Int32Array = NO_LINES;
  /** Table and values belong to other Headers. */
  private borrowed = false;
  /** The value of each line, if the lines come from a memo. */
  private values: readonly string[] | null = null;
  /** Where in the table the next row begins. */
  private next = rowAt(0);
  /** Bits 1 << FieldId. */
  private present = 0;
  private repeated = 0;

  /** Returns the value of the field `name` (lower-case). Several lines are joined as RFC 9110 section 5.3 says. */
  get(name: string): string | undefined {
    const id = fieldIdOf(name);
    if (id !== FieldId.UNKNOWN) return this.known(id);
    const row = this.find(name, 0);
    if (row < 0) return undefined;
    const next = this.find(name, row + 1);
    return next < 0 ? this.value(row) : this.all(name).join(', ');
  }

  /** As `get`, for one of the known fields, in constant time unless the field is repeated. */
  known(id: FieldId): string | undefined {
    if ((this.present & (1 << id)) === 0) return undefined;
    if ((this.repeated & (1 << id)) === 0) return this.value(this.firstRow(id));
    // A semicolon for cookies: RFC 6265 section 5.4 allows no comma between pairs.
    const separator = id === FieldId.COOKIE ? '; ' : ', ';
    let joined = this.value(this.firstRow(id));
    for (let i = this.nextRow(id, this.firstRow(id)); i >= 0; i = this.nextRow(id, i)) {
      joined += separator + this.value(i);
    }
    return joined;
  }

  has(name: string): boolean {
    const id = fieldIdOf(name);
    return id === FieldId.UNKNOWN ? this.find(name, 0) >= 0 : this.hasKnown(id);
  }

  hasKnown(id: FieldId): boolean {
    return (this.present & (1 << id)) !== 0;
  }

  /** Whether at least one of a set of known fields is present. The set is the sum of their bits, `1 << FieldId`. */
  hasAny(set: number): boolean {
    return (this.present & set) !== 0;
  }

  /** Whether the known field has more than one line. */
  isRepeated(id: FieldId): boolean {
    return (this.repeated & (1 << id)) !== 0;
  }

  /** Returns the values of all lines named `name` (lower-case), in the order received. */
  all(name: string): string[] {
    const values: string[] = [];
    for (let i = this.find(name, 0); i >= 0; i = this.find(name, i + 1)) values.push(this.value(i));
    return values;
  }

  /** Returns the name of line `index` as it was received. */
  name(index: number): string {
    const row = rowAt(index);
    const { table } = this;
    const { text, origin } = this;
    return text.substring(origin + table[row], origin + table[row + 1]);
  }

  /** Returns the value of line `index` without the white space around it. */
  value(index: number): string {
    if (this.values !== null) return this.values[index];
    const row = rowAt(index);
    const { table } = this;
    const { text, origin } = this;
    return text.substring(origin + table[row + 2], origin + table[row + 3]);
  }

  /** Lines in the order received, as `[name, value]`. The name is as it was written. */
  *[Symbol.iterator](): IterableIterator<[string, string]> {
    for (let i = 0; i < this.count; i++) yield [this.name(i), this.value(i)];
  }

  /** Returns the row of the first line of a known field, which must be present. For the readers of this library. */
  firstRow(id: FieldId): number {
    return this.table[id];
  }

  /** Returns the row of the next line of the known field after `row`, or -1. */
  nextRow(id: FieldId, row: number): number {
    const { table } = this;
    for (let i = row + 1; i < this.count; i++) {
      if (table[rowAt(i) + 4] === id) return i;
    }
    return -1;
  }

  valueStart(row: number): number {
    return this.table[rowAt(row) + 2];
  }

  valueEnd(row: number): number {
    return this.table[rowAt(row) + 3];
  }

  /** Adds a line. Offsets count from the first byte of the text that `read` gets later. */
  add(id: FieldId, nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    const row = this.next;
    const table = row < this.table.length ? this.table : this.enlarge();
    table[row] = nameStart;
    table[row + 1] = nameEnd;
    table[row + 2] = valueStart;
    table[row + 3] = valueEnd;
    table[row + 4] = id;
    this.next = row + 5;
    if (id > 0) {
      const bit = 1 << id;
      if ((this.present & bit) === 0) table[id] = this.count;
      else this.repeated |= bit;
      this.present |= bit;
    }
    this.count++;
  }

  /** Gives the lines their text. Their offsets count from `origin` in it. */
  read(text: string, origin: number): void {
    this.text = text;
    this.origin = origin;
  }

  /** Returns a copy of `headers`, which were read from `bytes[start, end)`. It shares nothing with them. */
  static standing(headers: Headers, bytes: Uint8Array, start: number, end: number): Headers {
    const copy = new Headers();
    copy.text = latin1(bytes, start, end);
    copy.table = headers.table.slice(0, headers.next);
    copy.count = headers.count;
    copy.next = headers.next;
    copy.present = headers.present;
    copy.repeated = headers.repeated;
    const values: string[] = [];
    for (let i = 0; i < copy.count; i++) {
      values.push(latin1(bytes, start + copy.valueStart(i), start + copy.valueEnd(i)));
    }
    copy.values = values;
    return copy;
  }

  /** Takes over the lines of `headers`, which must not change or be cleared before these are cleared. */
  borrow(headers: Headers): void {
    this.borrowed = true;
    this.text = headers.text;
    this.origin = headers.origin;
    this.table = headers.table;
    this.values = headers.values;
    this.count = headers.count;
    this.next = headers.next;
    this.present = headers.present;
    this.repeated = headers.repeated;
  }

  /** Forgets the lines of known fields. Of a trailer section callers may see only the others. */
  dropKnown(): void {
    const { table } = this;
    if (this.present === 0) return;
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      if (table[rowAt(i) + 4] !== FieldId.UNKNOWN) continue;
      table.copyWithin(rowAt(kept), rowAt(i), rowAt(i) + ROW);
      kept++;
    }
    this.count = kept;
    this.next = rowAt(kept);
    this.present = 0;
    this.repeated = 0;
  }

  /** Removes all lines, and lets go of text and table. */
  clear(): void {
    if (!this.borrowed) giveTable(this.table);
    this.table = NO_LINES;
    this.borrowed = false;
    this.values = null;
    this.text = '';
    this.origin = 0;
    this.count = 0;
    this.next = rowAt(0);
    this.present = 0;
    this.repeated = 0;
  }

  private enlarge(): Int32Array {
    this.table = this.table === NO_LINES ? takeTable() : growTable(this.table);
    return this.table;
  }

  private find(name: string, from: number): number {
    for (let i = from; i < this.count; i++) {
      if (this.nameIs(i, name)) return i;
    }
    return -1;
  }

  private nameIs(index: number, name: string): boolean {
    const row = rowAt(index);
    const { table } = this;
    const start = table[row];
    if (table[row + 1] - start !== name.length) return false;
    for (let i = 0; i < name.length; i++) {
      const c = this.text.charCodeAt(this.origin + start + i);
      if ((c >= A && c <= Z ? c | CASE_BIT : c) !== name.charCodeAt(i)) return false;
    }
    return true;
  }
}
