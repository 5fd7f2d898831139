import { type CacheEntry, QUEUE, type Queue } from './entry.ts';

/** Entries in order of arrival, with the sum of their costs. The entries themselves are the nodes of the queue. */
export class Fifo<V> {
  readonly queue: Queue;
  newest: CacheEntry<V> | null = null;
  oldest: CacheEntry<V> | null = null;
  count = 0;
  bytes = 0;

  constructor(queue: Queue) {
    this.queue = queue;
  }

  push(entry: CacheEntry<V>): void {
    entry.queue = this.queue;
    entry.newer = null;
    entry.older = this.newest;
    if (this.newest === null) this.oldest = entry;
    else this.newest.newer = entry;
    this.newest = entry;
    this.count++;
    this.bytes += entry.cost;
  }

  remove(entry: CacheEntry<V>): void {
    if (entry.newer === null) this.newest = entry.older;
    else entry.newer.older = entry.older;
    if (entry.older === null) this.oldest = entry.newer;
    else entry.older.newer = entry.newer;
    entry.queue = QUEUE.NONE;
    entry.newer = null;
    entry.older = null;
    this.count--;
    this.bytes -= entry.cost;
  }
}
