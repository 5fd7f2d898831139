import { Contest } from './contest.ts';
import { Drops } from './drops.ts';
import { CacheEntry, type Candidate, type FileStamp, MAX_USES, QUEUE } from './entry.ts';
import { EntryIndex } from './entry-index.ts';
import { Fifo } from './fifo.ts';
import { Ghosts } from './ghosts.ts';

/** Why a value left the cache. */
export type Departure = 'evicted' | 'dropped' | 'replaced' | 'cleared';

export interface CacheOptions<V> {
  /** The most bytes of all entries together. 0 keeps nothing. */
  readonly maxBytes: number;
  /** The most bytes of one entry. The default is maxBytes. */
  readonly maxEntryBytes?: number;
  /** How long an entry may be served without a check of its file, in ms. The default is 1000. A candidate may differ. */
  readonly freshForMs?: number;
  /**
   * Called once for each value that the cache took in, when the value has left the cache and no answer holds it. It must
   * not call the cache.
   */
  readonly onEvict?: (value: V, why: Departure) => void;
  /** Called with the change of `heldBytes`: more than 0 when a held entry leaves, less when its last hold ends. */
  readonly onHeld?: (bytes: number) => void;
}

/** Counters. All but `bytes`, `entries`, `pinnedBytes` and `heldBytes` only grow. */
export interface CacheStats {
  hits: number;
  misses: number;
  /** Lookups that found an entry whose file must be checked first. */
  stale: number;
  evictions: number;
  /** Entries that were removed because their file changed. */
  drops: number;
  /** Candidates that the cache did not take in: too large, or their file changed while it was read. */
  refused: number;
  bytes: number;
  entries: number;
  pinnedBytes: number;
  /** Sizes of entries that have left while answers still send from them. Not part of `bytes`. */
  heldBytes: number;
}

/**
 * Bytes of the map slots, the entry object with its numbers, the ghost that it leaves and the heads of the two strings,
 * measured on V8, where a third of the heap lies free between two collections.
 */
const ENTRY_OVERHEAD = 640;
/** Share of maxBytes for the small queue, where new entries wait for a second use (S3-FIFO takes a tenth). */
const SMALL_SHARE = 0.1;
const MIN_GHOSTS = 64;
/** Entries to which one `put` gives another stay, at most. So many take a tenth of a millisecond. */
const MOVES_MAX = 1024;

/**
 * Complete responses by key, bounded in bytes. None is served unchecked for longer than `freshForMs`.
 *
 * Eviction is S3-FIFO (Yang et al., SOSP 2023). A new entry enters a small queue. If it is used again, it moves to the
 * main queue. Otherwise it leaves a ghost, and a key that has a ghost goes straight to the main queue. A scan over many
 * files passes through the small queue and leaves the main queue alone. A hit writes one counter and moves nothing.
 * From the first time on that `admits` finds the cache full, entries leave by `Contest`.
 */
export class StaticCache<V> {
  readonly stats: CacheStats = {
    hits: 0,
    misses: 0,
    stale: 0,
    evictions: 0,
    drops: 0,
    refused: 0,
    bytes: 0,
    entries: 0,
    pinnedBytes: 0,
    heldBytes: 0,
  };
  private readonly maxBytes: number;
  private readonly maxEntryBytes: number;
  private readonly freshForMs: number;
  private readonly onEvict: ((value: V, why: Departure) => void) | null;
  private readonly onHeld: ((bytes: number) => void) | null;
  private readonly entries = new Map<string, CacheEntry<V>>();
  private readonly small = new Fifo<V>(QUEUE.SMALL);
  private readonly main = new Fifo<V>(QUEUE.MAIN);
  private readonly pins = new Fifo<V>(QUEUE.PINNED);
  private readonly ghosts = new Ghosts();
  private readonly paths = new EntryIndex<string, V>('path');
  private readonly inodes = new EntryIndex<number, V>('inode');
  private readonly dropped = new Drops();
  private readonly departures = new Map<CacheEntry<V>, Departure>();
  /** A higher number makes every entry stale at once. */
  private epoch = 0;
  /** Null until the cache is full for the first time. */
  private contest: Contest<V> | null = null;

  constructor(options: CacheOptions<V>) {
    this.maxBytes = options.maxBytes;
    this.maxEntryBytes = Math.min(options.maxEntryBytes ?? options.maxBytes, options.maxBytes);
    this.freshForMs = options.freshForMs ?? 1000;
    this.onEvict = options.onEvict ?? null;
    this.onHeld = options.onHeld ?? null;
  }

