import type { CacheEntry } from './entry.ts';

/** File path -> the entries made from it, linked through the entries themselves. */
export class PathIndex<V> {
  private readonly heads = new Map<string, CacheEntry<V>>();

  first(path: string): CacheEntry<V> | null {
    return this.heads.get(path) ?? null;
  }

  paths(): IterableIterator<string> {
    return this.heads.keys();
  }

  add(entry: CacheEntry<V>): void {
    const head = this.heads.get(entry.path) ?? null;
    entry.nextOfPath = head;
    if (head !== null) head.previousOfPath = entry;
    this.heads.set(entry.path, entry);
  }

  remove(entry: CacheEntry<V>): void {
    const { nextOfPath: next, previousOfPath: previous } = entry;
    if (next !== null) next.previousOfPath = previous;
    if (previous !== null) previous.nextOfPath = next;
    else if (next !== null) this.heads.set(entry.path, next);
    else this.heads.delete(entry.path);
    entry.nextOfPath = null;
    entry.previousOfPath = null;
  }
}
