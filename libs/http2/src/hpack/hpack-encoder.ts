import { DynamicTable } from './dynamic-table.ts';
import { ENTRY_OVERHEAD, Field } from './field.ts';
import { Literal, lowerCased, writeField, writeIndexed, writeNamed } from './field-writer.ts';
import { DEFAULT_TABLE_SIZE } from './hpack-decoder.ts';
import { writeInteger } from './integer.ts';
import { STATIC_LAST, STATIC_TABLE, staticIndex } from './static-table.ts';

const SIZE_UPDATE = 0x20;
const COLON = 0x3a;

/**
 * Encodes fields with a dynamic table (RFC 7541): what was said before on the connection is said again in one byte. A block
 * belongs to its connection and to its place among the others, unlike one of `writeField`.
 *
 * A decoder must follow every table that its peer wants, so a larger table costs it memory. The encoder uses at most
 * `maxSize` of what the decoder allows.
 */
export class HpackEncoder {
  private readonly maxSize: number;
  private readonly table: DynamicTable;
  /** The sizes that the decoder is to be told before the next field: -1 for none. */
  private smallest = -1;
  private last = -1;

  constructor(maxSize: number = DEFAULT_TABLE_SIZE) {
    this.maxSize = maxSize;
    this.table = new DynamicTable(Math.min(maxSize, DEFAULT_TABLE_SIZE));
    if (maxSize < DEFAULT_TABLE_SIZE) this.changed(maxSize);
  }

  /** The peer allows a table of this size (SETTINGS_HEADER_TABLE_SIZE; RFC 9113, section 4.3.1). */
  setLimit(limit: number): void {
    const size = Math.min(limit, this.maxSize);
    if (size !== this.table.maxSize) this.changed(size);
  }

  /** Bytes that `begin` writes at most. */
  get updateSize(): number {
    return this.last < 0 ? 0 : 12;
  }

  /** Begins a block: writes the size updates that are due (RFC 7541, section 4.2). Returns the offset behind them. */
  begin(into: Uint8Array, at: number): number {
    if (this.last < 0) return at;
    let out = at;
    // The smallest size in between has evicted entries, so the decoder must see it too.
    if (this.smallest < this.last) out = writeInteger(into, out, SIZE_UPDATE, 5, this.smallest);
    out = writeInteger(into, out, SIZE_UPDATE, 5, this.last);
    this.smallest = -1;
    this.last = -1;
    return out;
  }

  /**
   * Writes a field. `how` says what becomes of it if the tables do not have it yet. Returns the offset behind it, or -1 if a
   * character may not be sent: then the table is as it was.
   */
  field(into: Uint8Array, at: number, name: string, value: string, how: Literal = Literal.INDEXED): number {
    // A pseudo-field is written as it is: the static table has its name, or it cannot be written.
    const lower = name.charCodeAt(0) === COLON ? name : lowerCased(name);
    if (lower === '') return -1;
    if (how === Literal.NEVER_INDEXED) return writeField(into, at, lower, value, how);
    const found = this.find(lower, value);
    if (found > 0) return writeIndexed(into, at, found);
    // What would empty the table is not worth it.
    const fits = lower.length + value.length + ENTRY_OVERHEAD <= this.table.maxSize / 2;
    const kept = how === Literal.INDEXED && fits;
    const pattern = kept ? Literal.INDEXED : Literal.UNINDEXED;
    const named = this.named(lower);
    const end =
      named > 0 ? writeNamed(into, at, named, value, pattern) : writeField(into, at, lower, value, pattern);
    if (end >= 0 && kept) this.table.add(new Field(lower, value));
    return end;
  }

  private changed(size: number): void {
    if (this.last < 0 || size < this.smallest) this.smallest = size;
    this.last = size;
    this.table.resize(size);
  }

  /** Returns the index of the field, or 0. The static entries of a name follow each other. */
  private find(name: string, value: string): number {
    for (let index = staticIndex(name); index > 0 && index <= STATIC_LAST; index++) {
      const entry = STATIC_TABLE[index];
      if (entry.name !== name) break;
      // An empty value of the static table says mostly that it has none, but it is one (RFC 7541, appendix A).
      if (entry.value === value) return index;
    }
    const { table } = this;
    for (let age = 1; age <= table.count; age++) {
      const entry = table.at(age);
      if (entry !== null && entry.value === value && entry.name === name) return STATIC_LAST + age;
    }
    return 0;
  }

  /** Returns the index of an entry with this name, or 0. */
  private named(name: string): number {
    const index = staticIndex(name);
    if (index > 0) return index;
    const { table } = this;
    for (let age = 1; age <= table.count; age++) {
      if (table.at(age)?.name === name) return STATIC_LAST + age;
    }
    return 0;
  }
}