  /**
   * Returns the entry under `key`, or undefined. Serve it only if `entry.fresh`. Otherwise stat `entry.path` and call
   * `confirm`. Call `hold` if you send from the value in place.
   */
  get(key: string, nowMs: number): CacheEntry<V> | undefined {
    // A map hashes the key first, also where it is empty. The cache of a site without one always is.
    const entry = this.stats.entries === 0 ? undefined : this.entries.get(key);
    if (entry === undefined) {
      this.stats.misses++;
      return undefined;
    }
    if (entry.uses < MAX_USES) entry.uses++;
    if (this.contest !== null) this.contest.hit(entry);
    else if (entry.frequency < MAX_USES) entry.frequency++;
    const age = nowMs - entry.checkedAt;
    if (age >= 0 && age < entry.freshForMs && entry.epoch >= this.epoch) {
      entry.fresh = true;
      this.stats.hits++;
    } else {
      entry.fresh = false;
      this.stats.stale++;
    }
    return entry;
  }

  /** Returns the entry under `key` to a caller that does not serve it. It counts nothing and does not set `fresh`. */
  peek(key: string): CacheEntry<V> | undefined {
    return this.entries.get(key);
  }

  /** Returns a ticket for reading a file. Take it before you open the file, and pass it to `put`. */
  begin(): number {
    return this.dropped.ticket();
  }

  /**
   * Whether a value of so many bytes is worth making for a key that is not here. Ask once for each request of the key,
   * and offer the value to `put` only if the answer is true.
   *
   * While there is room, every value is. A full cache admits a key that is asked for more often, for its bytes, than one
   * of its entries. A key that is asked for once leaves a number, and costs next to nothing.
   */
  admits(key: string, bytes: number): boolean {
    // The path of the file is not known yet. It is about as long as the key.
    const cost = costOf(bytes, key, key);
    if (cost > this.maxEntryBytes) return false;
    if (this.stats.bytes + cost <= this.maxBytes || this.entries.has(key)) return true;
    this.contest ??= new Contest(this.small, this.main, this.maxBytes);
    const frequency = this.contest.count(key);
    if (frequency < 2) return false;
    const { hits, misses, stale, entries } = this.stats;
    this.contest.advance(hits + misses + stale, entries);
    return this.contest.isWon(frequency, cost);
  }

  /**
   * Takes a value in. `checkedAt` is when the stat of the stamp began. Returns false if the cache refuses the value: it
   * is too large, or its file was dropped after the ticket was taken. The caller then keeps the value.
   */
  put(candidate: Candidate<V>, ticket: number, checkedAt: number): boolean {
    const cost = costOf(candidate.bytes, candidate.key, candidate.path);
    const reach = candidate.pinned ? this.maxBytes : this.maxBytes - this.stats.pinnedBytes;
    if (
      cost > this.maxEntryBytes ||
      cost > reach ||
      !this.dropped.allows(candidate.path, candidate.stamp.ino, ticket)
    ) {
      this.stats.refused++;
      return false;
    }
    const before = this.entries.get(candidate.key);
    const proven = before !== undefined && before.queue === QUEUE.MAIN;
    if (before !== undefined) this.leave(before, 'replaced');
    let moves = 0;
    while (this.stats.bytes + cost > this.maxBytes) moves = this.evictOne(moves);
    const freshForMs = candidate.freshForMs ?? this.freshForMs;
    this.enter(new CacheEntry(candidate, cost, checkedAt, freshForMs), proven);
    return true;
  }

  /** Evicts the entry that is next to go. Returns false if only pinned entries are left. */
  evict(): boolean {
    if (this.small.oldest === null && this.main.oldest === null) return false;
    this.evictOne(0);
    return true;
  }

  /**
   * Reports the stat of a stale entry's file, which began at `nowMs`. `stamp` is null if the file is gone. Returns true
   * if the entry may be served. Otherwise every entry of that file is dropped, and the caller must read the file again.
   * @param freshForMs how long the entry may be served from now on after each check
   */
  confirm(
    entry: CacheEntry<V>,
    stamp: FileStamp | null,
    nowMs: number,
    freshForMs = entry.freshForMs,
  ): boolean {
    if (entry.queue === QUEUE.NONE) return false;
    if (stamp === null || !entry.isOf(stamp)) {
      this.dropPath(entry.path);
      return false;
    }
    entry.freshForMs = freshForMs;
    let other = this.paths.first(entry.path);
    while (other !== null) {
      const next = other.nextOfPath;
      if (other.isOf(stamp)) {
        other.checkedAt = nowMs;
        other.epoch = this.epoch;
      } else this.drop(other);
      other = next;
    }
    entry.fresh = true;
    return true;
  }

  /** Removes every entry that was made from the file `path`, and refuses what is being read from it now. */
  dropPath(path: string): number {
    this.dropped.record(path);
    let count = 0;
    for (let entry = this.paths.first(path); entry !== null; entry = this.paths.first(path)) {
      this.drop(entry);
      count++;
    }
    return count;
  }

  /**
   * Removes every entry that was made from a file, whatever path it was read by, and refuses what is being read from it
   * now. Call it before the file is removed or replaced.
   * @param ino inode of what is at the path, as in the stamps of its entries
   */
  dropFile(path: string, ino: number): number {
    let count = this.dropPath(path);
    this.dropped.record(ino);
    for (let entry = this.inodes.first(ino); entry !== null; entry = this.inodes.first(ino)) {
      this.drop(entry);
      count++;
    }
    return count;
  }

