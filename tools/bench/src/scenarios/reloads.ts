import { request } from 'node:http';
import { join } from 'node:path';
import { type Entrant, entrant, race, type Sample, warmUp } from '../compare.ts';
import type { Lab } from '../lab.ts';
import type { Options } from '../options.ts';
import type { Peer } from '../peer.ts';
import type { Server } from '../server.ts';

const CONNECTIONS = 64;

/** A page while its server turns to its configuration again and again. */
interface BesideReloads {
  readonly samples: readonly Sample[];
  /** Reloads that the server has done meanwhile. */
  readonly reloads: number;
  /** Milliseconds of the longest round of the server's loop. */
  readonly longestRound: number;
}

/** Our server with so many `server` blocks beside the one that is asked, and with an admin address. */
export function withReloads(peers: readonly Peer[], servers: number): readonly Peer[] {
  return peers.map((peer) => ({
    ...peer,
    launch(setup) {
      const launch = peer.launch({ ...setup, servers });
      const { path = '', text = '' } = launch.config ?? {};
      return { ...launch, config: { path, text: `admin unix:${doorOf(setup)};\n${text}` } };
    },
  }));
}

/** Loads the first server, alone and while it reloads. The process that checks the configuration shares its CPU. */
export async function besideReloads(
  lab: Lab,
  options: Pick<Options, 'warmup' | 'rounds' | 'seconds'>,
  say: (line: string) => void,
): Promise<BesideReloads> {
  const [server] = lab.servers;
  if (server === undefined) return { samples: [], reloads: 0, longestRound: Number.NaN };
  const count = { done: 0 };
  const entrants = entrantsOf(lab, server, count);
  await warmUp(entrants, options.warmup);
  const samples = await race(entrants, options, say);
  const status = JSON.parse(await ask(server, 'GET', '/status.json')) as {
    process: { longestRoundMs: number };
  };
  const { longestRoundMs } = status.process;
  say(`${count.done} reloads: the longest round of the loop took ${longestRoundMs} ms`);
  return { samples, reloads: count.done, longestRound: longestRoundMs };
}

function entrantsOf(lab: Lab, server: Server, count: { done: number }): Entrant[] {
  const { name } = server.peer;
  const alone = entrant(lab, server, CONNECTIONS, `${name}, alone`);
  const load: Entrant['load'] = async (seconds, round) => {
    let over = false;
    const reloading = (async () => {
      for (; !over; count.done++) await ask(server, 'POST', '/reload');
    })();
    const seen = await alone.load(seconds, round);
    over = true;
    await reloading;
    return seen;
  };
  return [alone, { ...alone, name: `${name}, beside reloads`, load }];
}

function doorOf({ folder }: { readonly folder: string }): string {
  return join(folder, 'admin.sock');
}

/** Asks at the admin address. @returns the text of an answer that is 200 */
function ask(server: Server, method: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: doorOf(server), method, path, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (bytes) => {
        text += bytes;
      });
      answer.on('end', () => (answer.statusCode === 200 ? resolve(text) : reject(new Error(text))));
    });
    asked.on('error', reject);
    asked.end();
  });
}
