import type { Entrant } from '../compare.ts';
import type { Ask, Load } from '../generators/wrk.ts';
import type { Lab } from '../lab.ts';
import type { Server } from '../server.ts';

/** Connections of the load that is measured. */
const HOT = 64;
/** Seconds by which the other load begins before and ends after what is measured. */
const MARGIN = 1;

/** The load that runs beside the measured one. */
export interface Neighbour {
  /** Behind the name of the server, in the name of the entrant. */
  readonly name: string;
  readonly url: string;
  readonly connections: number;
  readonly ask?: Ask;
}

/** One page of a server that is asked for all the time, alone and beside each neighbour. */
export function besideEach(
  lab: Pick<Lab, 'load'>,
  server: Server,
  page: string,
  neighbours: readonly Neighbour[],
): Entrant[] {
  const name = server.peer.name;
  const hot = (seconds: number) => lab.load(page, HOT, seconds, { paths: '' });
  const alone: Entrant = { name: `${name}, alone`, server, connections: HOT, load: hot };
  const crowded = neighbours.map((one) => ({
    name: `${name}, ${one.name}`,
    server,
    connections: HOT,
    async load(seconds: number, round: number): Promise<Load> {
      const ask = { ...one.ask, seed: round };
      const other = lab.load(one.url, one.connections, seconds + 2 * MARGIN, ask);
      await new Promise((resolve) => setTimeout(resolve, 1000 * MARGIN));
      const [own, beside] = await Promise.all([hot(seconds), other]);
      // A neighbour without answers proves nothing.
      const failed = beside.requests === 0 ? 1 : beside.errors;
      return { ...own, errors: own.errors + failed };
    },
  }));
  return [alone, ...crowded];
}
