/** What a stat said of a file when its content was read. `mtimeMs` keeps its fraction. */
export interface FileStamp {
  readonly mtimeMs: number;
  readonly size: number;
  readonly ino: number;
}

/** In which queue an entry stands. */
export const QUEUE = { NONE: 0, SMALL: 1, MAIN: 2, PINNED: 3 } as const;
export type Queue = (typeof QUEUE)[keyof typeof QUEUE];

/** How often a hit is counted, at most (S3-FIFO keeps two bits). */
export const MAX_USES = 3;

/**
 * One cached value. The fields that readers need are `value` and `fresh`; the rest is the cache's bookkeeping and
 * is written by it alone. Entries are their own list nodes, so that moving and dropping one allocates nothing.
 */
export class CacheEntry<V> {
  readonly key: string;
  readonly value: V;
  /** Absolute path of the file that the value was made from; `''` if it came from none and never goes stale. */
  readonly path: string;
  readonly stamp: FileStamp;
  /** Bytes that the entry counts for: those of the value and the overhead of key, path and bookkeeping. */
  readonly size: number;
  readonly pinned: boolean;
  /** When the stamp was taken, in ms. */
  readonly loadedAt: number;
  /** For how long it may be served after each look at its file, in ms. */
  readonly freshForMs: number;
  /** Set by the last `get`: false says that the file must be looked at before the value is served. */
  fresh = true;
  /** The value may be served unchecked from `freshFrom` (a clock may be set back) until before `freshUntil`, in ms. */
  freshFrom: number;
  freshUntil: number;
  /** Answers that still send from the value (`hold`, `unhold`). */
  holds = 0;
  /** Hits since it was last moved, up to MAX_USES. */
  uses = 0;
  queue: Queue = QUEUE.NONE;
  /** Neighbours in the queue: `older` is evicted before this one. */
  newer: CacheEntry<V> | null = null;
  older: CacheEntry<V> | null = null;
  /** Neighbours among the entries made from the same file. */
  nextOfPath: CacheEntry<V> | null = null;
  previousOfPath: CacheEntry<V> | null = null;
  /** Neighbours among the entries made from files of the same inode. */
  nextOfInode: CacheEntry<V> | null = null;
  previousOfInode: CacheEntry<V> | null = null;
  /** The cache's epoch at the last look at the file: an entry of an earlier one is stale. */
  epoch = Number.POSITIVE_INFINITY;

  constructor(candidate: Candidate<V>, size: number, checkedAt: number, freshForMs: number) {
    this.key = candidate.key;
    this.value = candidate.value;
    this.path = candidate.path;
    this.stamp = candidate.stamp;
    this.pinned = candidate.pinned;
    this.size = size;
    this.loadedAt = checkedAt;
    this.freshForMs = freshForMs;
    const unchecked = candidate.path === '';
    this.freshFrom = unchecked ? Number.NEGATIVE_INFINITY : checkedAt;
    this.freshUntil = unchecked ? Number.POSITIVE_INFINITY : checkedAt + freshForMs;
  }
}

/** What is offered to the cache. */
export interface Candidate<V> {
  readonly key: string;
  readonly value: V;
  /** Bytes of memory that the value holds. */
  readonly bytes: number;
  readonly path: string;
  readonly stamp: FileStamp;
  /** Evicted only when nothing else is left: default files and error pages. */
  readonly pinned: boolean;
  /** For how long it may be served without a look at its file, in ms; the cache's own time unless said. */
  readonly freshForMs?: number;
}
