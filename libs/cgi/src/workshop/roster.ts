/**
 * What comes and goes with each request, the oldest first. A Set would grow and shrink with every request, and V8 replaces
 * its table after a few changes. A replaced table still refers to the next one and to what was in it. Once a single one of
 * them has become old, the collector takes all that follow for alive until its next full run: it copies each second request.
 */
export class Roster<T> {
  private readonly members: T[] = [];

  get size(): number {
    return this.members.length;
  }

  get oldest(): T | undefined {
    return this.members[0];
  }

  get newest(): T | undefined {
    return this.members.at(-1);
  }

  /** Adds what is no member. */
  add(member: T): void {
    this.members.push(member);
  }

  /** @returns false if it is no member. The oldest, which mostly is the one that leaves, is found at once */
  delete(member: T): boolean {
    const index = this.members.indexOf(member);
    if (index === 0) this.members.shift();
    else if (index > 0) this.members.splice(index, 1);
    return index >= 0;
  }

  /** Those that are here now, so that they may leave meanwhile. */
  [Symbol.iterator](): Iterator<T> {
    return [...this.members].values();
  }
}