  /** `dropPath` for the folder `prefix` and all below it. It looks at every cached path once. */
  dropTree(prefix: string): number {
    const below = prefix.endsWith('/') ? prefix : `${prefix}/`;
    this.dropped.recordAll();
    const paths: string[] = [];
    for (const path of this.paths.keys()) if (path === prefix || path.startsWith(below)) paths.push(path);
    let count = 0;
    for (const path of paths) count += this.dropPath(path);
    return count;
  }

  /**
   * Makes every entry stale, for instance when file-change notices were lost. It refuses what is being read now. Its cost
   * does not depend on the number of entries.
   */
  expireAll(): void {
    this.dropped.recordAll();
    this.epoch++;
  }

  /** Removes everything. */
  clear(): void {
    this.dropped.recordAll();
    for (const entry of this.entries.values()) this.leave(entry, 'cleared');
    this.ghosts.clear();
  }

  /** An answer begins to send from the entry's value. The value stays whole until `unhold`, even if the entry leaves. */
  hold(entry: CacheEntry<V>): void {
    entry.holds++;
  }

  /** That answer has sent everything, or nothing of the value is in flight any more. */
  unhold(entry: CacheEntry<V>): void {
    entry.holds--;
    if (entry.holds > 0 || entry.queue !== QUEUE.NONE) return;
    const why = this.departures.get(entry);
    if (why === undefined) return;
    this.departures.delete(entry);
    this.stats.heldBytes -= entry.cost;
    this.onHeld?.(-entry.cost);
    this.onEvict?.(entry.value, why);
  }

  private enter(entry: CacheEntry<V>, proven: boolean): void {
    const ghost = this.ghosts.take(entry.key);
    this.contest?.enter(entry);
    if (entry.pinned) this.pins.push(entry);
    else if (proven || ghost || this.contest !== null) this.main.push(entry);
    else this.small.push(entry);
    this.entries.set(entry.key, entry);
    if (entry.path !== '') {
      entry.epoch = this.epoch;
      this.paths.add(entry.path, entry);
      this.inodes.add(entry.ino, entry);
    }
    this.stats.entries++;
    this.stats.bytes += entry.cost;
    this.stats.pinnedBytes = this.pins.bytes;
  }

  private drop(entry: CacheEntry<V>): void {
    this.stats.drops++;
    this.leave(entry, 'dropped');
  }

  private leave(entry: CacheEntry<V>, why: Departure): void {
    const queue =
      entry.queue === QUEUE.SMALL ? this.small : entry.queue === QUEUE.MAIN ? this.main : this.pins;
    this.contest?.leave(entry);
    queue.remove(entry);
    this.entries.delete(entry.key);
    if (entry.path !== '') {
      this.paths.remove(entry.path, entry);
      this.inodes.remove(entry.ino, entry);
    }
    this.stats.entries--;
    this.stats.bytes -= entry.cost;
    this.stats.pinnedBytes = this.pins.bytes;
    if (entry.holds > 0) {
      this.stats.heldBytes += entry.cost;
      this.onHeld?.(entry.cost);
      this.departures.set(entry, why);
    } else this.onEvict?.(entry.value, why);
  }

  /**
   * Evicts one entry: the loser of the contest, if there is one. Otherwise every turn evicts or lowers a use count, so the
   * loop ends. One large `put` may lower many: after MOVES_MAX of them the oldest entry goes, whatever its uses.
   * @param moves to how many entries this `put` has given another stay so far
   * @returns that number afterwards
   */
  private evictOne(moves: number): number {
    const loser = this.contest?.loser() ?? null;
    if (loser !== null) {
      this.contest?.evicted(loser);
      this.stats.evictions++;
      this.leave(loser, 'evicted');
      return moves;
    }
    for (let moved = moves; ; moved++) {
      const fromSmall = this.small.bytes > this.maxBytes * SMALL_SHARE || this.main.oldest === null;
      const victim =
        (fromSmall ? this.small.oldest : this.main.oldest) ?? this.main.oldest ?? this.pins.oldest;
      if (victim === null) return moved;
      const again = victim.uses > 0 && moved < MOVES_MAX;
      if (again && victim.queue === QUEUE.SMALL) this.move(this.small, victim, 0);
      else if (again && victim.queue === QUEUE.MAIN) this.move(this.main, victim, victim.uses - 1);
      else {
        if (victim.queue === QUEUE.SMALL) this.ghosts.add(victim.key, Math.max(MIN_GHOSTS, this.main.count));
        this.stats.evictions++;
        this.leave(victim, 'evicted');
        return moved;
      }
    }
  }

  private move(from: Fifo<V>, entry: CacheEntry<V>, uses: number): void {
    this.contest?.leave(entry);
    from.remove(entry);
    entry.uses = uses;
    this.main.push(entry);
  }
}

/** Returns the bytes that an entry counts as. */
function costOf(bytes: number, key: string, path: string): number {
  return bytes + key.length + path.length + ENTRY_OVERHEAD;
}
