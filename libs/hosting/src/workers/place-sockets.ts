import { type Address, addressesOf, type Config } from '@webserv/config';
import { addressText, type GivenSocket, morePlaces, openListeners, SocketFiles } from '@webserv/connection';
import { BALANCES, formatAddress, type Loop } from '@webserv/event-loop';
import { type Inheritance, leftOf } from '../upgrade/inheritance.ts';
import type { InheritedSockets } from '../upgrade/will.ts';

/** The sockets of one address: one for each place, or one for all of them. */
interface Shared {
  readonly listen: Address['listen'];
  readonly fds: readonly number[];
}

/**
 * The listening sockets that a parent holds for its workers. It keeps them open, so that clients that wait in the queue of a
 * worker that dies are served by the one that follows it.
 */
export class PlaceSockets {
  private readonly loop: Loop;
  private readonly files = new SocketFiles();
  private given: readonly GivenSocket[];
  private readonly inherited: Inheritance;
  private now = new Map<string, Shared>();
  /** Of the config that is being turned to. */
  private next = new Map<string, Shared>();

  /**
   * @param given sockets that are open already; each must be the one of an address of the first config
   * @param inherited those of the process that this one follows
   */
  constructor(loop: Loop, given: readonly GivenSocket[], inherited: Inheritance) {
    this.loop = loop;
    this.given = given;
    this.inherited = inherited;
  }

  /** As a config writes them. For port 0 it is the port that the system chose. */
  get addresses(): readonly string[] {
    return [...this.now.values()].map(({ fds }) => {
      return formatAddress(this.loop.driver.addressOf(fds[0] ?? -1));
    });
  }

  /** Opens what a config needs beside what is open: all, or nothing. @returns why nothing */
  open(config: Config, places: number): readonly string[] {
    const all = addressesOf(config);
    if (this.now.size === 0) this.inherit(all);
    const wanted = all.filter(({ listen }) => !this.now.has(listen.key));
    const { listeners, problems } = openListeners(this.loop, wanted, this.files, this.given, places);
    this.given = [];
    this.next = new Map(
      listeners.map(({ address: { listen }, fd, more }) => [listen.key, { listen, fds: [fd, ...more] }]),
    );
    if (problems.length > 0) return problems;
    for (const { listen } of all) {
      const shared = this.now.get(listen.key);
      if (shared === undefined) continue;
      const fds = this.forPlaces(shared, places);
      if (typeof fds === 'string') {
        this.abandon();
        return [`cannot listen on ${listen.text}: ${fds}`];
      }
      this.next.set(listen.key, { listen, fds });
    }
    return [];
  }

  /** What the worker of a place inherits. @param index from 0 */
  of(index: number): { readonly addresses: readonly string[]; readonly fds: readonly number[] } {
    const all = [...this.next.values()];
    return {
      addresses: all.map(({ listen }) => addressText(listen)),
      fds: all.map(({ fds }) => fds[index % fds.length] ?? -1),
    };
  }

  /** The config of `open` is served. Workers of the one before hold their sockets until they end. */
  take(): void {
    const before = this.now;
    this.now = this.next;
    this.drop(before, this.now);
  }

  /** The config of `open` is not served after all. */
  abandon(): void {
    const next = this.next;
    this.next = this.now;
    this.drop(next, this.now);
  }

  close(): void {
    this.files.remove();
    const { now, next } = this;
    this.now = new Map();
    this.next = this.now;
    this.drop(new Map([...now, ...next]), this.now);
  }

  /** What another process may take over. */
  left(): readonly InheritedSockets[] {
    return [...this.now.values()].map((shared) => leftOf(shared, shared.fds, this.files));
  }

  /** Another process has the sockets: only this one's copies close. */
  handOver(): void {
    this.files.handOver();
  }

  /** The process before this one has left the sockets to it. */
  follow(): void {
    this.inherited.follow(this.files, this.loop);
  }

  /** They are as open as after a config before this one: a change of `workers` is no other case. */
  private inherit(addresses: readonly Address[]): void {
    for (const { listen } of addresses) {
      const sockets = this.inherited.take({ listen });
      if (sockets !== null) this.now.set(listen.key, { listen, fds: sockets.fds });
    }
  }

  private forPlaces({ listen, fds }: Shared, places: number): readonly number[] | string {
    const [first = -1] = fds;
    // A single one was given, or cannot be shared.
    if (!BALANCES || listen.family === 'unix' || fds.length === 1) return fds;
    if (places <= fds.length) return fds.slice(0, places);
    const more = morePlaces(this.loop, this.loop.driver.addressOf(first), places - fds.length);
    return typeof more === 'string' ? more : [...fds, ...more];
  }

  private drop(from: ReadonlyMap<string, Shared>, kept: ReadonlyMap<string, Shared>): void {
    const used = new Set([...kept.values()].flatMap(({ fds }) => fds));
    for (const [key, { listen, fds }] of from) {
      if (listen.family === 'unix' && !kept.has(key)) this.files.remove(listen.path);
      for (const fd of fds) if (!used.has(fd)) this.loop.discard(fd);
    }
  }
}
