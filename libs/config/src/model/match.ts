// The two lookups of every request: from the host to the server, and from the path to the location. They are built
// once, from a loaded config.

import { present } from '../diagnostics/present.ts';
import type { Config, Listen, Location, Server } from './types.ts';

/** One address to listen on, and its servers in the order of the config. The first is the default. */
export interface Address {
  readonly listen: Listen;
  readonly servers: readonly Server[];
}

/** Returns the addresses of a config, each once. */
export function addressesOf(config: Config): readonly Address[] {
  const byKey = new Map<string, { listen: Listen; servers: Server[] }>();
  for (const server of config.servers) {
    for (const listen of server.listens) {
      const known = byKey.get(listen.key);
      if (known === undefined) byKey.set(listen.key, { listen, servers: [server] });
      else known.servers.push(server);
    }
  }
  return [...byKey.values()];
}

/** Chooses among the servers of one address. */
export class HostMatcher {
  readonly #default: Server;
  readonly #exact = new Map<string, Server>();
  /** The key is what follows the `*`, with its dot. */
  readonly #wildcards = new Map<string, Server>();

  /** @param servers the servers of one address in their order, at least one */
  constructor(servers: readonly Server[]) {
    this.#default = present(servers[0], 'a server on this address');
    for (const server of servers) {
      for (const written of server.names) {
        const name = written.toLowerCase();
        const map = name.startsWith('*.') ? this.#wildcards : this.#exact;
        const key = name.startsWith('*.') ? name.slice(1) : name;
        if (!map.has(key)) map.set(key, server);
      }
    }
  }

  /**
   * Returns the server of a host: the one with the exact name, or with the longest `*.` name that matches, or the
   * default.
   * @param host as the client sent it, without the port; empty if the client sent none
   */
  server(host: string): Server {
    const exact = this.#exact.get(host);
    if (exact !== undefined) return exact;
    if (this.#exact.size === 0 && this.#wildcards.size === 0) return this.#default;
    return this.#search(host);
  }

  #search(host: string): Server {
    let name = host.toLowerCase();
    // RFC 3986, section 3.2.2: one dot at the end marks a name as absolute. It names the same host.
    if (name.endsWith('.')) name = name.slice(0, -1);
    const exact = this.#exact.get(name);
    if (exact !== undefined) return exact;
    if (this.#wildcards.size > 0) {
      // From left to right the rest gets shorter, so the first match is the longest. A leading dot leaves no label
      // for `*`.
      for (let dot = name.indexOf('.', 1); dot > 0; dot = name.indexOf('.', dot + 1)) {
        const found = this.#wildcards.get(name.slice(dot));
        if (found !== undefined) return found;
      }
    }
    return this.#default;
  }
}

const SLASH = 0x2f;

/**
 * Chooses the location of a path: the longest prefix that ends where a segment of the path ends. `/introduce` holds
 * `/introduce` and `/introduce/x`, and not `/introducex`. A prefix stands for a folder, so its rules must not apply
 * to a neighbour whose name begins with the same letters.
 */
export class LocationMatcher {
  readonly #root: Location;
  /** Sorted by code units, without `/`. */
  readonly #prefixes: string[] = [];
  readonly #locations: Location[] = [];
  /** For each prefix the index of the longest other prefix that it begins with, or -1. */
  readonly #shorter: number[] = [];

  constructor(server: Server) {
    const root = server.locations.find((location) => location.prefix === '/');
    this.#root = present(root, 'the location /');
    const rest = server.locations.filter((location) => location.prefix !== '/');
    rest.sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
    for (const location of rest) {
      let shorter = this.#prefixes.length - 1;
      while (shorter >= 0 && !location.prefix.startsWith(this.#prefixes[shorter]))
        shorter = this.#shorter[shorter];
      this.#shorter.push(shorter);
      this.#prefixes.push(location.prefix);
      this.#locations.push(location);
    }
  }

  /**
   * @param path decoded, dot segments resolved, from `/`, without the query
   */
  locate(path: string): Location {
    const prefixes = this.#prefixes;
    let low = 0;
    let high = prefixes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (prefixes[middle] <= path) low = middle + 1;
      else high = middle;
    }
    // Every prefix of the path sorts at or before the path, and every entry between such a prefix and the path begins
    // with that prefix too. So all candidates lie on one chain of shorter and shorter prefixes.
    for (let index = low - 1; index >= 0; index = this.#shorter[index]) {
      const prefix = prefixes[index];
      const length = prefix.length;
      if (path.startsWith(prefix) && (path.length === length || path.charCodeAt(length) === SLASH)) {
        return this.#locations[index];
      }
    }
    return this.#root;
  }
}
