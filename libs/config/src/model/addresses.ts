import type { Config, Listen, Server } from './types.ts';

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
