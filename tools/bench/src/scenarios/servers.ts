import type { Peer } from '../peer.ts';
import { type Series, type Spread, spread } from '../report/statistics.ts';
import { figure } from '../report/table.ts';
import type { Site } from '../server.ts';
import { firstByte } from './starts.ts';

const MIB = 2 ** 20;
const FEW_LOCATIONS = 50;

/** What a configuration of many servers costs. */
export interface ManyServers {
  readonly peer: string;
  /** Beside the one that is asked. */
  readonly servers: number;
  /** From the start to the first byte of the first answer, in milliseconds. */
  readonly ms: Spread;
  readonly series: Series;
  /** Resident MiB behind the first answer: the median of the starts. */
  readonly resident: number;
}

/** Starts each peer again and again, in turn. Unpinned: a start may use what the machine has. */
export async function startMany(
  peers: readonly Peer[],
  site: Site,
  scratch: string,
  rounds: number,
  say: (line: string) => void,
): Promise<ManyServers[]> {
  const servers = site.servers ?? 0;
  const starts = new Map<Peer, { ms: number; resident: number }[]>(peers.map((peer) => [peer, []]));
  for (let round = 0; round < rounds; round++) {
    for (const peer of peers) starts.get(peer)!.push(await firstByte(peer, site, scratch));
  }
  return [...starts].map(([{ name }, own]) => {
    // A failed start makes the whole figure NaN: it must not look like a fast one.
    const failed = own.some(({ ms }) => Number.isNaN(ms));
    const series = failed ? [] : own.map(({ ms }) => ms);
    const resident = failed ? Number.NaN : spread(own.map((one) => one.resident)).median / MIB;
    const ms = spread(series);
    say(`${servers} servers, ${name}: ${figure(ms.median)} ms, ${figure(resident)} MiB`);
    return { peer: name, servers, ms, series, resident };
  });
}

/** Each peer with few locations, and with many. */
export function routed(peers: readonly Peer[], many: number): readonly Peer[] {
  return peers.flatMap((peer) => [FEW_LOCATIONS, many].map((count) => withLocations(peer, count)));
}

/** A peer whose configuration has that many locations. */
function withLocations(peer: Peer, count: number): Peer {
  const name = `${peer.name}, ${count.toLocaleString('en')} locations`;
  return { ...peer, name, launch: (setup) => peer.launch({ ...setup, locations: count }) };
}
