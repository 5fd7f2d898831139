import { Memory } from '@webserv/event-loop';
import { sealedLength } from '@webserv/tls';

/** What is sealed and sent at once: to a client that keeps up, and to any other. */
export const PIECE = 64 << 10;
export const SLOW_PIECE = 16 << 10;

const SMALL = sealedLength(SLOW_PIECE);
const LARGE = sealedLength(PIECE);
/** Free slabs that are kept: what more there were at a peak is the collector's. */
const FREE_MAX = { [SMALL]: 64, [LARGE]: 16 };

/** Memory for what is under way, shared by all connections: an idle one has none. */
export class Slabs {
  private readonly small: Memory[] = [];
  private readonly large: Memory[] = [];

  /** @param length at most LARGE */
  take(length: number): Memory {
    if (length <= SMALL) return this.small.pop() ?? Memory.allocate(SMALL);
    return this.large.pop() ?? Memory.allocate(LARGE);
  }

  give(memory: Memory): void {
    const free = memory.size === SMALL ? this.small : this.large;
    if (free.length < FREE_MAX[memory.size]) free.push(memory);
  }
}
