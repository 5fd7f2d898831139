import { SENDFILE_CHUNK } from './sendfile.ts';

/** Bytes that all connections together may send in one round of the loop before each gets less. */
const ROUND = 8 << 20;
/** Every turn may send this much, however many turns there are: a turn costs about 30 us besides what it sends. */
const FLOOR = 32 << 10;

/**
 * What a round of the loop may send of large answers, divided among the connections that have one. A socket takes
 * megabytes at once: without this, 500 readers of a megabyte each kept all others waiting for half a second, though
 * each of them had only one turn.
 *
 * The first turns of a round take what they want. If that is not enough for all, the next round gives each the same.
 */
export class BulkShare {
  private remaining = ROUND;
  private most = SENDFILE_CHUNK;
  private turns = 0;

  /** A new round begins. */
  begin(): void {
    if (this.turns === 0) return;
    this.most =
      this.remaining > 0
        ? SENDFILE_CHUNK
        : Math.min(SENDFILE_CHUNK, Math.max(FLOOR, Math.floor(ROUND / this.turns)));
    this.remaining = ROUND;
    this.turns = 0;
  }

  /** @returns how many of the `wanted` bytes may be sent in this turn; more than none, if any are wanted */
  turn(wanted: number): number {
    if (wanted <= FLOOR) return wanted;
    this.turns++;
    return Math.max(FLOOR, Math.min(wanted, this.most, this.remaining));
  }

  sent(bytes: number): void {
    this.remaining -= bytes;
  }
}
