/** What stat reported about a file when its content was read. `mtimeMs` keeps its fraction. */
export interface FileStamp {
  readonly mtimeMs: number;
  readonly size: number;
  readonly ino: number;
  /** The time of the last change of any kind, if it is known. The cache does not compare it. */
  readonly ctimeMs?: number;
}

/** The queue that an entry is in. */
export const QUEUE = { NONE: 0, SMALL: 1, MAIN: 2, PINNED: 3 } as const;
export type Queue = (typeof QUEUE)[keyof typeof QUEUE];

/** Hits of an entry beyond this are not counted (S3-FIFO keeps two bits). */
export const MAX_USES = 3;

/**
 * One cached value. Readers need `value` and `fresh`. The other fields are bookkeeping, and only the cache writes them.
 * An entry is its own list node, so moving or dropping it allocates nothing.
 */
export class CacheEntry<V> {
  readonly key: string;
  readonly value: V;
  /** Absolute path of the file that the value was made from. `''`: it came from no file and never goes stale. */
  readonly path: string;
  readonly stamp: FileStamp;
  /** Bytes that the entry counts as: the value, the key, the path and the bookkeeping. */
  readonly size: number;
  readonly pinned: boolean;
  /** When the stamp was taken, in ms. */
  readonly loadedAt: number;
  /** How long the value may be served after each check of its file, in ms. */
  freshForMs: number;
  /** Set by the last `get`. If it is false, the caller must check the file before it serves the value. */
  fresh = true;
  /**
   * The value may be served unchecked from `freshFrom` on and before `freshUntil`, in ms. The first bound matters when
   * the clock is set back.
   */
  freshFrom: number;
  freshUntil: number;
  /** How many answers are sending from the value (`hold`, `unhold`). */
  holds = 0;
  /** Hits since the entry last moved, up to MAX_USES. */
  uses = 0;
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
