import { present } from '../diagnostics/present.ts';
import type { Server } from './types.ts';

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
