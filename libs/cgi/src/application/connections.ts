import { type Address, ERRNO, type Loop } from '@webserv/event-loop';
import { Alarm } from '../process/alarm.ts';
import { Connection } from './connection.ts';

/**
 * Milliseconds from its opening after which a connection is not used for another request. An application serves one
 * connection at a time with each of its processes: without an end, a server that always has work would keep all of them
 * from everybody else who waits in the backlog.
 */
const KEPT_MS = 1000;
/** An address that has failed is passed over for this long, and for twice as long after each further failure. */
const PAUSE_MS = 100;
const PAUSE_MAX_MS = 10_000;
/** While no address has answered for less than this, the application may be restarting, and requests wait for it. */
const RESTART_MS = 5000;
/** A new connection that has no answer for longer than this, and than twice the last answer took, may be in the backlog. */
const BACKLOG_MS = 5;

/** An address of an application, and how it does. */
class Place {
  readonly address: Address;
  private failures = 0;
  private pausedUntil = 0;

  constructor(address: Address) {
    this.address = address;
  }

  pausedAt(now: number): boolean {
    return now < this.pausedUntil;
  }

  failed(now: number): void {
    this.pausedUntil = now + Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 10);
  }

  reached(): void {
    this.failures = 0;
    this.pausedUntil = 0;
  }
}

/** What a request found: a connection and where it leads. */
export interface Found {
  readonly connection: Connection;
  readonly place: Place;
}

/**
 * An application that was started by somebody else: its addresses, which take turns, and the connections to it that no
 * request has at the moment. The bound of connections is that of requests at once (`max_cgi`).
 */
export class Connections {
  private readonly loop: Loop;
  private readonly places: readonly Place[];
  private readonly idle: Found[] = [];
  private readonly alarm: Alarm;
  /** New connections that have not answered, the oldest first, and when their requests began. */
  private readonly unanswered = new Map<Connection, number>();
  private turn = 0;
  /** Since when no address could be reached; -1 while one can. */
  private downSince = -1;
  private closed = false;

  constructor(loop: Loop, addresses: readonly Address[]) {
    this.loop = loop;
    this.places = addresses.map((address) => new Place(address));
    this.alarm = new Alarm(loop, () => this.sweep());
  }

  /** Whether a request that finds no address may wait for one. */
  get mayReturn(): boolean {
    return this.downSince < 0 || this.loop.now - this.downSince < RESTART_MS;
  }

  /**
   * Returns a connection, which may not stand yet.
   * @param tried addresses that this request has tried; those that are tried here are added
   * @returns -EAGAIN if an address is only busy; or the last -errno
   */
  connect(tried: Place[]): Found | number {
    for (let found = this.idle.pop(); found !== undefined; found = this.idle.pop()) {
      if (this.isFresh(found.connection)) return found;
      found.connection.close();
    }
    let error = 0;
    for (const place of this.inTurn()) {
      if (tried.includes(place)) continue;
      tried.push(place);
      const connection = this.open(place);
      if (typeof connection !== 'number') return { connection, place };
      if (error !== -ERRNO.EAGAIN) error = connection;
      if (connection !== -ERRNO.EAGAIN) this.failed(place);
    }
    return error;
  }

  /** A connection has failed before its request could begin. */
  failed(place: Place): void {
    place.failed(this.loop.now);
    if (this.downSince < 0) this.downSince = this.loop.now;
  }

  /** The first bytes of a request have left. */
  reached({ connection, place }: Found): void {
    place.reached();
    this.downSince = -1;
    if (!connection.kept) this.unanswered.set(connection, this.loop.now);
  }

  /** Something has come, or will not come any more. */
  settled(connection: Connection): void {
    this.unanswered.delete(connection);
  }

  /** Takes a connection back whose request is over. @param took milliseconds of the request */
  release(found: Found, took: number): void {
    const { connection } = found;
    this.settled(connection);
    if (!connection.letGo() || this.closed || !this.isFresh(connection) || this.isAwaited(took)) {
      connection.close();
      return;
    }
    this.idle.push(found);
    if (this.idle.length === 1) this.alarm.set(KEPT_MS - (this.loop.now - connection.opened));
  }

  /** Closes the connections that nobody has, and keeps none from now on. */
  close(): void {
    this.closed = true;
    this.alarm.stop();
    for (const { connection } of this.idle.splice(0)) connection.close();
  }

  private open(place: Place): Connection | number {
    const fd = this.loop.driver.connectTo?.(place.address) ?? -ERRNO.ENOSYS;
    if (fd < 0) return fd;
    const connection = new Connection(this.loop, fd, (gone) => this.forget(gone));
    const error = connection.register();
    return error < 0 ? error : connection;
  }

  private isFresh({ opened, closed }: Connection): boolean {
    return !closed && this.loop.now - opened < KEPT_MS;
  }

  /** Whether another request seems to wait for the process behind a connection. */
  private isAwaited(took: number): boolean {
    const [oldest] = this.unanswered.values();
    return oldest !== undefined && this.loop.now - oldest > Math.max(BACKLOG_MS, 2 * took);
  }

  /** The addresses that do well, from the next in turn on, and then those that have failed. */
  private inTurn(): Place[] {
    const { places, loop } = this;
    const start = this.turn++ % places.length;
    const turned = [...places.slice(start), ...places.slice(0, start)];
    const paused = (place: Place): boolean => place.pausedAt(loop.now);
    return [...turned.filter((place) => !paused(place)), ...turned.filter(paused)];
  }

  private forget(gone: Connection): void {
    const index = this.idle.findIndex(({ connection }) => connection === gone);
    if (index >= 0) this.idle.splice(index, 1);
    gone.close();
  }

  private sweep(): void {
    const kept = this.idle.filter(({ connection }) => this.isFresh(connection));
    for (const { connection } of this.idle) if (!this.isFresh(connection)) connection.close();
    this.idle.splice(0, this.idle.length, ...kept);
    const opened = Math.min(...kept.map(({ connection }) => connection.opened));
    if (kept.length > 0) this.alarm.set(Math.max(1, KEPT_MS - (this.loop.now - opened)));
  }
}
