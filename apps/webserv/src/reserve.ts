import { closeSync, openSync } from 'node:fs';

/** Descriptors that are kept for the requests of those who are here: a file, an upload, or the pipes of a script. */
const SPARE = 8;

/**
 * Descriptors that are held for nothing, and let go when there are none left: whoever is connected already must still be
 * able to be served while nobody else is let in.
 */
export class Reserve {
  private readonly held: number[] = [];

  /** Takes descriptors out of use. @returns whether that many were free, and one more: the shortage is over */
  hold(): boolean {
    try {
      while (this.held.length <= SPARE) this.held.push(openSync('/dev/null', 'r'));
    } catch {
      this.release();
      return false;
    }
    closeSync(this.held.pop() as number);
    return true;
  }

  release(): void {
    for (const fd of this.held) closeSync(fd);
    this.held.length = 0;
  }
}
