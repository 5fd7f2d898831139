import type { Loop } from '@webserv/event-loop';

/** Where a descriptor comes from that is good for nothing. */
interface Fillers {
  /** @returns a descriptor, or -errno */
  openNothing(): number;
}

/** Descriptors that are kept for the requests of those who are here: a file, an upload, or the pipes of a script. */
const SPARE = 8;

/**
 * Descriptors that are held for nothing, and let go when there are none left: whoever is connected already must still be
 * able to be served while nobody else is let in.
 */
export class Reserve {
  private readonly loop: Loop;
  private readonly fillers: Fillers;
  private readonly held: number[] = [];

  constructor(loop: Loop, fillers: Fillers) {
    this.loop = loop;
    this.fillers = fillers;
  }

  /** Takes descriptors out of use. @returns whether that many were free, and one more: the shortage is over */
  hold(): boolean {
    while (this.held.length <= SPARE) {
      const fd = this.fillers.openNothing();
      if (fd < 0) {
        this.release();
        return false;
      }
      this.held.push(fd);
    }
    this.loop.discard(this.held.pop() as number);
    return true;
  }

  release(): void {
    for (const fd of this.held) this.loop.discard(fd);
    this.held.length = 0;
  }
}
