import type { MemoryAccount } from '../bounds/memory-ledger.ts';
import type { Slice } from '../bounds/slice.ts';
import type { Work } from '../bounds/turns.ts';
import { ERRNO } from '../disk/errno.ts';
import { visible } from '../page-style.ts';
import { present } from '../present.ts';
import type { FolderScan } from './folder-scan.ts';
import type { ListingQuery } from './listing-query.ts';
import type { ListingView } from './listing-view.ts';
import { MergeOrder } from './merge-order.ts';

/** The characters of one piece of the body. */
const PIECE = 32_768;
/** Bytes that one reader holds: a piece that is being sent. */
export const READER_BYTES = PIECE;
/** The most pieces that are kept for slower readers. For a reader that is further behind, a piece is written again. */
const KEPT = 16;
/** Names between two looks at the clock. */
const NAMES = 64;
/** Bytes per entry of the two arrays that a sort needs. */
const SORT_BYTES = 8;

/** A reader of a listing. */
export interface ListingReader {
  /** Gives a piece that the reader wanted. @param last whether it is the last one */
  given(piece: Buffer, last: boolean): void;
  /** The listing failed, and no piece of it was given. @param errno negative */
  refused(errno: number, place: string): void;
}

/** The parts that a listing is made from. */
interface ListingParts {
  readonly scan: FolderScan;
  readonly query: ListingQuery;
  readonly view: ListingView;
  readonly account: MemoryAccount;
  /** As `Services.later`. */
  readonly later: (work: Work) => void;
}

/**
 * One folder in one order and one view, for all requests of it. It is sorted once, and a piece is written when a reader
 * wants it. Sorting, writing and giving run in the slices of `later`.
 *
 *     waiting for its scan and view -> sorting -> giving pieces          any of them --cancel()--> over
 */
export class Listing {
  private readonly parts: ListingParts;
  private readonly readers = new Set<ListingReader>();
  private sort: MergeOrder | null = null;
  private order: Uint32Array | null = null;
  /** The entries that are listed, the first of `order`. */
  private listed = 0;
  /** How many entries the filter has looked at. */
  private looked = 0;
  /** Whether the folder is read, or that failed, and the view has what it needs. */
  private ready = false;
  private errno = 0;
  private failedIn = '';
  /**
   * Where each piece known so far begins: at a row, or behind all rows at a character of the end. And the number of the last
   * piece, once it is written.
   */
  private readonly starts: number[] = [0];
  private last = -1;
  private end: string | null = null;
  /** The pieces written last, the oldest first. */
  private readonly pieces = new Map<number, Buffer>();
  /** The readers that want each piece, in the order in which the pieces were first wanted. */
  private readonly wanted = new Map<number, Set<ListingReader>>();
  private working = false;
  private over = false;
  private readonly work: Work = (slice) => {
    this.working = false;
    if (!this.over && this.advance(slice)) this.goOn();
  };

  constructor(parts: ListingParts) {
    this.parts = parts;
  }

  /** Readers that have entered and have not left. */
  get size(): number {
    return this.readers.size;
  }

  enter(reader: ListingReader): void {
    this.readers.add(reader);
  }

  leave(reader: ListingReader): void {
    this.readers.delete(reader);
    for (const [number, readers] of this.wanted) {
      if (readers.delete(reader) && readers.size === 0) this.wanted.delete(number);
    }
  }

  /** Orders a piece. `given` or `refused` follows, not from within this call. The reader has all pieces before it. */
  want(reader: ListingReader, number: number): void {
    const readers = this.wanted.get(number);
    if (readers === undefined) this.wanted.set(number, new Set([reader]));
    else readers.add(reader);
    if (this.ready) this.goOn();
  }

  /** Returns a piece that is kept, or null. */
  pieceAt(number: number): Buffer | null {
    return this.pieces.get(number) ?? null;
  }

  isLast(number: number): boolean {
    return number === this.last;
  }

  /** Reports that the scan of the folder is over: it is read, or it failed. */
  begin(): void {
    const { scan, view } = this.parts;
    const ready = (): void => {
      this.ready = true;
      this.goOn();
    };
    if (scan.errno < 0) ready();
    else view.prepare(scan, ready);
  }

  cancel(): void {
    this.over = true;
    this.sort = null;
    this.order = null;
    this.pieces.clear();
    this.wanted.clear();
  }

