/** Uploads of one server that may have large slabs at once. The others keep slabs of the first size. */
const MOST = 32;

/** Counts the uploads of one server that have large slabs. */
export class LargeSlabs {
  private taken = 0;

  /** @returns true if one more upload may have large slabs; it calls `give` at its end */
  take(): boolean {
    if (this.taken >= MOST) return false;
    this.taken++;
    return true;
  }

  give(): void {
    this.taken--;
  }
}
