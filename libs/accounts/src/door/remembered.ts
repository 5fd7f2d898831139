/** How long a good answer holds, in milliseconds, and how many are kept. The oldest makes room for another. */
const HOLDS_MS = 5 * 60_000;
const MOST = 10_000;

/** The credentials that were good lately, by keys that say nothing of them. */
export class Remembered {
  private readonly most: number;
  /** When each one ends, in the order of their ends. */
  private readonly ends = new Map<string, number>();

  constructor(most = MOST) {
    this.most = most;
  }

  get size(): number {
    return this.ends.size;
  }

  add(key: string, nowMs: number): void {
    const { ends } = this;
    ends.delete(key);
    if (ends.size >= this.most) {
      const [oldest] = ends.keys();
      if (oldest !== undefined) ends.delete(oldest);
    }
    ends.set(key, nowMs + HOLDS_MS);
  }

  has(key: string, nowMs: number): boolean {
    const end = this.ends.get(key);
    if (end === undefined) return false;
    if (end > nowMs) return true;
    this.ends.delete(key);
    return false;
  }
}
