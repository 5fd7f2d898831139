/** Asks the disk what lies at a path. @param done called later, whatever the disk has said */
type Ask = (path: string, done: () => void) => void;

/** One look of the disk, and the callbacks that wait for its end. */
interface Look {
  readonly path: string;
  readonly waiting: Set<() => void>;
}

/**
 * Names that the disk is asked for, in the order in which they come, a few at once. All that wait for a path share one look. A look
 * that nobody waits for any more is not begun.
 */
export class NameQueue {
  private readonly ask: Ask;
  private readonly atOnce: number;
  private readonly most: number;
  /** By their paths: those that have not begun, and those under way. */
  private readonly looks = new Map<string, Look>();
  private readonly queue = new Set<Look>();
  private running = 0;

  /**
   * @param atOnce looks under way at most
   * @param most looks that have not begun, at most
   */
  constructor(ask: Ask, atOnce: number, most: number) {
    this.ask = ask;
    this.atOnce = atOnce;
    this.most = most;
  }

  /** @param done as of `Ask` @returns a function that takes the wish back; null if too many names wait */
  add(path: string, done: () => void): (() => void) | null {
    const look = this.looks.get(path) ?? this.queued(path);
    if (look === null) return null;
    const wish = (): void => done();
    look.waiting.add(wish);
    return () => {
      look.waiting.delete(wish);
      if (look.waiting.size === 0 && this.queue.delete(look)) this.looks.delete(path);
    };
  }

  private queued(path: string): Look | null {
    if (this.queue.size >= this.most) return null;
    const look: Look = { path, waiting: new Set() };
    this.looks.set(path, look);
    this.queue.add(look);
    this.turn();
    return look;
  }

  private turn(): void {
    for (const look of this.queue) {
      if (this.running >= this.atOnce) return;
      this.queue.delete(look);
      this.running++;
      this.ask(look.path, () => this.ended(look));
    }
  }

  private ended({ path, waiting }: Look): void {
    this.running--;
    this.looks.delete(path);
    this.turn();
    for (const done of waiting) done();
  }
}
