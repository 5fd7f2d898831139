import { HostMatcher, type Location } from '@webserv/config';
import { ERRNO, errnoMessage, errnoName, Interest, type Loop, Op, Timer, Udata } from '@webserv/event-loop';
import type { Services } from '@webserv/methods';
import type { Limits } from '@webserv/request';
import { ClientList } from './client-list.ts';
import { ClientUdata } from './client-udata.ts';
import type { Clock } from './clock.ts';
import { Crowd } from './crowd.ts';
import type { Reserve } from './reserve.ts';
import type { Site } from './site.ts';
import { Transaction, TransactionPool } from './transaction.ts';

/** How long accepting rests when the process or the system has no descriptor left. */
const EXHAUSTED_MS = 100;
/** How often it is seen whether the shortage is over. */
const REFILL_MS = 1000;
/** A shortage that comes and goes is told of this often at most. */
const TOLD_EVERY_MS = 10_000;

/**
 * A listening socket and the servers behind it. It makes the clients, counts them, and stops accepting at the limit: the
 * backlog of the kernel holds those who wait.
 */
export class ServerUdata extends Udata {
  readonly loop: Loop;
  readonly services: Services;
  readonly clock: Clock;
  /** The first server on this address: for those who name no other. */
  readonly defaultSite: Site;
  readonly defaultLocation: Location;
  readonly transactions: TransactionPool;
  closing = false;
  private readonly sites: readonly Site[];
  private readonly hosts: HostMatcher;
  private readonly accepting = new Op(this);
  private readonly rested = new Timer(this);
  private readonly refilled = new Timer(this);
  private readonly reserve: Reserve;
  /** As many connections as there could be without the reserve, while that is in use. */
  private ceiling = Number.POSITIVE_INFINITY;
  /** Accepting was cancelled, and goes on when there is room. */
  private paused = false;
  private readonly clients = new ClientList();
  private readonly crowd: Crowd;
  private readonly maxConnect: number;
  /** The host that was asked for last, and who serves it: the next request mostly asks for the same. */
  private lastHost = '';
  private lastSite: Site;
  /** Where the last connection came from: those of one client share its text. */
  private lastRemote = '';
  private shortageToldAt = Number.NEGATIVE_INFINITY;
  private onEmpty: (() => void) | null = null;

  constructor(
    loop: Loop,
    fd: number,
    sites: readonly Site[],
    services: Services,
    clock: Clock,
    reserve: Reserve,
  ) {
    super('server', fd);
    this.reserve = reserve;
    this.loop = loop;
    this.sites = sites;
    this.services = services;
    this.clock = clock;
    this.defaultSite = sites[0] as Site;
    this.lastSite = this.defaultSite;
    const { server } = this.defaultSite;
    this.defaultLocation = server.locations.find(({ prefix }) => prefix === '/') as Location;
    this.hosts = new HostMatcher(sites.map((site) => site.server));
    // Until the head is read nobody knows which server is meant: the default one's limits hold for the connections of
    // the address and their heads.
    const limits: Limits = {
      maxHeader: server.maxHeader,
      maxHeaders: server.maxHeaders,
      maxTarget: server.maxUri,
    };
    this.transactions = new TransactionPool(
      () => new Transaction(loop, services, limits, this.defaultSite, this.defaultLocation),
    );
    this.maxConnect = server.maxConnect;
    this.crowd = new Crowd(loop, this.defaultSite, services, clock, () => this.someoneGone());
  }

  /** Connections open now. */
  get connections(): number {
    return this.clients.size + this.crowd.turnedAway;
  }

  start(): void {
    this.reserve.hold();
    this.loop.register(this, Interest.READ);
    this.loop.accept(this.accepting);
  }

  siteOf(host: string): Site {
    if (this.sites.length === 1) return this.defaultSite;
    if (host !== this.lastHost) {
      const server = this.hosts.server(host);
      this.lastSite = this.sites.find((site) => site.server === server) as Site;
      this.lastHost = host;
    }
    return this.lastSite;
  }

  complete(op: Op): void {
    // A fault is reported and costs a connection; without this it would cost the listening socket.
    try {
      this.answered(op);
    } catch (error) {
      this.loop.onFault?.(this, error);
      if (!this.accepting.pending) this.loop.arm(this.rested, EXHAUSTED_MS);
    }
  }

  private answered(op: Op): void {
    if (op.result >= 0) this.accepted(op.result, op.text);
    else if (op.result !== -ERRNO.ECANCELED) this.exhausted(op.result);
    else if (op.last && !this.paused) this.stopListening();
    else {
      this.paused = false;
      this.resume();
    }
  }

