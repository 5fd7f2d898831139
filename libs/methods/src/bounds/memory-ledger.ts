/** Above this share of the bound nothing new is kept for later: the cache takes no new files. */
const KEEP_SHARE = 1 / 2;
/** Above this share memory is taken only if there is no other way: files leave by sendfile, and slabs are small. */
const SPARE_SHARE = 3 / 4;

/**
 * Counts the memory that grows with clients, in bytes, against `memory_limit`. The process has one ledger. Each server has
 * one too, which also counts in that of the process. The cache has a bound of its own and is not counted here.
 *
 * The less memory is left, the less work begins:
 *
 *     up to 1/2 of the bound    everything
 *     up to 3/4                 nothing new is kept (`mayKeep`)
 *     up to the bound           no memory is taken that is not necessary (`spare`)
 *     above                     nothing: 503 with Retry-After (`take`)
 *
 * A caller gives back once what it took. `MemoryAccount` does so for an object that takes memory more than once.
 */
export class MemoryLedger {
  /** Bytes that are taken now, and the most that were ever taken. */
  bytes = 0;
  peak = 0;
  /** A reload of the config may change it. What is taken already stays taken. */
  limit: number;
  private readonly whole: MemoryLedger | null;

  /** @param whole the ledger that also counts everything of this one */
  constructor(limit: number, whole: MemoryLedger | null = null) {
    this.limit = limit;
    this.whole = whole;
  }

  /** Whether something new may be kept although no client waits for it. */
  get mayKeep(): boolean {
    return this.fits(0, KEEP_SHARE);
  }

  /** Takes memory for work that could do with less. @returns false if little is left; then nothing is counted */
  spare(bytes: number): boolean {
    return this.takeWithin(bytes, SPARE_SHARE);
  }

  /** Takes memory that is necessary. @returns false if the bound is reached (503); then nothing is counted */
  take(bytes: number): boolean {
    return this.takeWithin(bytes, 1);
  }

  /** Counts memory that exists already and cannot be refused. */
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

/** Counts what one object has taken from a ledger. `close` gives all of it back. */
export class MemoryAccount {
  bytes = 0;
  private readonly ledger: MemoryLedger;

  constructor(ledger: MemoryLedger) {
    this.ledger = ledger;
  }

  /** As `MemoryLedger.mayKeep`. */
  get mayKeep(): boolean {
    return this.ledger.mayKeep;
  }

  /** As `MemoryLedger.spare`. */
  spare(bytes: number): boolean {
    return this.counted(bytes, this.ledger.spare(bytes));
  }

  /** As `MemoryLedger.take`. */
  take(bytes: number): boolean {
    return this.counted(bytes, this.ledger.take(bytes));
  }

  /** As `MemoryLedger.add`. */
  add(bytes: number): void {
    this.ledger.add(bytes);
    this.bytes += bytes;
  }

  give(bytes: number): void {
    this.ledger.give(bytes);
    this.bytes -= bytes;
  }

  /** Gives back all that is left. A second call does nothing. */
  close(): void {
    this.give(this.bytes);
  }

  private counted(bytes: number, taken: boolean): boolean {
    if (taken) this.bytes += bytes;
    return taken;
  }
}
