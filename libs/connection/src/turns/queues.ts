/** What even the shortest work counts as, in milliseconds. */
const LEAST_MS = 0.01;
/** Addresses that wait for nothing are forgotten when there are so many more than those that wait. */
const SPARE = 256;

interface Queued {
  readonly neighbourhood: string;
}

/** What waits of one address. */
interface Queue<T> {
  readonly key: string;
  readonly waiting: T[];
  /** The work that it has had, on the common scale: the address with the least is the next one. */
  had: number;
  /** The order among equals. */
  turn: number;
  /** Its index in the heap, or -1. */
  place: number;
}

/**
 * Those that wait, by address. The next one is always of the address that has had the least work so far. One that comes
 * anew begins where the work has come to, so it waits for one share of another address at most, and gains nothing by
 * having stayed away (start-time fair queueing, Goyal et al. 1996).
 */
export class Queues<T extends Queued> {
  private readonly byKey = new Map<string, Queue<T>>();
  private readonly heap: Queue<T>[] = [];
  /** Where the work has come to. */
  private present = 0;
  private turns = 0;
  /** The one that was taken last, until its work is known. */
  private current: Queue<T> | null = null;

  /** Addresses that are known, whether or not they wait. */
  get known(): number {
    return this.byKey.size;
  }

  get isEmpty(): boolean {
    return this.heap.length === 0;
  }

  add(item: T): void {
    const key = item.neighbourhood;
    let queue = this.byKey.get(key);
    if (queue === undefined) {
      queue = { key, waiting: [], had: this.present, turn: 0, place: -1 };
      this.byKey.set(key, queue);
    }
    queue.waiting.push(item);
    // Whose work is not known yet cannot be put in its place.
    if (queue.place < 0 && queue !== this.current) this.push(queue);
  }

  remove(item: T): void {
    const queue = this.byKey.get(item.neighbourhood);
    const at = queue === undefined ? -1 : queue.waiting.indexOf(item);
    if (queue === undefined || at < 0) return;
    queue.waiting.splice(at, 1);
    if (queue.waiting.length === 0 && queue.place >= 0) this.pull(queue);
  }

  /** The next one, or null. `worked` follows before the next call. */
  take(): T | null {
    const queue = this.heap[0];
    if (queue === undefined) return null;
    this.pull(queue);
    this.present = queue.had;
    this.current = queue;
    return queue.waiting.shift() ?? null;
  }

  /** The one that was taken has had so many milliseconds. */
  worked(ms: number): void {
    const { current } = this;
    if (current === null) return;
    this.current = null;
    current.had += Math.max(LEAST_MS, ms);
    if (current.waiting.length > 0) this.push(current);
    if (this.byKey.size > 2 * this.heap.length + SPARE) this.forget();
  }

  /** Forgets addresses that would begin where they are now anyhow. */
  private forget(): void {
    const nobodyWaits = this.heap.length === 0;
    for (const [key, queue] of this.byKey) {
      if (queue.place < 0 && (nobodyWaits || queue.had <= this.present)) this.byKey.delete(key);
    }
  }

  // ---- the heap ----------------------------------------------------------------------------------------------

  private push(queue: Queue<T>): void {
    queue.had = Math.max(queue.had, this.present);
    queue.turn = this.turns++;
    queue.place = this.heap.length;
    this.heap.push(queue);
    this.up(queue);
  }

  private pull(queue: Queue<T>): void {
    const { heap } = this;
    const { place } = queue;
    const last = heap.pop();
    queue.place = -1;
    if (last === undefined || last === queue) return;
    last.place = place;
    heap[place] = last;
    this.down(last);
    this.up(last);
  }

  private up(queue: Queue<T>): void {
    const { heap } = this;
    let at = queue.place;
    while (at > 0) {
      const above = heap[(at - 1) >> 1];
      if (isBefore(above, queue)) break;
      heap[at] = above;
      above.place = at;
      at = (at - 1) >> 1;
    }
    heap[at] = queue;
    queue.place = at;
  }

  private down(queue: Queue<T>): void {
    const { heap } = this;
    let at = queue.place;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
      const below = heap[child];
      if (isBefore(queue, below)) break;
      heap[at] = below;
      below.place = at;
      at = child;
    }
    heap[at] = queue;
    queue.place = at;
  }
}

function isBefore<T>(one: Queue<T>, other: Queue<T>): boolean {
  return one.had < other.had || (one.had === other.had && one.turn < other.turn);
}
