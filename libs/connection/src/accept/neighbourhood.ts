import { assert, parseIpv6 } from '@webserv/event-loop';
import { ClientList, type Listed } from './client-list.ts';

/** All clients that share an address, as `countedAs` has it. */
export class Neighbours<T extends Listed<T>> {
  readonly key: string;
  connections = 0;
  /** Those that have not sent a complete head, the youngest last. */
  readonly heads = new ClientList<T>();
  /** Its index in the heap, or -1. The neighbourhood alone writes it. */
  place = -1;

  constructor(key: string) {
    this.key = key;
  }
}

/**
 * The connections of a listening socket by the address that they come from. Addresses with unfinished heads stand in a heap
 * by their number of connections, so the most crowded one is found without a look at all of them.
 */
export class Neighbourhood<T extends Listed<T>> {
  private readonly byKey = new Map<string, Neighbours<T>>();
  private readonly heap: Neighbours<T>[] = [];

  /** The connections of an address, or null if it has none. */
  of(remote: string): Neighbours<T> | null {
    return this.byKey.get(countedAs(remote)) ?? null;
  }

  /** One more connection from an address. @returns its neighbours, itself among them */
  come(remote: string): Neighbours<T> {
    const key = countedAs(remote);
    let found = this.byKey.get(key);
    if (found === undefined) {
      found = new Neighbours<T>(key);
      this.byKey.set(key, found);
    }
    found.connections++;
    this.rise(found);
    return found;
  }

  /** One of them has gone, and waits for no head. */
  leave(neighbours: Neighbours<T>): void {
    neighbours.connections--;
    this.sink(neighbours);
    if (neighbours.connections === 0) this.byKey.delete(neighbours.key);
  }

  /** One of them waits for a head from now on. */
  beginHead(neighbours: Neighbours<T>, waiter: T): void {
    neighbours.heads.append(waiter);
    if (neighbours.place >= 0) return;
    neighbours.place = this.heap.length;
    this.heap.push(neighbours);
    this.rise(neighbours);
  }

  /** One of them has its head, or gives it up. */
  endHead(neighbours: Neighbours<T>, waiter: T): void {
    neighbours.heads.remove(waiter);
    if (neighbours.heads.size > 0) return;
    const { place } = neighbours;
    const last = this.heap.pop();
    assert(last !== undefined, 'an address with a place is in the heap');
    neighbours.place = -1;
    if (last === neighbours) return;
    this.put(last, place);
    this.rise(last);
    this.sink(last);
  }

  /** The address with the most connections of those that have unfinished heads. */
  get mostCrowded(): Neighbours<T> | null {
    return this.heap[0] ?? null;
  }

  *[Symbol.iterator](): IterableIterator<Neighbours<T>> {
    for (const neighbours of [...this.heap]) yield neighbours;
  }

  private put(neighbours: Neighbours<T>, place: number): void {
    this.heap[place] = neighbours;
    neighbours.place = place;
  }

  private rise(neighbours: Neighbours<T>): void {
    for (let { place } = neighbours; place > 0; ) {
      const above = (place - 1) >> 1;
      const parent = this.heap[above];
      if (parent === undefined || parent.connections >= neighbours.connections) return;
      this.put(parent, place);
      this.put(neighbours, above);
      place = above;
    }
  }

  private sink(neighbours: Neighbours<T>): void {
    for (let { place } = neighbours; place >= 0; ) {
      let below = 2 * place + 1;
      let child = this.heap[below];
      const other = this.heap[below + 1];
      if (other !== undefined && child !== undefined && other.connections > child.connections) {
        below++;
        child = other;
      }
      if (child === undefined || child.connections <= neighbours.connections) return;
      this.put(child, place);
      this.put(neighbours, below);
      place = below;
    }
  }
}

/** fe80::/10, whose addresses all share their first 64 bits (RFC 4291 section 2.5.6). */
const LINK_LOCAL = 0xfe80;

/**
 * What an address counts as. An IPv6 client has a /64 network to choose addresses from, so its first 64 bits count. On a
 * link, and for any other address, the address itself counts. The event loop reports an IPv4 address within an IPv6 one as
 * IPv4.
 */
export function countedAs(remote: string): string {
  const groups = remote.includes(':') ? parseIpv6(remote) : null;
  if (groups === null || ((groups[0] as number) & 0xffc0) === LINK_LOCAL) return remote;
  return `${groups[0]}:${groups[1]}:${groups[2]}:${groups[3]}`;
}
