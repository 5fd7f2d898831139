import { latin1 } from '@webserv/request';
import { DynamicTable } from './dynamic-table.ts';
import { ENTRY_OVERHEAD, Field } from './field.ts';
import { decodedBound, huffmanDecode } from './huffman-decode.ts';
import { IntegerReader } from './integer.ts';
import { STATIC_LAST, STATIC_TABLE } from './static-table.ts';

/** Size of a dynamic table before any setting (RFC 9113, section 6.5.2). */
export const DEFAULT_TABLE_SIZE = 4096;

const SCRATCH = 4096;
const HUFFMAN = 0x80;

/** All decoders share them: one string is read at a time. */
const integers = new IntegerReader();
const scratch = new Uint8Array(SCRATCH);

/** A list so many times as large as is allowed is no longer decoded: no honest client sends one. */
const BOMB = 8;

/**
 * Why a block cannot be decoded. Each is a connection error of type COMPRESSION_ERROR (RFC 9113, section 4.3), except
 * `hpack-bomb`: the block is right, and has cost enough.
 */
type HpackError =
  | 'bad-integer'
  | 'bad-index'
  | 'bad-string'
  | 'bad-huffman'
  | 'bad-size-update'
  | 'hpack-bomb';

/**
 * Decodes field blocks (RFC 7541, section 6), one after the other, in the order in which they came: each changes the table
 * that the next one refers to. After an error nothing more can be decoded.
 *
 * A list that is larger than `maxListSize` is decoded to its end all the same, because the table must stay right, but its
 * further fields are not kept. So what a block costs in memory is bounded, however large its references make it. A list of
 * eight times that size is given up: 15,000 references in one frame would take as long as a hundred requests.
 */
export class HpackDecoder {
  /** The fields of the last block: the first `count` of them. Used again for the next block. */
  readonly fields: Field[] = [];
  count = 0;
  /** Size of the list, as RFC 9113 section 6.5.2 counts it. Once it is too large it is not exact. */
  listSize = 0;
  error: HpackError | null = null;
  readonly table: DynamicTable = new DynamicTable(DEFAULT_TABLE_SIZE);
  private readonly maxListSize: number;
  private readonly bombSize: number;
  /** The greatest size that the encoder may choose for its table. */
  private limit = DEFAULT_TABLE_SIZE;
  /** The encoder must begin its next block with a size of at most `limit`. */
  private owesUpdate = false;
  private at = 0;

  constructor(maxListSize: number) {
    this.maxListSize = maxListSize;
    this.bombSize = BOMB * maxListSize;
  }

  /** The list was larger than allowed, and not all of its fields are kept. */
  get tooLarge(): boolean {
    return this.listSize > this.maxListSize;
  }

  /** The peer has acknowledged another SETTINGS_HEADER_TABLE_SIZE (RFC 9113, section 4.3.1). */
  setLimit(limit: number): void {
    this.limit = limit;
    if (limit < this.table.maxSize) this.owesUpdate = true;
  }

  /** Lets go of the fields of the last block. */
  forget(): void {
    for (let index = 0; index < this.count; index++) this.fields[index] = STATIC_TABLE[0];
    this.count = 0;
  }

  /** Decodes the whole field block `bytes[start, end)`. Returns false if it is wrong: see `error`. */
  decode(bytes: Uint8Array, start: number, end: number): boolean {
    this.count = 0;
    this.listSize = 0;
    this.at = start;
    if (!this.updates(bytes, end)) return false;
    while (this.at < end) {
      const c = bytes[this.at];
      if (c >= 0x80) {
        const index = integers.read(bytes, this.at, end, 7);
        const field = this.entry(index);
        if (field === null) return this.fails(index < 0 ? 'bad-integer' : 'bad-index');
        this.at = integers.next;
        this.keep(field, field.name.length + field.value.length + ENTRY_OVERHEAD);
      } else if (c >= 0x40) {
        if (!this.literal(bytes, end, 6, true, false)) return false;
      } else if (c >= 0x20) {
        // A size update behind a field (RFC 7541, section 4.2).
        return this.fails('bad-size-update');
      } else if (!this.literal(bytes, end, 4, false, c >= 0x10)) return false;
      if (this.listSize > this.bombSize) return this.fails('hpack-bomb');
    }
    return true;
  }

  /** Size updates, which stand at the beginning of a block alone (RFC 7541, sections 4.2 and 6.3). */
  private updates(bytes: Uint8Array, end: number): boolean {
    while (this.at < end && (bytes[this.at] & 0xe0) === 0x20) {
      const size = integers.read(bytes, this.at, end, 5);
      if (size < 0) return this.fails('bad-integer');
      if (size > this.limit) return this.fails('bad-size-update');
      this.at = integers.next;
      this.table.resize(size);
      this.owesUpdate = false;
    }
    return !this.owesUpdate || this.fails('bad-size-update');
  }

  /** Returns the entry of an index, or null if there is none. */
  private entry(index: number): Field | null {
    if (index > STATIC_LAST) return this.table.at(index - STATIC_LAST);
    return index > 0 ? STATIC_TABLE[index] : null;
  }

  private literal(
    bytes: Uint8Array,
    end: number,
    prefix: number,
    indexed: boolean,
    neverIndexed: boolean,
  ): boolean {
    const index = integers.read(bytes, this.at, end, prefix);
    if (index < 0) return this.fails('bad-integer');
    this.at = integers.next;
    // What is neither kept in the table nor in the list is only read over.
    const wanted = indexed || !this.tooLarge;
    let name: string | null;
    if (index === 0) name = this.text(bytes, end, wanted);
    else {
      const entry = this.entry(index);
      if (entry === null) return this.fails('bad-index');
      name = entry.name;
    }
    if (name === null) return false;
    const value = this.text(bytes, end, wanted);
    if (value === null) return false;
    if (!wanted) return true;
    const field = new Field(name, value, neverIndexed);
    if (indexed) this.table.add(field);
    this.keep(field, field.size);
    return true;
  }

  /** Reads a string (RFC 7541, section 5.2). Returns null if it is wrong. If it is not `wanted`, its text is left out. */
  private text(bytes: Uint8Array, end: number, wanted: boolean): string | null {
    if (this.at >= end) return this.noText('bad-string');
    const coded = bytes[this.at] >= HUFFMAN;
    const length = integers.read(bytes, this.at, end, 7);
    if (length < 0) return this.noText('bad-integer');
    const start = integers.next;
    const stop = start + length;
    if (stop > end) return this.noText('bad-string');
    this.at = stop;
    if (!coded) return wanted ? latin1(bytes, start, stop) : '';
    const into = roomFor(decodedBound(length));
    const decoded = huffmanDecode(bytes, start, stop, into, 0);
    if (decoded < 0) return this.noText('bad-huffman');
    return wanted ? latin1(into, 0, decoded) : '';
  }

  private keep(field: Field, size: number): void {
    this.listSize += size;
    if (this.listSize <= this.maxListSize) this.fields[this.count++] = field;
  }

  private noText(error: HpackError): null {
    this.error = error;
    return null;
  }

  private fails(error: HpackError): false {
    this.error = error;
    return false;
  }
}

/** Returns memory for `size` bytes, until the next call. A string that is longer than usual does not stay. */
function roomFor(size: number): Uint8Array {
  return size <= SCRATCH ? scratch : new Uint8Array(size);
}
