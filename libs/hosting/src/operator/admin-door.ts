import type { Admin } from '@webserv/config';
import {
  AddressEdition,
  type Edition,
  openListeners,
  protocolOf,
  Reserve,
  ServerUdata,
  SocketFiles,
} from '@webserv/connection';
import { formatAddress } from '@webserv/event-loop';
import { present } from '@webserv/methods';
import type { HostedEdition } from '../edition/hosted-edition.ts';
import type { Engine } from '../process/engine.ts';
import { StartError } from '../process/start-error.ts';
import { Inheritance, leftOf } from '../upgrade/inheritance.ts';
import type { InheritedSockets } from '../upgrade/will.ts';
import { AdminSite } from './admin-site.ts';

/**
 * One admin address: a listening socket like any other, with a site of its own and never one of the config's servers. It
 * opens before any of them serves, and closes after all of them.
 */
export class AdminDoor {
  /** As a config writes it. For port 0 it is the port that the system chose. */
  readonly address: string;
  private admin: Admin;
  /** What it has shown, until nobody holds that any more. */
  private readonly editions = new Map<HostedEdition, Edition>();
  private readonly engine: Engine;
  private readonly fd: number;
  readonly files = new SocketFiles('owner');
  private server: ServerUdata | null = null;

  /**
   * Binds, under the account that the process has now.
   * @param inherited may have the socket
   * @throws StartError if the address is not available
   */
  constructor(admin: Admin, engine: Engine, inherited = new Inheritance()) {
    this.admin = admin;
    this.engine = engine;
    const addresses = [{ listen: admin.listen, servers: [admin.server] }];
    const { listeners, problems } = openListeners(
      engine.loop,
      addresses,
      this.files,
      inherited.given(addresses),
    );
    if (problems.length > 0) throw new StartError(problems.join('\n'));
    this.fd = present(listeners[0], 'a listener').fd;
    this.address = formatAddress(engine.loop.driver.addressOf(this.fd));
  }

  /** Serves the view of an edition that is open: for the first time, or in place of another. */
  turnTo(edition: HostedEdition): void {
    this.admin = edition.config.admin ?? this.admin;
    const { engine, admin, fd } = this;
    const services = present(edition.services, 'an open edition');
    const here = new AddressEdition([new AdminSite(admin, edition, engine)], services, edition);
    this.editions.set(edition, here);
    if (this.server !== null) {
      this.server.turnTo(here);
      return;
    }
    const { loop, clock, system } = engine;
    const reserve = new Reserve(loop, system.launcher);
    this.server = new ServerUdata(loop, fd, here, clock, reserve, protocolOf(admin.listen, null));
    this.server.start();
  }

  /** Whether it has the address of a config. */
  isAt({ listen }: Admin): boolean {
    return listen.key === this.admin.listen.key;
  }

  /** Cuts what is under way under an edition that was shown earlier. */
  cutUnder(edition: HostedEdition): void {
    const here = this.editions.get(edition);
    if (here !== undefined) this.server?.cutUnder(here);
  }

  /** Nobody holds this edition any more. */
  forget(edition: HostedEdition): void {
    this.editions.delete(edition);
  }

  /** What another process may take over. */
  left(): InheritedSockets {
    return leftOf(this.admin, [this.fd], this.files);
  }

  /** Another process has the socket: only this one's copy closes. */
  handOver(graceMs: number): Promise<void> {
    this.files.handOver();
    return this.close(graceMs);
  }

  /** Closes. A client that is still connected only looks, and is cut after a moment. */
  async close(graceMs: number): Promise<void> {
    this.files.remove();
    const { server } = this;
    if (server === null) {
      this.engine.loop.discard(this.fd);
      return;
    }
    const cut = setTimeout(() => server.cutAll(), graceMs);
    await new Promise<void>((resolve) => server.shutDown(resolve));
    clearTimeout(cut);
  }

  /** Gives back the address of a server that could not start, or that is cut short. */
  letGo(): void {
    this.files.remove();
    if (this.server === null) this.engine.loop.discard(this.fd);
  }
}
