import { Memory } from '@webserv/event-loop';
import { sealedLength } from '@webserv/tls';

/** What is sealed and sent at once: to a client that keeps up, and to any other. */
export const PIECE = 64 << 10;
export const SLOW_PIECE = 16 << 10;
/** What most answers have. */
const PAGE = 4 << 10;

/**
 * The kinds of slabs, and how many free ones of each are kept: what more there were at a peak is the collector's. A turn of the
 * loop answers hundreds of connections, and each answer has a slab until the next turn.
 */
const KINDS = [
  { size: sealedLength(PAGE), most: 1024 },
  { size: sealedLength(SLOW_PIECE), most: 64 },
  { size: sealedLength(PIECE), most: 16 },
];

/** Memory for what is under way, shared by all connections: an idle one has none. */
export class Slabs {
  private readonly kinds = KINDS.map((kind) => ({ ...kind, free: [] as Memory[] }));

  /** @param length of a piece that is sealed */
  take(length: number): Memory {
    for (const { size, free } of this.kinds) {
      if (length <= size) return free.pop() ?? Memory.allocate(size);
    }
    throw new Error(`no slab has ${length} bytes`);
  }

  give(memory: Memory): void {
    for (const { size, most, free } of this.kinds) {
      if (size === memory.size && free.length < most) free.push(memory);
    }
  }
}
