import { type Entrant, entrant } from '../compare.ts';
import type { Lab } from '../lab.ts';
import { POOL_SIZE } from '../peer.ts';
import type { Server } from '../server.ts';

const SCRIPTS = [
  ['one line', '/hello.php'],
  ['10 KB', '/page.php'],
] as const;

/** The scripts of one server, as many at once as its pool has processes, and four times as many. */
export function applied(lab: Lab, server: Server): Entrant[] {
  const { peer, url } = server;
  // A kept connection holds a process: requests beyond the processes would wait for ever.
  const counts = peer.name.endsWith('-kept') ? [POOL_SIZE] : [POOL_SIZE, 4 * POOL_SIZE];
  return SCRIPTS.flatMap(([title, path]) =>
    counts.map((count) =>
      entrant(lab, { ...server, url: new URL(path, url).href }, count, `${peer.name}, ${title}`),
    ),
  );
}
