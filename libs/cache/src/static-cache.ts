import { Drops } from './drops.ts';
import { CacheEntry, type Candidate, type FileStamp, MAX_USES, QUEUE } from './entry.ts';
import { EntryIndex } from './entry-index.ts';
import { Fifo } from './fifo.ts';
import { Ghosts } from './ghosts.ts';

/** Why a value left the cache. */
export type Departure = 'evicted' | 'dropped' | 'replaced' | 'cleared';

export interface CacheOptions<V> {
  /** Bound of the sum of all entries' sizes. 0 keeps nothing. */
  readonly maxBytes: number;
  /** Bound of one entry's size; maxBytes unless said. */
  readonly maxEntryBytes?: number;
  /** For how long an entry that says nothing else may be served without looking at its file, in ms; 1000 unless said. */
  readonly freshForMs?: number;
  /**
   * Called once for every value that was taken in, when it has left the cache and nothing holds it any more. It
   * must not call the cache.
   */
  readonly onEvict?: (value: V, why: Departure) => void;
  /** Hears by how many bytes what has left but is still being sent from has become more, or less. */
  readonly onHeld?: (bytes: number) => void;
}

/** Counters; all but `bytes`, `entries`, `pinnedBytes` and `heldBytes` only grow. */
export interface CacheStats {
  hits: number;
  misses: number;
  /** Lookups that found an entry that had to be checked. */
  stale: number;
  evictions: number;
  /** Entries removed because their file changed. */
  drops: number;
  /** Candidates that were not taken in: too large, or their file changed while it was read. */
  refused: number;
  bytes: number;
  entries: number;
  pinnedBytes: number;
  /** Sizes of entries that have left but are still being sent from; not part of `bytes`. */
  heldBytes: number;
}

/** Map slots, the entry object and its list fields, measured on V8 and rounded up. */
const ENTRY_OVERHEAD = 256;
/** Share of maxBytes in which newcomers prove themselves (S3-FIFO takes a tenth). */
const SMALL_SHARE = 0.1;
const MIN_GHOSTS = 64;
/** Entries that one `put` looks at and gives another stay: as many are a tenth of a millisecond. */
const MOVES_MAX = 1024;
/** Entries that one newcomer is compared with: an entry that was used since then keeps its place. */
const RIVALS = 16;
/** Linux stamps files with the clock's tick; coarser file systems stamp whole seconds (FAT: two). */
const TICK_MS = 50;
const COARSE_MS = 2000;

