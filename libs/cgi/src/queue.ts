/** Who waits for a child to be allowed. */
export interface Waiter {
  /** It is its turn: it holds a place now, and gives it back by `leave`. */
  admitted(): void;
}

/**
 * How many children a server may have at once (`max_cgi`), and those who wait for their turn, first come, first served
 * (`cgi_queue` of them).
 */
export class Queue {
  /** Children that run, or are about to. */
  running = 0;
  private readonly limit: number;
  private readonly room: number;
  /** In order of arrival: a Set keeps it, and takes out of the middle at no cost. */
  private readonly waiters = new Set<Waiter>();

  constructor(limit: number, room: number) {
    this.limit = limit;
    this.room = room;
  }

  get waiting(): number {
    return this.waiters.size;
  }

  /** Whether one more would be turned away. */
  get full(): boolean {
    return this.running >= this.limit && this.waiters.size >= this.room;
  }

  /** @returns true: admitted at once. False: it waits, and `admitted` will be called. Not to be called while full. */
  enter(waiter: Waiter): boolean {
    if (this.running < this.limit) {
      this.running++;
      return true;
    }
    this.waiters.add(waiter);
    return false;
  }

  /** A waiter has lost its patience. */
  remove(waiter: Waiter): void {
    this.waiters.delete(waiter);
  }

  /** A child has been collected: the next one's turn. */
  leave(): void {
    this.running--;
    for (const next of this.waiters) {
      if (this.running >= this.limit) return;
      this.waiters.delete(next);
      this.running++;
      next.admitted();
    }
  }
}
