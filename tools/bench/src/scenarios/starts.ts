import { createConnection } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Peer } from '../peer.ts';
import { type Series, type Spread, spread } from '../report/statistics.ts';
import { figure } from '../report/table.ts';
import { end, launch, type Site } from '../server.ts';
import { usageOf } from '../tree.ts';

/** Milliseconds: a configuration of thousands of servers on a busy machine takes its time. */
const LIMIT = 60_000;
const TRY_EVERY = 1;

/** How long one server takes from its start to the first byte of its first answer, in milliseconds. */
export interface Start {
  readonly peer: string;
  readonly ms: Spread;
  readonly series: Series;
}

/** Starts each peer again and again, in turn. Unpinned: a start may use what the machine has. */
export async function startAll(
  peers: readonly Peer[],
  site: Site,
  scratch: string,
  rounds: number,
  say: (line: string) => void,
): Promise<Start[]> {
  const times = new Map<Peer, number[]>(peers.map((peer) => [peer, []]));
  for (let round = 0; round < rounds; round++) {
    for (const peer of peers) times.get(peer)!.push((await firstByte(peer, site, scratch)).ms);
  }
  return peers.map((peer) => {
    // A failed start is NaN and makes the whole figure NaN: it must not look like a fast one.
    const own = times.get(peer)!;
    const ms = own.some(Number.isNaN) ? spread([]) : spread(own);
    say(
      `start to first byte, ${peer.name}: ${figure(ms.median)} ms (${figure(ms.least)} to ${figure(ms.greatest)})`,
    );
    return { peer: peer.name, ms, series: own };
  });
}

/** One start: milliseconds to the first byte, NaN where none came, and bytes that are resident then. */
export async function firstByte(
  peer: Peer,
  site: Site,
  scratch: string,
): Promise<{ readonly ms: number; readonly resident: number }> {
  const begun = performance.now();
  const { child, port } = await launch(peer, site, scratch, null);
  const spawned = performance.now();
  let ms = Number.NaN;
  while (Number.isNaN(ms) && child.exitCode === null && performance.now() - begun < LIMIT) {
    if (await answered(port, site.file)) ms = performance.now() - spawned;
    else await delay(TRY_EVERY);
  }
  const { resident } = usageOf(child.pid ?? 0);
  await end(child);
  return { ms, resident };
}

/** Tries once: true if a byte came back. */
function answered(port: number, file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('data', () => {
      resolve(true);
      socket.destroy();
    });
    socket.once('connect', () => socket.write(`GET /${file} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`));
  });
}
