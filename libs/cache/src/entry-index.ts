import type { CacheEntry } from './entry.ts';

/** What the cache finds entries by besides their key, and the fields that link the entries that share it. */
const LINKS = {
  path: { next: 'nextOfPath', previous: 'previousOfPath' },
  inode: { next: 'nextOfInode', previous: 'previousOfInode' },
} as const;

/** Maps a property to the entries that have it. The entries themselves are the nodes of the list. */
export class EntryIndex<K, V> {
  private readonly heads = new Map<K, CacheEntry<V>>();
  private readonly next: 'nextOfPath' | 'nextOfInode';
  private readonly previous: 'previousOfPath' | 'previousOfInode';

  constructor(by: keyof typeof LINKS) {
    this.next = LINKS[by].next;
    this.previous = LINKS[by].previous;
  }

  first(key: K): CacheEntry<V> | null {
    return this.heads.get(key) ?? null;
  }

  keys(): IterableIterator<K> {
    return this.heads.keys();
  }

  add(key: K, entry: CacheEntry<V>): void {
    const head = this.heads.get(key) ?? null;
    entry[this.next] = head;
    if (head !== null) head[this.previous] = entry;
    this.heads.set(key, entry);
  }

  remove(key: K, entry: CacheEntry<V>): void {
    const next = entry[this.next];
    const previous = entry[this.previous];
    if (next !== null) next[this.previous] = previous;
    if (previous !== null) previous[this.next] = next;
    else if (next !== null) this.heads.set(key, next);
    else this.heads.delete(key);
    entry[this.next] = null;
    entry[this.previous] = null;
  }
}
