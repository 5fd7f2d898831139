import type { Loop } from '@webserv/event-loop';

/** Opens descriptors that nobody reads or writes. */
interface Fillers {
  /** @returns a descriptor, or -errno */
  openNothing(): number;
}

/** Descriptors kept for the requests of connected clients: a file, an upload, or the pipes of a script. */
const SPARE = 8;

/**
 * Descriptors that are held in advance and closed when the process has no other: connected clients are still served while
 * nobody else is accepted.
 */
export class Reserve {
  private readonly loop: Loop;
  private readonly fillers: Fillers;
  private readonly held: number[] = [];

  constructor(loop: Loop, fillers: Fillers) {
    this.loop = loop;
    this.fillers = fillers;
  }

  /** Takes descriptors. @returns whether that many were free, and one more: then the shortage is over */
  hold(): boolean {
    while (this.held.length <= SPARE) {
      const fd = this.fillers.openNothing();
      if (fd < 0) {
        this.release();
        return false;
      }
      this.held.push(fd);
    }
    const spare = this.held.pop();
    if (spare !== undefined) this.loop.discard(spare);
    return true;
  }

  release(): void {
    for (const fd of this.held) this.loop.discard(fd);
    this.held.length = 0;
  }
}