  private goOn(): void {
    if (this.working || this.over || this.wanted.size === 0) return;
    this.working = true;
    this.parts.later(this.work);
  }

  /** @returns whether a reader still wants a piece */
  private advance(slice: Slice): boolean {
    if (this.errno === 0 && this.order === null && !this.sorted(slice)) return true;
    while (this.wanted.size > 0) {
      const [number, readers] = firstOf(this.wanted);
      if (this.errno < 0) this.refuse(readers);
      else this.give(number, readers);
      if (readers.size === 0) this.wanted.delete(number);
      if (slice.spent) break;
    }
    return this.wanted.size > 0;
  }

  /** @returns whether the sort is over: sorted, or failed */
  private sorted(slice: Slice): boolean {
    const { scan, account, query } = this.parts;
    if (scan.errno < 0) return this.fail(scan.errno, scan.failedIn);
    const { count } = scan.entries;
    if (this.sort === null) {
      if (!account.spare(count * SORT_BYTES)) return this.fail(-ERRNO.ENOMEM, 'memory_limit');
      this.sort = new MergeOrder(count, scan.entries.comparison(query));
    }
    if (!this.sort.run(slice)) return false;
    if (!this.filtered(this.sort.order, slice)) return false;
    this.order = this.sort.order;
    this.sort = null;
    account.give((count * SORT_BYTES) / 2);
    return true;
  }

  /** Moves the entries whose names hold the text to the front. @returns whether all were looked at */
  private filtered(order: Uint32Array, slice: Slice): boolean {
    const { scan, query } = this.parts;
    const text = query.filter.toLowerCase();
    if (text === '') {
      this.listed = order.length;
      return true;
    }
    for (let left = NAMES; this.looked < order.length; left--) {
      if (left === 0) {
        if (slice.spent) return false;
        left = NAMES;
      }
      const index = order[this.looked++];
      if (visible(scan.entries.name(index)).toLowerCase().includes(text)) order[this.listed++] = index;
    }
    return true;
  }

  private fail(errno: number, place: string): true {
    this.errno = errno;
    this.failedIn = place;
    return true;
  }

  /** Gives a piece to one reader at a time: the answer or send that follows takes longer than to write a row. */
  private give(number: number, readers: Set<ListingReader>): void {
    const piece = this.pieces.get(number) ?? this.write(number);
    const reader = firstOf(readers);
    readers.delete(reader);
    reader.given(piece, number === this.last);
  }

  private refuse(readers: Set<ListingReader>): void {
    const reader = firstOf(readers);
    readers.delete(reader);
    reader.refused(this.errno, this.failedIn);
  }

  private write(number: number): Buffer {
    const { scan, view } = this.parts;
    const { entries } = scan;
    const order = present(this.order, 'the order of a listing');
    let at = this.starts[number];
    let text = number === 0 ? view.begin() : '';
    for (; at < this.listed && text.length < PIECE; at++) {
      text += view.row(entries, order[at], at === 0);
    }
    if (at >= this.listed) {
      this.end ??= view.end(scan.truncated);
      const part = sliceOf(this.end, at - this.listed, PIECE - text.length);
      text += part;
      at += part.length;
      if (at === this.listed + this.end.length) this.last = number;
    }
    if (number !== this.last) this.starts[number + 1] = at;
    const piece = Buffer.from(text);
    this.keep(number, piece);
    return piece;
  }

  private keep(number: number, piece: Buffer): void {
    this.pieces.set(number, piece);
    this.parts.account.add(piece.length);
    for (const [oldest, { length }] of this.pieces) {
      if (this.pieces.size <= KEPT && (this.pieces.size === 1 || this.parts.account.mayKeep)) return;
      this.pieces.delete(oldest);
      this.parts.account.give(length);
    }
  }
}

/** Returns some characters of a text. It does not cut one that takes two units of UTF-16. */
function sliceOf(text: string, from: number, length: number): string {
  const to = from + Math.max(0, length);
  const cuts = to < text.length && to > from && isHighSurrogate(text.charCodeAt(to - 1));
  return text.slice(from, cuts ? to - 1 : to);
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function firstOf<T>(values: Iterable<T>): T {
  for (const value of values) return value;
  throw new Error("none is left: a mistake of the server's own");
}
