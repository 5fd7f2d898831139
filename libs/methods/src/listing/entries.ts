import type { FileFacts } from '../files.ts';
import type { ListingQuery } from './listing-query.ts';
import { compareNatural, naturalKey } from './natural-order.ts';

const FIRST_CAPACITY = 256;
/** The years 1 to 9999: what ISO 8601 writes with four digits. A disk can say more, and Date throws at some of it. */
const FIRST_TIME = -62_135_596_800_000;
const LAST_TIME = 253_402_300_799_999;

/** The entries of a folder in columns: a hundred thousand of them are three arrays, and their names. */
export class Entries {
  count = 0;
  readonly names: string[] = [];
  private readonly keys: string[] = [];
  /** Bytes; -1 for a folder. */
  private sizes = new Float64Array(FIRST_CAPACITY);
  private times = new Float64Array(FIRST_CAPACITY);

  add(name: string, facts: FileFacts): void {
    if (this.count === this.sizes.length) this.grow();
    this.names.push(name);
    this.keys.push(naturalKey(name));
    this.sizes[this.count] = facts.kind === 'folder' ? -1 : facts.size;
    this.times[this.count] = Math.min(Math.max(facts.mtimeMs, FIRST_TIME), LAST_TIME);
    this.count++;
  }

  isFolder(index: number): boolean {
    return this.sizes[index] === -1;
  }

  /** Bytes of a file. */
  size(index: number): number {
    return this.sizes[index] as number;
  }

  /** Time of modification in milliseconds, within the years 1 to 9999. */
  time(index: number): number {
    return this.times[index] as number;
  }

  /** Folders before files, then as asked for; what is alike there goes by its name, from A to Z. */
  comparison({ sort, order }: ListingQuery): (a: number, b: number) => number {
    const sign = order === 'desc' ? -1 : 1;
    const byName = (a: number, b: number): number =>
      compareNatural(this.keys[a] as string, this.keys[b] as string) ||
      compareText(this.names[a] as string, this.names[b] as string);
    const column = sort === 'size' ? this.sizes : this.times;
    return (a, b) => {
      const folder = this.isFolder(a);
      if (folder !== this.isFolder(b)) return folder ? -1 : 1;
      if (sort === 'name') return sign * byName(a, b);
      const difference = (column[a] as number) - (column[b] as number);
      return difference === 0 ? byName(a, b) : sign * difference;
    };
  }

  private grow(): void {
    const { sizes, times } = this;
    this.sizes = new Float64Array(sizes.length * 2);
    this.times = new Float64Array(times.length * 2);
    this.sizes.set(sizes);
    this.times.set(times);
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
