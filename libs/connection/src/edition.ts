import type { Services } from '@webserv/methods';
import type { Limits } from '@webserv/request';
import type { Site } from './site.ts';

/** What a listening socket serves: the sites behind one address, of one edition of the config. Nothing in it changes. */
export interface Edition {
  readonly services: Services;
  /** For the heads of requests: until one is read nobody knows which site is meant, so they are the default site's. */
  readonly limits: Limits;
  /** The first site of the address. It answers requests that name no other. */
  readonly defaultSite: Site;
  /** The site that serves a host, as the head names it. */
  siteOf(host: string): Site;
}