  override expire(timer: Timer): void {
    if (timer === this.refilled) {
      if (this.reserve.hold()) this.ceiling = Number.POSITIVE_INFINITY;
      else this.loop.arm(this.refilled, REFILL_MS);
    }
    this.resume();
  }

  /**
   * Stops: what the kernel has accepted already is served, then nobody is accepted any more; who has no request under way
   * is closed, the others when they have their answer. `done` follows when the last connection has gone.
   */
  shutDown(done: () => void): void {
    this.closing = true;
    this.onEmpty = done;
    this.loop.disarm(this.refilled);
    this.pause();
    // Whoever is in the backlog of a listening socket that closes would be reset: a last accept brings them first.
    this.resume();
    for (const client of this.clients) client.serverStops();
  }

  /** Cuts every connection. */
  cutAll(): void {
    this.stopListening();
    for (const client of this.clients) client.cut('shutdown');
    this.crowd.cutAll();
  }

  override dispose(): void {
    this.reserve.release();
    this.settle();
  }

  // ---- the end ----------------------------------------------------------------------------------------------

  private stopListening(): void {
    this.loop.disarm(this.rested);
    this.loop.disarm(this.refilled);
    if (this.fd >= 0) this.loop.close(this);
  }

  // ---- what clients tell -------------------------------------------------------------------------------------

  /** A client waits for its next request. */
  rest(client: ClientUdata): void {
    client.idle = true;
    this.clients.moveToEnd(client);
    this.resume();
  }

  busy(client: ClientUdata): void {
    client.idle = false;
  }

  clientGone(client: ClientUdata): void {
    this.clients.remove(client);
    this.crowd.left(client.remote);
    this.someoneGone();
  }

  private someoneGone(): void {
    this.resume();
    this.settle();
  }

  // ---- accepting ---------------------------------------------------------------------------------------------

  private accepted(fd: number, remote: string): void {
    if (this.connections >= this.limit) this.makeRoom();
    let client: ClientUdata | null = null;
    try {
      if (this.crowd.isTooMany(remote)) this.taken(this.crowd.turnAway(fd, remote), fd);
      else {
        if (remote !== this.lastRemote) this.lastRemote = remote;
        client = new ClientUdata(this, fd, this.lastRemote);
        this.begin(client, fd);
      }
    } catch (error) {
      this.loop.onFault?.(client ?? this, error);
      if (client !== null && client.slot >= 0) this.loop.close(client);
      else this.loop.discard(fd);
    }
    if (this.isFull) this.pause();
  }

  private begin(client: ClientUdata, fd: number): void {
    const error = this.loop.register(client, Interest.BOTH);
    this.taken(error, fd);
    if (error < 0) return;
    this.clients.append(client);
    this.crowd.came(client.remote);
    client.start();
  }

  /** A descriptor that the multiplexer cannot take (select beyond 1023) is not accepted after all. */
  private taken(error: number, fd: number): void {
    if (error >= 0) return;
    this.loop.discard(fd);
    this.exhausted(error);
  }

  private get limit(): number {
    return Math.min(this.maxConnect, this.ceiling);
  }

  /** Full, and nobody idle who could make room. */
  private get isFull(): boolean {
    return this.connections >= this.limit && this.clients.oldestIdle() === null;
  }

  private makeRoom(): void {
    const idle = this.clients.oldestIdle();
    if (idle !== null) this.loop.close(idle);
  }

  private pause(): void {
    if (!this.accepting.pending) return;
    this.paused = true;
    this.loop.cancel(this.accepting);
  }

  private resume(): void {
    if (this.fd < 0 || this.accepting.pending || this.rested.armed || this.isFull) return;
    this.accepting.last = this.closing;
    this.loop.accept(this.accepting);
  }

  /**
   * EMFILE and its like: those who are here are served, from the reserve where nobody idle can make room, and those who
   * wait stay in the backlog for a moment.
   */
  private exhausted(error: number): void {
    this.makeRoom();
    this.reserve.release();
    this.ceiling = Math.max(1, this.connections);
    this.pause();
    this.loop.arm(this.rested, EXHAUSTED_MS);
    this.loop.arm(this.refilled, REFILL_MS);
    if (this.loop.now - this.shortageToldAt < TOLD_EVERY_MS) return;
    this.shortageToldAt = this.loop.now;
    this.defaultSite.errorLog.warn(`accept: ${errnoMessage(error)}; accepting again in ${EXHAUSTED_MS} ms`, {
      errno: errnoName(error),
      connections: this.clients.size,
    });
  }

  private settle(): void {
    if (this.onEmpty === null || this.fd >= 0 || this.connections > 0) return;
    const done = this.onEmpty;
    this.onEmpty = null;
    done();
  }
}
