import { halved } from './frequencies.ts';

/** What stat reported about a file when its content was read. `mtimeMs` keeps its fraction. */
export interface FileStamp {
  readonly mtimeMs: number;
  readonly size: number;
  readonly ino: number;
  /** The time of the last change of any kind, if it is known. The cache does not compare it. */
  readonly ctimeMs?: number | undefined;
}

/** The queue that an entry is in. */
export const QUEUE = { NONE: 0, SMALL: 1, MAIN: 2, PINNED: 3 } as const;
export type Queue = (typeof QUEUE)[keyof typeof QUEUE];

/** Linux stamps files with the clock's tick. Coarser file systems stamp whole seconds (FAT: two). */
const TICK_MS = 50;
const COARSE_MS = 2000;
/** No epoch of a cache comes after it. A small integer: an infinity would be an object of its own. */
const LAST_EPOCH = 2 ** 31 - 1;

/** Hits of an entry beyond this are not counted (S3-FIFO keeps two bits). */
export const MAX_USES = 3;

/**
 * One cached value. Readers need `value` and `fresh`. The other fields are bookkeeping, and only the cache writes them.
 * An entry is its own list node, so moving or dropping it allocates nothing.
 */
export class CacheEntry<V> implements FileStamp {
  readonly key: string;
  readonly value: V;
  /** Absolute path of the file that the value was made from. `''`: it came from no file and never goes stale. */
  readonly path: string;
  /** The stamp of that file. Its fields stand here because an object of their own would be a fifth of the entry. */
  readonly mtimeMs: number;
  readonly size: number;
  readonly ino: number;
  readonly ctimeMs: number | undefined;
  /** Bytes that the entry counts as: the value, the key, the path and the bookkeeping. */
  readonly cost: number;
  readonly pinned: boolean;
  /**
   * True if the stamp was taken so late that another change would have changed the modification time. Otherwise a file
   * that is written twice within one tick, and read in between, would be served stale for ever.
   */
  readonly settled: boolean;
  /** How long the value may be served after each check of its file, in ms. */
  freshForMs: number;
  /** Set by the last `get`. If it is false, the caller must check the file before it serves the value. */
  fresh = true;
  /**
   * When its file was looked at last, in ms. The value may be served unchecked from then on and for `freshForMs`. The
   * first bound matters when the clock is set back.
   */
  checkedAt: number;
  /** How many answers are sending from the value (`hold`, `unhold`). */
  holds = 0;
  /** Hits since the entry last moved, up to MAX_USES. */
  uses = 0;
  /** How often it was asked for lately, up to the end of `period` (`Frequencies`). */
  frequency = 1;
  period = 0;
  queue: Queue = QUEUE.NONE;
  /** Neighbours in the queue. `older` is evicted before this entry. */
  newer: CacheEntry<V> | null = null;
  older: CacheEntry<V> | null = null;
  /** Neighbours among the entries that were made from the same path. */
  nextOfPath: CacheEntry<V> | null = null;
  previousOfPath: CacheEntry<V> | null = null;
  /** Neighbours among the entries that were made from the same inode. */
  nextOfInode: CacheEntry<V> | null = null;
  previousOfInode: CacheEntry<V> | null = null;
  /** The cache's epoch at the last check of the file. An entry of an earlier epoch is stale. */
  epoch = LAST_EPOCH;

  constructor(candidate: Candidate<V>, cost: number, checkedAt: number, freshForMs: number) {
    const { mtimeMs, size, ino, ctimeMs } = candidate.stamp;
    this.key = candidate.key;
    this.value = candidate.value;
    this.path = candidate.path;
    this.mtimeMs = mtimeMs;
    this.size = size;
    this.ino = ino;
    this.ctimeMs = ctimeMs;
    this.cost = cost;
    this.pinned = candidate.pinned;
    this.settled = checkedAt - mtimeMs >= (mtimeMs % 1000 === 0 ? COARSE_MS : TICK_MS);
    this.freshForMs = candidate.path === '' ? Number.POSITIVE_INFINITY : freshForMs;
    this.checkedAt = candidate.path === '' ? -Number.MAX_VALUE : checkedAt;
  }

  /** Returns how often it was asked for lately. Each period that has ended meanwhile halves that. */
  lately(period: number): number {
    if (this.period !== period) {
      this.frequency = halved(this.frequency, period - this.period);
      this.period = period;
    }
    return this.frequency;
  }

  /** Returns true if the stamp is that of the file that the value was made from. */
  isOf(stamp: FileStamp): boolean {
    return (
      this.settled && this.mtimeMs === stamp.mtimeMs && this.size === stamp.size && this.ino === stamp.ino
    );
  }
}

/** What a caller offers to the cache. */
export interface Candidate<V> {
  readonly key: string;
  readonly value: V;
  /** Bytes of memory that the value holds. */
  readonly bytes: number;
  readonly path: string;
  readonly stamp: FileStamp;
  /** The cache evicts a pinned entry only when no other is left. For default files and error pages. */
  readonly pinned: boolean;
  /** How long the value may be served without a check of its file, in ms. The default is the cache's own time. */
  readonly freshForMs?: number;
}
