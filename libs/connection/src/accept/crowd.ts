import type { Server } from '@webserv/config';
import { Interest, Memory } from '@webserv/event-loop';
import { RETRY_AFTER, type Services } from '@webserv/methods';
import { USUAL } from '@webserv/pages';
import { Encoded, encodeWhole, fail } from '@webserv/response';
import type { Clock } from '../clock.ts';
import type { Edition } from '../edition.ts';
import type { Site } from '../site.ts';
import type { Wire } from '../wire.ts';
import { type Doorkeeper, TurnedAway } from './turned-away.ts';

/** The log names crowded addresses at most this often. */
const REPORT_EVERY_MS = 10_000;
/** How many are answered 429 at once; those beyond are reset. They take no place from clients that are served. */
const TURNED_AWAY_MAX = 64;

/** Counts the connections of each address (`max_connect_per_address`), and answers those that are too many with 429. */
export class Crowd implements Doorkeeper {
  private readonly wire: Wire;
  private site: Site;
  private services: Services;
  private readonly clock: Clock;
  private readonly onGone: () => void;
  private limit: number;
  private readonly leaving = new Set<TurnedAway>();
  /** One answer for all of a second. What is on its way is never written to: each is memory of its own. */
  private answer: Memory | null = null;
  private answerDate = '';
  private reportedAt = Number.NEGATIVE_INFINITY;
  private unreported = 0;

  /** @param onGone called when a connection that was turned away has been closed */
  constructor(wire: Wire, { defaultSite, services }: Edition, clock: Clock, onGone: () => void) {
    this.wire = wire;
    this.site = defaultSite;
    this.services = services;
    this.clock = clock;
    this.onGone = onGone;
    this.limit = placesOfOne(defaultSite.server);
  }

  /** Goes by the limit and the error pages of another edition from now on. */
  turnTo({ defaultSite, services }: Edition): void {
    this.site = defaultSite;
    this.services = services;
    this.limit = placesOfOne(defaultSite.server);
    this.answer = null;
  }

  /** Connections that have been answered 429 and are not closed yet. */
  get turnedAway(): number {
    return this.leaving.size;
  }

  /**
   * One more from this address would be one too many. A client on a unix socket has no address.
   * @param connections those from there that are served
   */
  isTooMany(remote: string, connections: number): boolean {
    return this.limit > 0 && connections >= this.limit && remote !== 'unix:';
  }

  /**
   * @param secure the client speaks TLS, and could not read an answer: it is reset
   * @returns 0, or -errno where the descriptor is still the caller's
   */
  turnAway(fd: number, remote: string, secure: boolean): number {
    const connection = new TurnedAway(this.wire, fd, this, this.site.memory);
    const error = this.wire.loop.register(connection, Interest.BOTH);
    if (error < 0) return error;
    this.leaving.add(connection);
    this.report(remote);
    if (secure || this.leaving.size > TURNED_AWAY_MAX) this.wire.abort(connection);
    else connection.start(this.answerNow());
    return 0;
  }

  /**
   * Reports one that is too many, and that its owner turns away.
   * @param secure as of `turnAway`
   * @returns what it answers, or null
   */
  refusal(remote: string, secure: boolean): Memory | null {
    this.report(remote);
    return secure ? null : this.answerNow();
  }

  /** Closes a connection that there is no place for, without a word. @returns as `turnAway` */
  reset(fd: number): number {
    const connection = new TurnedAway(this.wire, fd, this, this.site.memory);
    const error = this.wire.loop.register(connection, Interest.BOTH);
    if (error < 0) return error;
    this.leaving.add(connection);
    this.wire.abort(connection);
    return 0;
  }

  turnedAwayGone(connection: TurnedAway): void {
    this.leaving.delete(connection);
    this.onGone();
  }

  cutAll(): void {
    for (const connection of this.leaving) this.wire.close(connection);
  }

  private answerNow(): Memory {
    const date = this.clock.text();
    if (this.answer !== null && this.answerDate === date) return this.answer;
    const { server } = this.site;
    const reply = this.services.errorPage(server, server.base.errors, 429) ?? fail(429);
    reply.headers.set('Retry-After', RETRY_AFTER);
    const whole = encodeWhole(reply, { ...USUAL, keepAlive: false, date }, new Encoded());
    this.answer = Memory.from(whole ?? '');
    this.answerDate = date;
    return this.answer;
  }

  private report(remote: string): void {
    this.unreported++;
    if (this.wire.loop.now - this.reportedAt < REPORT_EVERY_MS) return;
    this.reportedAt = this.wire.loop.now;
    this.site.warn('max_connect_per_address: turned away', {
      client: remote,
      limit: this.limit,
      connections: this.unreported,
    });
    this.unreported = 0;
  }
}

/** A server this small is not worth sharing out. */
const SHARED_FROM = 16;

/** How many connections one address may have; 0 is no bound but the one of all. */
function placesOfOne({ maxConnect, maxConnectPerAddress }: Server): number {
  if (maxConnectPerAddress !== 'auto') return maxConnectPerAddress;
  return maxConnect < SHARED_FROM ? 0 : maxConnect - Math.floor(maxConnect / 8);
}
