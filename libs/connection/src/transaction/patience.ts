/**
 * How slow a client may be. Bytes are counted over stretches of time in which the client alone could have moved them. Time
 * in which it had to wait for the server (a paused intake, a script that says nothing) does not count. A stretch in which no
 * byte moved, or fewer than the rate asks for, is the last one.
 *
 * The stretch is the time-out of the body or of the response, so a client has as long to begin as it may pause.
 */
export class Patience {
  /** The stretch that was too slow was one in which nothing moved at all. */
  stood = false;
  private since = 0;
  private moved = 0;
  private waited = 0;

  /**
   * A stretch begins.
   * @param now milliseconds, as are the other times
   * @param moved bytes so far, from any beginning
   * @param waited time so far in which the client had to wait for the server
   */
  begin(now: number, moved: number, waited: number): void {
    this.since = now;
    this.moved = moved;
    this.waited = waited;
  }

  /**
   * @param stretch how long one is
   * @param rate bytes a second
   * @returns milliseconds until the next look, or 0 if the stretch was too slow
   */
  look(now: number, moved: number, waited: number, stretch: number, rate: number): number {
    const active = now - this.since - (waited - this.waited);
    // A wait shorter than the clock's rounding would be over at once, again and again, while no time passes.
    if (active < stretch) return Math.max(1, stretch - active);
    const got = moved - this.moved;
    this.stood = got <= 0;
    if (this.stood || got * 1000 < rate * active) return 0;
    this.begin(now, moved, waited);
    return stretch;
  }
}
