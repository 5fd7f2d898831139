import { bytesOfText, holdsRawBytes, textOfBytes } from '@webserv/request';
import type { MemoryAccount } from '../bounds/memory-ledger.ts';
import type { FileFacts } from '../disk/files.ts';
import type { ListingQuery } from './listing-query.ts';
import { compareNatural, compareText, naturalKey } from './natural-order.ts';

const FIRST_CAPACITY = 256;
/** Bytes of text that are allocated at once. A place is the number of the chunk, then 16 bits within the chunk. */
const CHUNK = 64 << 10;
const CHUNK_BITS = 16;
/** Bytes that an entry takes in the columns of its name, and in those of its facts. */
const NAME_COLUMNS = 8;
const FACT_COLUMNS = 16;
/** The years 1 to 9999, which ISO 8601 writes with four digits. A disk can hold other times, and Date throws at some. */
const FIRST_TIME = -62_135_596_800_000;
const LAST_TIME = 253_402_300_799_999;

/**
 * The entries of a folder in columns: first the names, then the facts about each. A hundred thousand entries take 4 MiB
 * outside of the garbage collector's heap. The account counts every byte of them.
 *
 *     add(name) ... -> describe() -> keep(index, facts) ... -> settle()
 */
export class Entries {
  count = 0;
  private readonly account: MemoryAccount;
  private readonly chunks: Buffer[] = [];
  /** Bytes of the last chunk that are in use. */
  private used = CHUNK;
  private places = new Uint32Array(FIRST_CAPACITY);
  private nameSizes = new Uint16Array(FIRST_CAPACITY);
  /** The key stands after the name; 0 if the name is its own key. */
  private keySizes = new Uint16Array(FIRST_CAPACITY);
  /** Bytes; -1 for a folder. */
  private sizes = new Float64Array(0);
  private times = new Float64Array(0);
  private kept = 0;

  /** @param account counts the memory beyond FIRST_CAPACITY, which is always available */
  constructor(account: MemoryAccount) {
    this.account = account;
  }

  /** Adds a name. @returns false if there is no memory for it */
  add(name: string): boolean {
    const key = naturalKey(name);
    const bytes = holdsRawBytes(name) ? bytesOfText(name) : null;
    const nameSize = bytes?.length ?? Buffer.byteLength(name);
    const keySize = key === name ? 0 : Buffer.byteLength(key);
    if (this.count === this.places.length && !this.grow()) return false;
    if (this.used + nameSize + keySize > CHUNK && !this.addChunk()) return false;
    const { chunks, count, used } = this;
    const chunk = chunks[chunks.length - 1];
    if (bytes === null) chunk.write(name, used);
    else chunk.set(bytes, used);
    if (keySize > 0) chunk.write(key, used + nameSize);
    this.places[count] = ((chunks.length - 1) << CHUNK_BITS) | used;
    this.nameSizes[count] = nameSize;
    this.keySizes[count] = keySize;
    this.used += nameSize + keySize;
    this.count++;
    return true;
  }

  /** Makes room for the facts, after the last name. @returns false if there is no memory for it */
  describe(): boolean {
    if (!this.account.spare(this.count * FACT_COLUMNS)) return false;
    this.sizes = new Float64Array(this.count);
    this.times = new Float64Array(this.count);
    return true;
  }

  /** Keeps a name and its facts. The caller goes through the names in order, and skips those that are not kept. */
  keep(index: number, facts: FileFacts): void {
    const to = this.kept++;
    this.places[to] = this.places[index];
    this.nameSizes[to] = this.nameSizes[index];
    this.keySizes[to] = this.keySizes[index];
    this.sizes[to] = facts.kind === 'folder' ? -1 : facts.size;
    this.times[to] = Math.min(Math.max(facts.mtimeMs, FIRST_TIME), LAST_TIME);
  }

  /** Drops all names that were not kept. */
  settle(): void {
    this.count = this.kept;
  }

  name(index: number): string {
    const start = this.startOf(index);
    const end = start + this.nameSizes[index];
    return textOfBytes(this.chunkOf(index), start, end);
  }

  isFolder(index: number): boolean {
    return this.sizes[index] === -1;
  }

  /** Bytes of a file. */
  size(index: number): number {
    return this.sizes[index];
  }

  /** The time of modification in milliseconds, within the years 1 to 9999. */
  time(index: number): number {
    return this.times[index];
  }

  /** Returns the comparison for a query: folders before files, then the requested order, then the name from A to Z. */
  comparison({ sort, order }: ListingQuery): (a: number, b: number) => number {
    const sign = order === 'desc' ? -1 : 1;
    const column = sort === 'size' ? this.sizes : this.times;
    return (a, b) => {
      const folder = this.isFolder(a);
      if (folder !== this.isFolder(b)) return folder ? -1 : 1;
      if (sort === 'name') return sign * this.compareNames(a, b);
      const difference = column[a] - column[b];
      return difference === 0 ? this.compareNames(a, b) : sign * difference;
    };
  }

  private compareNames(a: number, b: number): number {
    const one = this.chunkOf(a);
    const other = this.chunkOf(b);
    const nameA = this.startOf(a);
    const nameB = this.startOf(b);
    const endA = nameA + this.nameSizes[a];
    const endB = nameB + this.nameSizes[b];
    const keyA = this.keySizes[a];
    const keyB = this.keySizes[b];
    return (
      compareNatural(
        one,
        keyA === 0 ? nameA : endA,
        endA + keyA,
        other,
        keyB === 0 ? nameB : endB,
        endB + keyB,
      ) || compareText(one, nameA, endA, other, nameB, endB)
    );
  }

  private chunkOf(index: number): Buffer {
    return this.chunks[this.places[index] >>> CHUNK_BITS];
  }

  private startOf(index: number): number {
    return this.places[index] & (CHUNK - 1);
  }

  private addChunk(): boolean {
    if (!this.account.spare(CHUNK)) return false;
    this.chunks.push(Buffer.allocUnsafeSlow(CHUNK));
    this.used = 0;
    return true;
  }

  private grow(): boolean {
    const { places, nameSizes, keySizes } = this;
    const capacity = places.length;
    if (!this.account.spare(2 * capacity * NAME_COLUMNS)) return false;
    this.places = new Uint32Array(2 * capacity);
    this.nameSizes = new Uint16Array(2 * capacity);
    this.keySizes = new Uint16Array(2 * capacity);
    this.places.set(places);
    this.nameSizes.set(nameSizes);
    this.keySizes.set(keySizes);
    if (capacity > FIRST_CAPACITY) this.account.give(capacity * NAME_COLUMNS);
    return true;
  }
}
