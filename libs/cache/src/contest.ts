import { type CacheEntry, QUEUE } from './entry.ts';
import type { Fifo } from './fifo.ts';
import { Frequencies, MOST } from './frequencies.ts';

/** Bytes of the cache for each key that is remembered: about two keys for each entry of a kilobyte. */
const BYTES_A_KEY = 512;
/** A period of the frequencies is so many requests for each entry. */
const PERIOD = 16;
/** Entries at which the hand looks for one candidate. */
const LOOKS = 2;
/**
 * A candidate must be worth so many times what an entry is. Counts are small, so of many keys that are asked for alike
 * some look half again as popular as others. Each replacement by an equal costs more than reading a small file.
 */
const ADVANTAGE = 2;

/**
 * The contest for the places of a full cache. A key is worth how often it was asked for lately, for each byte: a small
 * page stays where a large one with as many hits goes, since a hit saves much the same on both.
 *
 * A hand walks over the entries of both queues, a few steps for each candidate, and remembers the one that is worth least.
 */
export class Contest<V> {
  private readonly small: Fifo<V>;
  private readonly main: Fifo<V>;
  private readonly frequencies: Frequencies;
  private hand: CacheEntry<V> | null = null;
  private worst: CacheEntry<V> | null = null;
  /** Requests of the cache at the beginning of the present period. */
  private begun = 0;

  constructor(small: Fifo<V>, main: Fifo<V>, maxBytes: number) {
    this.small = small;
    this.main = main;
    this.frequencies = new Frequencies(maxBytes / BYTES_A_KEY);
  }

  /** Counts a request of a key that is no entry. @returns how often it was asked for lately, this time included */
  count(key: string): number {
    return this.frequencies.add(key);
  }

  /**
   * Whether a key with this frequency and cost is worth more than an entry. Its present request does not count: an entry
   * has none of its own yet.
   */
  isWon(frequency: number, cost: number): boolean {
    const rival = this.loser();
    return rival === null || (frequency - 1) / cost > ADVANTAGE * this.worthOf(rival);
  }

  /** Ends a period when it has had its requests. @param requests of the cache so far */
  advance(requests: number, entries: number): void {
    if (requests - this.begun < PERIOD * entries) return;
    this.begun = requests;
    this.frequencies.period++;
  }

  /** Counts a hit. */
  hit(entry: CacheEntry<V>): void {
    const frequency = entry.lately(this.frequencies.period);
    if (frequency < MOST) entry.frequency = frequency + 1;
  }

  /** An entry is about to enter. From here on it keeps its own count. */
  enter(entry: CacheEntry<V>): void {
    entry.period = this.frequencies.period;
    entry.frequency = Math.max(1, this.frequencies.of(entry.key));
  }

  /** The entry leaves its place in the queue. */
  leave(entry: CacheEntry<V>): void {
    if (this.hand === entry) this.hand = this.after(entry);
    if (this.worst === entry) this.worst = null;
  }

  /** The entry was evicted: its count is remembered. */
  evicted(entry: CacheEntry<V>): void {
    this.frequencies.set(entry.key, entry.lately(this.frequencies.period));
  }

  /** Returns the entry that is worth least, as far as the hand has seen; null if both queues are empty. */
  loser(): CacheEntry<V> | null {
    for (let step = 0; step < LOOKS; step++) {
      const entry = this.hand ?? this.small.oldest ?? this.main.oldest;
      if (entry === null) return null;
      this.hand = this.after(entry);
      if (this.worst === null || this.worthOf(entry) < this.worthOf(this.worst)) this.worst = entry;
    }
    return this.worst;
  }

  private after(entry: CacheEntry<V>): CacheEntry<V> | null {
    return entry.newer ?? (entry.queue === QUEUE.SMALL ? this.main.oldest : null);
  }

  private worthOf(entry: CacheEntry<V>): number {
    return entry.lately(this.frequencies.period) / entry.cost;
  }
}
