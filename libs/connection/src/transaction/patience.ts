/**
 * How slow a client may be. Bytes are counted over stretches of time in which nothing but the client could have moved
 * them: what the server itself rested (an intake that takes no more, a script that has nothing to say) does not count. A
 * stretch in which none moved, or fewer than the rate asks for, is the last one.
 *
 * The stretch is the body's or the response's time-out, so that a client has as long to get going as it may rest.
 */
export class Patience {
  /** The stretch that was too slow was one in which nothing moved at all. */
  stood = false;
  private since = 0;
  private moved = 0;
  private rested = 0;

  /**
   * A stretch begins.
   * @param now milliseconds, as are the other times
   * @param moved bytes so far, of whatever beginning
   * @param rested time that the server has rested so far
   */
  begin(now: number, moved: number, rested: number): void {
    this.since = now;
    this.moved = moved;
    this.rested = rested;
  }

  /**
   * @param stretch how long one is
   * @param rate bytes a second
   * @returns milliseconds until the stretch may be over and is to be judged, or 0 where it was too slow
   */
  look(now: number, moved: number, rested: number, stretch: number, rate: number): number {
    const active = now - this.since - (rested - this.rested);
    // Less than the clock's own rounding would be over at once, and again, without any time having passed.
    if (active < stretch) return Math.max(1, stretch - active);
    const got = moved - this.moved;
    this.stood = got <= 0;
    if (this.stood || got * 1000 < rate * active) return 0;
    this.begin(now, moved, rested);
    return stretch;
  }
}
