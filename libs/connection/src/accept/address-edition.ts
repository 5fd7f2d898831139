import { HostMatcher, type Server } from '@webserv/config';
import { present, type Services } from '@webserv/methods';
import type { Limits } from '@webserv/request';
import type { Edition } from '../edition.ts';
import type { Site } from '../site.ts';

/** Counts the transactions that are under way. */
interface Holder {
  hold(): void;
  release(): void;
}

/** The sites of an edition that share an address. */
export class AddressEdition implements Edition {
  readonly services: Services;
  readonly limits: Limits;
  readonly defaultSite: Site;
  private readonly sites: ReadonlyMap<Server, Site>;
  private readonly hosts: HostMatcher;
  /** The host of the last request, and its site. The next request mostly has the same host. */
  private lastHost = '';
  private lastSite: Site;

  private readonly whole: Holder;

  /** @param whole held and released together with this */
  constructor(sites: readonly Site[], services: Services, whole: Holder) {
    this.services = services;
    this.whole = whole;
    this.sites = new Map(sites.map((site) => [site.server, site]));
    this.defaultSite = present(sites[0], 'the site of an address');
    this.lastSite = this.defaultSite;
    this.hosts = new HostMatcher(sites.map((site) => site.server));
    const { server } = this.defaultSite;
    this.limits = { maxHeader: server.maxHeader, maxHeaders: server.maxHeaders, maxTarget: server.maxUri };
  }

  siteOf(host: string): Site {
    if (this.sites.size === 1) return this.defaultSite;
    if (host !== this.lastHost) {
      this.lastSite = present(this.sites.get(this.hosts.server(host)), 'the site of a host');
      this.lastHost = host;
    }
    return this.lastSite;
  }

  hold(): void {
    this.whole.hold();
  }

  release(): void {
    this.whole.release();
  }
}
