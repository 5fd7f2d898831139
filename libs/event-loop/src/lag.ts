/** How long one round of a loop has kept all others waiting, in milliseconds. */
export class Lag {
  /** The longest since the start. */
  longest = 0;
  private recent = 0;

  note(ms: number): void {
    if (ms <= this.recent) return;
    this.recent = ms;
    if (ms > this.longest) this.longest = ms;
  }

  /** The longest since the last `take`. */
  take(): number {
    const { recent } = this;
    this.recent = 0;
    return recent;
  }
}
