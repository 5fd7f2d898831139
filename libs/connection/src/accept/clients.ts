import { assert } from '@webserv/event-loop';
import { ClientList } from './client-list.ts';
import { type Guest, Standing } from './guest.ts';
import { Neighbourhood, type Neighbours } from './neighbourhood.ts';

/** A head may take this long, in milliseconds, before another connection can take its place: a burst is no attack. */
const HEAD_GRACE_MS = 250;

/**
 * The connections of one listening socket, by what they are doing. When no place is free, the one that has been idle for
 * longest goes first, then an unfinished head of the most crowded address: the youngest, or the oldest while that one is
 * too young. So newcomers without a head do not wait for each other. A request under way stays.
 *
 * A closed connection is no candidate for anything, but it counts as open until it has been disposed of.
 */
export class Clients {
  /** Connections that are open, or are closed and not yet disposed of. */
  open = 0;
  /** Connections that are served. */
  served = 0;
  private readonly idle = new ClientList<Guest>();
  private readonly busy = new ClientList<Guest>();
  private readonly neighbourhood = new Neighbourhood<Guest>();

  /** Connections that wait for their next request. */
  get idling(): number {
    return this.idle.size;
  }

  /** Connections whose head is incomplete. */
  get reading(): number {
    return this.served - this.idle.size - this.busy.size;
  }

  /** The connections that share an address, or null if there are none. */
  at(remote: string): Neighbours<Guest> | null {
    return this.neighbourhood.of(remote);
  }

  /** A new connection, which waits for its first head. */
  come(client: Guest, nowMs: number): void {
    this.open++;
    this.served++;
    client.neighbours = this.neighbourhood.come(client.remote);
    this.busy.append(client);
    this.awaitHead(client, nowMs);
  }

  /** Another one takes the place of a connection, which is over without being disposed of. It waits for its first head. */
  succeed(from: Guest, to: Guest, nowMs: number): void {
    this.leaveList(from);
    from.standing = Standing.DEPARTED;
    if (from.remote === to.remote) to.neighbours = from.neighbours;
    else {
      to.neighbours = this.neighbourhood.come(to.remote);
      this.neighbourhood.leave(neighboursOf(from));
    }
    this.busy.append(to);
    this.awaitHead(to, nowMs);
  }

  /** It has been disposed of. */
  gone(client: Guest): void {
    this.depart(client);
    this.open--;
  }

  /** It waits for its next request. */
  becomeIdle(client: Guest): void {
    this.leaveList(client);
    client.standing = Standing.IDLE;
    this.idle.append(client);
  }

  /** It has a request under way. */
  becomeBusy(client: Guest): void {
    this.leaveList(client);
    client.standing = Standing.BUSY;
    this.busy.append(client);
  }

  /** A part of a head has come, or nothing yet. */
  awaitHead(client: Guest, nowMs: number): void {
    this.leaveList(client);
    client.standing = Standing.HEAD;
    client.headSince = nowMs;
    this.neighbourhood.beginHead(neighboursOf(client), client);
  }

  /** It is about to be closed. From now on it has no place. */
  depart(client: Guest): void {
    if (client.standing === Standing.DEPARTED) return;
    this.leaveList(client);
    client.standing = Standing.DEPARTED;
    this.neighbourhood.leave(neighboursOf(client));
    this.served--;
  }

  /** The connection that goes when no place is free, or null. */
  expendable(nowMs: number): Guest | null {
    const idle = this.oldestIdle();
    if (idle !== null) return idle;
    const crowd = this.mostCrowded();
    return crowd === null ? null : this.expendableAt(crowd, nowMs);
  }

  /** The connection that goes when an address has all of its places: an unfinished head of its own, or null. */
  expendableAt(neighbours: Neighbours<Guest>, nowMs: number): Guest | null {
    const youngest = this.lastOf(neighbours);
    if (youngest === null || ripensAt(youngest) <= nowMs) return youngest;
    const oldest = this.firstOf(neighbours);
    return oldest !== null && ripensAt(oldest) <= nowMs ? oldest : null;
  }

  /** Milliseconds until a head can be given up, or -1 if there is none. */
  ripensIn(nowMs: number): number {
    const crowd = this.mostCrowded();
    const head = crowd === null ? null : this.firstOf(crowd);
    return head === null ? -1 : Math.max(0, ripensAt(head) - nowMs);
  }

  *[Symbol.iterator](): IterableIterator<Guest> {
    yield* this.idle;
    for (const { heads } of this.neighbourhood) yield* heads;
    yield* this.busy;
  }

  private oldestIdle(): Guest | null {
    for (;;) {
      const { first } = this.idle;
      if (first === null || first.fd >= 0) return first;
      this.depart(first);
    }
  }

  /** The most crowded address of those that have an unfinished head. */
  private mostCrowded(): Neighbours<Guest> | null {
    for (;;) {
      const { mostCrowded } = this.neighbourhood;
      if (mostCrowded === null || this.lastOf(mostCrowded) !== null) return mostCrowded;
    }
  }

  private firstOf({ heads }: Neighbours<Guest>): Guest | null {
    for (;;) {
      const { first } = heads;
      if (first === null || first.fd >= 0) return first;
      this.depart(first);
    }
  }

  private lastOf({ heads }: Neighbours<Guest>): Guest | null {
    for (;;) {
      const { last } = heads;
      if (last === null || last.fd >= 0) return last;
      this.depart(last);
    }
  }

  private leaveList(client: Guest): void {
    if (client.standing === Standing.BUSY) this.busy.remove(client);
    else if (client.standing === Standing.IDLE) this.idle.remove(client);
    else this.neighbourhood.endHead(neighboursOf(client), client);
  }
}

function neighboursOf({ neighbours }: Guest): Neighbours<Guest> {
  assert(neighbours !== null, 'a client that came has neighbours');
  return neighbours;
}

function ripensAt(client: Guest): number {
  return client.headSince + HEAD_GRACE_MS;
}