/**
 * Complete responses by key, bounded in bytes, never served unchecked for longer than `freshForMs`.
 *
 * Eviction is S3-FIFO (Yang et al., SOSP 2023): newcomers pass through a small queue; those used again move to
 * the main queue, the others leave a ghost behind, and a ghost that comes back goes straight to the main queue. A
 * scan over many files runs through the small queue and leaves the rest alone. A hit writes one counter and moves
 * nothing.
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
  /** Raised to make every entry stale at once. */
  private epoch = 0;

  constructor(options: CacheOptions<V>) {
    this.maxBytes = options.maxBytes;
    this.maxEntryBytes = Math.min(options.maxEntryBytes ?? options.maxBytes, options.maxBytes);
    this.freshForMs = options.freshForMs ?? 1000;
    this.onEvict = options.onEvict ?? null;
    this.onHeld = options.onHeld ?? null;
  }

  /**
   * The entry under `key`, or undefined. Serve it only if `entry.fresh`; else stat `entry.path` and call
   * `confirm`. Call `hold` if the value is sent from in place.
   */
  get(key: string, nowMs: number): CacheEntry<V> | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) {
      this.stats.misses++;
      return undefined;
    }
    if (entry.uses < MAX_USES) entry.uses++;
    if (nowMs < entry.freshUntil && nowMs >= entry.freshFrom && entry.epoch >= this.epoch) {
      entry.fresh = true;
      this.stats.hits++;
    } else {
      entry.fresh = false;
      this.stats.stale++;
    }
    return entry;
  }

  /** The entry under `key` for one who does not serve it: nothing is counted, and `fresh` says nothing. */
  peek(key: string): CacheEntry<V> | undefined {
    return this.entries.get(key);
  }

  /** A ticket for reading a file: take it before the file is opened and hand it to `put`. */
  begin(): number {
    return this.dropped.ticket();
  }

  /**
   * Whether a value of so many bytes is worth making for a key that is not here. Ask once for each request of the key,
   * and offer the value to `put` only after a yes.
   *
   * While there is room, everything is worth it. A full cache takes in a key that is asked for again while its ghost is
   * remembered, and only in the place of an entry that nobody has used lately. What is asked for once leaves a ghost, which
   * costs next to nothing.
   */
  admits(key: string, bytes: number): boolean {
    const size = bytes + 2 * key.length + ENTRY_OVERHEAD;
    if (this.stats.bytes + size <= this.maxBytes || this.entries.has(key)) return true;
    if (this.ghosts.has(key) && this.hasIdleEntry()) return true;
    this.ghosts.add(key, Math.max(MIN_GHOSTS, this.main.count));
    return false;
  }

  /** Whether one of the oldest entries has not been used of late. Those that have been go to the end of the queue. */
  private hasIdleEntry(): boolean {
    if (this.small.bytes > this.maxBytes * SMALL_SHARE) return true;
    for (let looked = 0; looked < RIVALS; looked++) {
      const { oldest } = this.main;
      if (oldest === null || oldest.uses === 0) return true;
      this.move(this.main, oldest, oldest.uses - 1);
    }
    return false;
  }

  /**
   * Takes a value in. `checkedAt` is the time at which the stamp's stat was begun. False if it was refused: it
   * is too large, or its file was dropped after the ticket was taken; the value then stays the caller's.
   */
  put(candidate: Candidate<V>, ticket: number, checkedAt: number): boolean {
    const size = candidate.bytes + candidate.key.length + candidate.path.length + ENTRY_OVERHEAD;
    const reach = candidate.pinned ? this.maxBytes : this.maxBytes - this.stats.pinnedBytes;
    if (
      size > this.maxEntryBytes ||
      size > reach ||
      !this.dropped.allows(candidate.path, candidate.stamp.ino, ticket)
    ) {
      this.stats.refused++;
      return false;
    }
    const before = this.entries.get(candidate.key);
    const proven = before !== undefined && before.queue === QUEUE.MAIN;
    if (before !== undefined) this.leave(before, 'replaced');
    let moves = 0;
    while (this.stats.bytes + size > this.maxBytes) moves = this.evictOne(moves);
    const freshForMs = candidate.freshForMs ?? this.freshForMs;
    this.enter(new CacheEntry(candidate, size, checkedAt, freshForMs), proven);
    return true;
  }

  /**
   * Tells what a stat of a stale entry's file, begun at `nowMs`, has said; null if the file is gone. True if the
   * entry may be served. Else every entry of that file is dropped and the file must be read again.
   */
  confirm(entry: CacheEntry<V>, stamp: FileStamp | null, nowMs: number): boolean {
    if (entry.queue === QUEUE.NONE) return false;
    if (stamp === null || !sameFile(entry, stamp)) {
      this.dropPath(entry.path);
      return false;
    }
    let other = this.paths.first(entry.path);
    while (other !== null) {
      const next = other.nextOfPath;
      if (sameFile(other, stamp)) {
        other.freshFrom = nowMs;
        other.freshUntil = nowMs + other.freshForMs;
        other.epoch = this.epoch;
      } else this.drop(other);
      other = next;
    }
    entry.fresh = true;
    return true;
  }

  /** Removes every entry made from the file `path`, and refuses what is being read from it right now. */
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
   * Removes every entry made from a file that is about to be removed or replaced, by whatever paths it was read, and
   * refuses what is being read from it right now.
   * @param ino of what lies at the path, as the stamps of its entries have it
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

  /** `dropPath` for a folder: `prefix` itself and all below it. Looks at every cached path once. */
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
   * Makes every entry stale, as when file-change notices were lost. What is being read right now is refused. It costs the
   * same however many there are.
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

  /** An answer begins to send from the entry's value: it stays whole until `unhold`, even if the entry leaves. */
  hold(entry: CacheEntry<V>): void {
    entry.holds++;
  }

  /** That answer has sent all, or nothing of the value is in flight any more. */
  unhold(entry: CacheEntry<V>): void {
    entry.holds--;
    if (entry.holds > 0 || entry.queue !== QUEUE.NONE) return;
    const why = this.departures.get(entry);
    if (why === undefined) return;
    this.departures.delete(entry);
    this.stats.heldBytes -= entry.size;
    this.onHeld?.(-entry.size);
    this.onEvict?.(entry.value, why);
  }

  private enter(entry: CacheEntry<V>, proven: boolean): void {
    const ghost = this.ghosts.take(entry.key);
    if (entry.pinned) this.pins.push(entry);
    else if (proven || ghost) this.main.push(entry);
    else this.small.push(entry);
    this.entries.set(entry.key, entry);
    if (entry.path !== '') {
      entry.epoch = this.epoch;
      this.paths.add(entry.path, entry);
      this.inodes.add(entry.stamp.ino, entry);
    }
    this.stats.entries++;
    this.stats.bytes += entry.size;
    this.stats.pinnedBytes = this.pins.bytes;
  }

  private drop(entry: CacheEntry<V>): void {
    this.stats.drops++;
    this.leave(entry, 'dropped');
  }

  private leave(entry: CacheEntry<V>, why: Departure): void {
    const queue =
      entry.queue === QUEUE.SMALL ? this.small : entry.queue === QUEUE.MAIN ? this.main : this.pins;
    queue.remove(entry);
    this.entries.delete(entry.key);
    if (entry.path !== '') {
      this.paths.remove(entry.path, entry);
      this.inodes.remove(entry.stamp.ino, entry);
    }
    this.stats.entries--;
    this.stats.bytes -= entry.size;
    this.stats.pinnedBytes = this.pins.bytes;
    if (entry.holds > 0) {
      this.stats.heldBytes += entry.size;
      this.onHeld?.(entry.size);
      this.departures.set(entry, why);
    } else this.onEvict?.(entry.value, why);
  }

  /**
   * Frees one entry. Every turn either evicts or lowers a use count, so it ends; and after MOVES_MAX of the latter, which
   * one `put` may cause by being large, the oldest goes whatever its uses.
   * @param moves how many entries this `put` has given another stay so far
   * @returns how many it has now
   */
  private evictOne(moves: number): number {
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
    from.remove(entry);
    entry.uses = uses;
    this.main.push(entry);
  }
}

/**
 * Whether the stamp shows the file that the entry was made from. An equal stamp proves it only if it was taken
 * when the modification time could no longer stay the same through another change. Otherwise a file that is written
 * twice within one tick, and read in between, would be served stale for ever.
 */
function sameFile<V>(entry: CacheEntry<V>, stamp: FileStamp): boolean {
  const was = entry.stamp;
  if (was.mtimeMs !== stamp.mtimeMs || was.size !== stamp.size || was.ino !== stamp.ino) return false;
  return entry.loadedAt - was.mtimeMs >= (was.mtimeMs % 1000 === 0 ? COARSE_MS : TICK_MS);
}
