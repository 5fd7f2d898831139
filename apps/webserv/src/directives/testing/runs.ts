import { join } from 'node:path';
import { get, Peer } from '../../testing/peer.ts';
import type { Probe } from './probe.ts';

/** The directives for what an operator sees of scripts. */
export const RUNS: Readonly<Record<string, Probe>> = {
  runs: {
    settings: [
      ['runs 1;', 1],
      ['runs 2;', 2],
    ],
    around: { main: 'admin unix:admin.sock;', location: 'cgi .run /bin/sh;' },
    files: { 'files/name.run': 'printf "Content-Type: text/plain\\n\\nran"' },
    observe: async (place) => {
      for (let count = 0; count < 3; count++) await place.ask(place.get('/name.run'));
      const door = await Peer.open(join(place.site.folder, 'admin.sock'));
      const { body } = await door.send(get('/runs')).answer();
      door.close();
      const runs: { location: string }[] = JSON.parse(body.toString());
      return runs.filter(({ location }) => location === (place.prefix || '/')).length;
    },
  },
};
