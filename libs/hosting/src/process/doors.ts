import { type Address, addressesOf, type Config } from '@webserv/config';
import {
  type Contexts,
  type Edition,
  type GivenSocket,
  openListeners,
  protocolOf,
  Reserve,
  ServerUdata,
  SocketFiles,
} from '@webserv/connection';
import { formatAddress } from '@webserv/event-loop';
import { Inheritance, leftOf } from '../upgrade/inheritance.ts';
import type { InheritedSockets } from '../upgrade/will.ts';
import type { Engine } from './engine.ts';

/** What serves the addresses of a config. */
interface Whole {
  readonly config: Config;
  at(servers: Address['servers']): Edition;
  hold(): void;
  release(): void;
}

/** A listening socket with what it serves. */
interface Door {
  listen: Address['listen'];
  readonly server: ServerUdata;
  /** As a config writes it. For port 0 it is the port that the system chose. */
  readonly text: string;
  /** What it has served, until nobody holds that any more. */
  readonly editions: Map<Whole, Edition>;
}

/** The listening sockets of a server, by address. They stay open when the config changes, and its clients connected. */
export class Doors {
  private readonly engine: Engine;
  private readonly files = new SocketFiles();
  private given: readonly GivenSocket[];
  private readonly inherited: Inheritance;
  private readonly doors = new Map<string, Door>();
  /** Those whose address the config does not name any more: their clients get their answers. */
  private readonly leaving = new Map<
    ServerUdata,
    { readonly whole: Whole | null; readonly gone: Promise<void> }
  >();
  /** Sockets that are bound and do not accept yet. */
  private opened: { readonly address: Address; readonly fd: number }[] = [];

  /**
   * @param given sockets that are open already; each must be the one of an address of the first config
   * @param inherited those of the process that this one follows
   */
  constructor(engine: Engine, given: readonly GivenSocket[] = [], inherited = new Inheritance()) {
    this.engine = engine;
    this.given = given;
    this.inherited = inherited;
  }

  get addresses(): readonly string[] {
    return [...this.doors.values()].map(({ text }) => text);
  }

  get listeners(): readonly { readonly address: string; readonly server: ServerUdata }[] {
    return [...this.doors.values()].map(({ text, server }) => ({ address: text, server }));
  }

  get connections(): number {
    let sum = 0;
    for (const server of this.all()) sum += server.connections;
    return sum;
  }

  /** Opens the sockets that a config needs beside those that are open: all, or none. @returns why there are none */
  open(config: Config): readonly string[] {
    const wanted = addressesOf(config).filter(({ listen }) => !this.doors.has(listen.key));
    const inherited = this.inherited.given(wanted);
    if (new Set(inherited.map(({ name }) => name)).size < inherited.length) {
      return [
        'the running server has workers, and a single process cannot take their sockets: write "workers 2" or more',
      ];
    }
    const given = [...this.given, ...inherited];
    const { listeners, problems } = openListeners(this.engine.loop, wanted, this.files, given);
    this.opened = [...listeners];
    this.given = [];
    return problems;
  }

  /** The config of `open` is not served after all. */
  abandon(): void {
    for (const { address, fd } of this.opened.splice(0)) {
      if (address.listen.family === 'unix') this.files.remove(address.listen.path);
      this.engine.loop.discard(fd);
    }
  }

  /** All sockets serve this edition from now on. Those that it has no use for close. */
  serve(edition: Whole, contexts: Contexts | null, before: Whole | null): void {
    const addresses = new Map(addressesOf(edition.config).map((address) => [address.listen.key, address]));
    for (const { address, fd } of this.opened.splice(0)) this.begin(address, fd, edition, contexts);
    for (const [key, door] of this.doors) {
      const address = addresses.get(key);
      if (address === undefined) this.leave(key, door, before);
      else if (!door.editions.has(edition)) turn(door, address, edition, contexts);
    }
  }

  /** What another process may take over. */
  left(): readonly InheritedSockets[] {
    return [...this.doors.values()].map((door) => leftOf(door, [door.server.fd], this.files));
  }

  /** Another process has the sockets: only this one's copies close. */
  handOver(): void {
    this.files.handOver();
  }

  /** The process before this one has left the sockets to it. */
  follow(): void {
    this.inherited.follow(this.files, this.engine.loop);
  }

  /** Cuts what is under way under an edition that was served earlier. */
  cutUnder(whole: Whole): void {
    for (const { server, editions } of this.doors.values()) {
      const edition = editions.get(whole);
      if (edition !== undefined) server.cutUnder(edition);
    }
    for (const [server, leaves] of this.leaving) if (leaves.whole === whole) server.cutAll();
  }

  /** Nobody holds this edition any more. */
  forget(whole: Whole): void {
    for (const { editions } of this.doors.values()) editions.delete(whole);
  }

  cutAll(): void {
    for (const server of this.all()) server.cutAll();
  }

  /** Stops. Ends when the last connection has closed. */
  async shutDown(): Promise<void> {
    // From here on another server can listen there. This one still serves the clients that have connected.
    this.removeFiles();
    const doors = [...this.doors.values()].map(({ server }) => shutDown(server));
    await Promise.all([...doors, ...[...this.leaving.values()].map(({ gone }) => gone)]);
  }

  removeFiles(): void {
    this.files.remove();
  }

  private *all(): Generator<ServerUdata> {
    for (const { server } of this.doors.values()) yield server;
    yield* this.leaving.keys();
  }

  private begin(address: Address, fd: number, whole: Whole, contexts: Contexts | null): void {
    const { loop, clock, system } = this.engine;
    const { listen, servers } = address;
    const edition = whole.at(servers);
    const reserve = new Reserve(loop, system.launcher);
    const protocol = protocolOf(listen, listen.tls ? contexts : null);
    const server = new ServerUdata(loop, fd, edition, clock, reserve, protocol, listen.tls);
    const text = formatAddress(loop.driver.addressOf(fd));
    this.doors.set(listen.key, { listen, server, text, editions: new Map([[whole, edition]]) });
    server.start();
  }

  private leave(key: string, { listen, server }: Door, before: Whole | null): void {
    this.doors.delete(key);
    if (listen.family === 'unix') this.files.remove(listen.path);
    before?.hold();
    const gone = shutDown(server).then(() => {
      this.leaving.delete(server);
      before?.release();
    });
    this.leaving.set(server, { whole: before, gone });
  }
}

function shutDown(server: ServerUdata): Promise<void> {
  return new Promise((resolve) => server.shutDown(resolve));
}

function turn(door: Door, { listen, servers }: Address, whole: Whole, contexts: Contexts | null): void {
  const { listen: before, server, editions } = door;
  const edition = whole.at(servers);
  editions.set(whole, edition);
  // Over TLS each edition has contexts of its own.
  const { h2c, proxyProtocol, tls } = listen;
  const same = !tls && !before.tls && h2c === before.h2c && proxyProtocol === before.proxyProtocol;
  const protocol = same ? null : protocolOf(listen, listen.tls ? contexts : null);
  server.turnTo(edition, protocol, listen.tls);
  door.listen = listen;
}
