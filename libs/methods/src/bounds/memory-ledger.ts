/** Beyond this share of the bound nothing new is kept for later: the cache takes nothing in. */
const KEEP_SHARE = 1 / 2;
/** Beyond this share nothing is taken that there is another way for: files leave by sendfile, slabs are small. */
const SPARE_SHARE = 3 / 4;

/**
 * The memory that grows with clients, in bytes, against `memory_limit`: one ledger for the process, and one for each
 * server, which counts in the ledger of the process as well. The cache has a bound of its own and is not in here.
 *
 * The less is left, the less is begun:
 *
 *     up to 1/2 of the bound    everything
 *     up to 3/4                 nothing new is kept (`mayKeep`)
 *     up to the bound           nothing is taken that can be done without (`spare`)
 *     beyond                    nothing: 503 with Retry-After (`take`)
 *
 * What takes memory gives the same back, once. `MemoryAccount` does so for an object that takes more than once.
 */
export class MemoryLedger {
  /** Bytes that are taken now, and the most that were. */
  bytes = 0;
  peak = 0;
  readonly limit: number;
  private readonly whole: MemoryLedger | null;

  /** @param whole the ledger in which everything of this one counts, too */
  constructor(limit: number, whole: MemoryLedger | null = null) {
    this.limit = limit;
    this.whole = whole;
  }

  /** Whether something new may be kept that nobody waits for. */
  get mayKeep(): boolean {
    return this.fits(0, KEEP_SHARE);
  }

  /** For what can be done with less memory. @returns false, and nothing is counted, where little is left */
  spare(bytes: number): boolean {
    return this.takeWithin(bytes, SPARE_SHARE);
  }

  /** For what cannot be done without. @returns false, and nothing is counted, where the bound is reached: 503 */
  take(bytes: number): boolean {
    return this.takeWithin(bytes, 1);
  }

  /** Counts what is there already, and cannot be refused any more. */
  add(bytes: number): void {
    for (let ledger: MemoryLedger | null = this; ledger !== null; ledger = ledger.whole) {
      ledger.bytes += bytes;
      if (ledger.bytes > ledger.peak) ledger.peak = ledger.bytes;
    }
  }

  give(bytes: number): void {
    for (let ledger: MemoryLedger | null = this; ledger !== null; ledger = ledger.whole)
      ledger.bytes -= bytes;
  }

  private takeWithin(bytes: number, share: number): boolean {
    if (!this.fits(bytes, share)) return false;
    this.add(bytes);
    return true;
  }

  private fits(bytes: number, share: number): boolean {
    for (let ledger: MemoryLedger | null = this; ledger !== null; ledger = ledger.whole) {
      if (ledger.bytes + bytes > ledger.limit * share) return false;
    }
    return true;
  }
}

/** What one object has taken of a ledger: it gives all of it back at its end, whatever it was. */
export class MemoryAccount {
  bytes = 0;
  private readonly ledger: MemoryLedger;

  constructor(ledger: MemoryLedger) {
    this.ledger = ledger;
  }

  /** As of the ledger. */
  get mayKeep(): boolean {
    return this.ledger.mayKeep;
  }

  /** As of the ledger. */
  spare(bytes: number): boolean {
    return this.counted(bytes, this.ledger.spare(bytes));
  }

  /** As of the ledger. */
  take(bytes: number): boolean {
    return this.counted(bytes, this.ledger.take(bytes));
  }

  /** As of the ledger. */
  add(bytes: number): void {
    this.ledger.add(bytes);
    this.bytes += bytes;
  }

  give(bytes: number): void {
    this.ledger.give(bytes);
    this.bytes -= bytes;
  }

  /** Gives back all that is left. Twice is once. */
  close(): void {
    this.give(this.bytes);
  }

  private counted(bytes: number, taken: boolean): boolean {
    if (taken) this.bytes += bytes;
    return taken;
  }
}
