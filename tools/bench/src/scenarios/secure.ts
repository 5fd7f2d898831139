import { type Entrant, entrant } from '../compare.ts';
import { h2load } from '../generators/h2load.ts';
import { ownClient } from '../generators/own-client.ts';
import type { Load } from '../generators/wrk.ts';
import type { Lab } from '../lab.ts';
import type { Server } from '../server.ts';

/** The handshakes of all connections are part of a load. This many times longer, they are a small part. */
const LONGER = 3;
/** The small page over TLS, at each of these. */
const CONNECTIONS = [64, 512] as const;
const HANDSHAKES = 8;
const STREAMED = 64;
/** Requests under way at once on each connection of HTTP/2. */
const STREAMS = [10, 1] as const;

/** Where the client of handshakes is, and the CPU that it runs on. */
interface SecurePlan {
  readonly client: string;
  readonly core: number | null;
}

/** The small page of one server over HTTPS/1.1, and handshakes: full ones and resumed ones. */
export function securely(lab: Lab, server: Server, plan: SecurePlan): Entrant[] {
  const { name } = server.peer;
  const shaken = (kind: 'full' | 'resumed'): Entrant => ({
    name: `${name}, ${kind} handshake`,
    server,
    connections: HANDSHAKES,
    load: (seconds) => shake(server, kind, seconds, plan),
  });
  return [
    ...CONNECTIONS.map((count) => {
      const one = entrant(lab, server, count, `${name}, ${count} connections`);
      return { ...one, load: (seconds: number, round: number) => one.load(LONGER * seconds, round) };
    }),
    shaken('full'),
    shaken('resumed'),
  ];
}

/** The small page of one server over HTTP/2. */
export function multiplexed(server: Server, core: number | null): Entrant[] {
  const { url, peer } = server;
  return STREAMS.map((streams) => ({
    name: `${peer.name}, ${streams} at once`,
    server,
    connections: STREAMED,
    load: (seconds) => h2load({ url, connections: STREAMED, streams, seconds, core }),
  }));
}

function shake(
  { port, url }: Server,
  kind: string,
  seconds: number,
  { client, core }: SecurePlan,
): Promise<Load> {
  const words = [String(port), new URL(url).pathname, kind, String(HANDSHAKES), String(seconds)];
  return ownClient(client, words, core);
}
