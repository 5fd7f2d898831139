import type { Lab } from '../lab.ts';
import type { Peer } from '../peer.ts';
import { list, tree } from '../tree.ts';
import { holding, type IdlePlan } from './idle.ts';

/** Workers of a server beside one that has a single worker. */
export const CREWS: readonly number[] = [2, 4];

/** How a server has shared its connections out. */
export interface Sharing {
  readonly peer: string;
  readonly connections: number;
  /** Those of the worker with the fewest, and of the one with the most. */
  readonly least: number;
  readonly most: number;
  /** Connections that did not open or had a wrong answer. */
  readonly errors: number;
}

/** Connections that a server shares out among its workers. */
const SHARED = 1000;

/**
 * Each peer by one worker, and by each number of them. All workers of a server share the CPU of the servers: so what counts is
 * what a request costs, and not how many there are.
 */
export function inCrews(peers: readonly Peer[]): readonly Peer[] {
  return peers.flatMap((peer) => [peer, ...CREWS.map((count) => withWorkers(peer, count))]);
}

function withWorkers(peer: Peer, workers: number): Peer {
  const name = `${peer.name}, ${workers} workers`;
  return { ...peer, name, launch: (setup) => peer.launch({ ...setup, workers }) };
}

/** Opens connections to each server of several workers in turn, and looks where they are. */
export async function shareOut(
  lab: Lab,
  client: Omit<IdlePlan, 'count'>,
  say: (line: string) => void,
): Promise<Sharing[]> {
  const found: Sharing[] = [];
  for (const server of lab.servers) {
    const { name } = server.peer;
    if (!name.endsWith(' workers')) continue;
    const before = descriptors(server.pid);
    const plan = { ...client, count: SHARED };
    const { open, value: after } = await holding(server, plan, async () => descriptors(server.pid));
    const shares = [...after].map(([pid, held]) => held - (before.get(pid) ?? 0)).sort((a, b) => a - b);
    const [least = 0] = shares;
    const most = shares.at(-1) ?? 0;
    say(`${open} connections, ${name}: ${least} to ${most} a worker`);
    found.push({ peer: name, connections: SHARED, least, most, errors: SHARED - open });
  }
  return found;
}

/** Of each worker: the processes below the one that was started. */
function descriptors(pid: number): ReadonlyMap<number, number> {
  const workers = tree(pid).filter((one) => one !== pid);
  return new Map(workers.map((one) => [one, list(`/proc/${one}/fd`).length]));
}
