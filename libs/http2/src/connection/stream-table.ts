import type { Http2Stream } from './stream.ts';

/** Places of a table that has just got its first stream. */
const FIRST_PLACES = 16;

/**
 * The streams of a connection by their identifiers. A client numbers its streams one after the other, so the low bits of
 * an identifier are its place, and few streams share one. Those that do lie in a chain. A Map would make its memory anew each time that some streams have come and gone.
 */
export class StreamTable<T> {
  count = 0;
  /** The first stream of each place. Its length is a power of two. */
  private places: (Http2Stream<T> | null)[] = [];

  get(id: number): Http2Stream<T> | null {
    if (this.count === 0) return null;
    let found = this.places[this.placeOf(id)];
    while (found !== null && found.id !== id) found = found.sibling;
    return found;
  }

  add(stream: Http2Stream<T>): void {
    if (this.count === this.places.length) this.grow();
    this.count++;
    this.put(stream);
  }

  remove(stream: Http2Stream<T>): void {
    const place = this.placeOf(stream.id);
    let before: Http2Stream<T> | null = null;
    let found = this.places[place];
    while (found !== null && found !== stream) {
      before = found;
      found = found.sibling;
    }
    if (found === null) return;
    if (before === null) this.places[place] = stream.sibling;
    else before.sibling = stream.sibling;
    stream.sibling = null;
    this.count--;
  }

  /** Calls `visit` with each stream until it returns false. It must not add or remove one. */
  each(visit: (stream: Http2Stream<T>) => boolean): void {
    for (const first of this.places) {
      for (let stream = first; stream !== null; stream = stream.sibling) {
        if (!visit(stream)) return;
      }
    }
  }

  private placeOf(id: number): number {
    return (id >>> 1) & (this.places.length - 1);
  }

  private put(stream: Http2Stream<T>): void {
    const place = this.placeOf(stream.id);
    stream.sibling = this.places[place];
    this.places[place] = stream;
  }

  /** Twice as many places: a chain is short as long as there is a place for each stream. */
  private grow(): void {
    const before: Http2Stream<T>[] = [];
    this.each((stream) => before.push(stream) > 0);
    this.places = new Array(Math.max(FIRST_PLACES, this.places.length * 2)).fill(null);
    for (const stream of before) this.put(stream);
  }
}
