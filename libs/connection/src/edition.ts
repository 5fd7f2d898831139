import type { Services } from '@webserv/methods';
import type { Limits } from '@webserv/request';
import type { Site } from './site.ts';

/**
 * What a listening socket serves: the sites behind one address, of one edition of the config.
 *
 * An implementer owes: nothing in it ever changes, and it stays usable while a listening socket points at it or anybody
 * holds it. A listening socket that turns to another edition begins no transaction under the old one any more; those that
 * are under way end under the edition that they began with.
 */
export interface Edition {
  readonly services: Services;
  /** For the heads of requests: until one is read nobody knows which site is meant, so they are the default site's. */
  readonly limits: Limits;
  /** The first site of the address. It answers requests that name no other. */
  readonly defaultSite: Site;
  /** The site that serves a host, as the head names it. */
  siteOf(host: string): Site;
  /** A transaction begins under this edition. It calls `release` once, when it is over. */
  hold(): void;
  /** A transaction is over. An edition that no listening socket points at any more is let go with the last of them. */
  release(): void;
}
