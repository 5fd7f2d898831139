import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from '../../testing/peer.ts';
import type { Place, Probe } from './probe.ts';

const PAGE = { 'files/page.html': 'page' };

/** A script that waits until its folder has the file `go`. */
export const WAITS = `while [ ! -e go ]; do sleep 0.02; done
printf 'Content-Type: text/plain\\n\\ndone'`;

/** More output than the buffers of a connection take. */
const LARGE_OUTPUT = `printf 'Content-Type: text/plain\\n\\n'
: > began
exec head -c 24000000 /dev/zero`;

/** How many of some connections, each with a request under way, the server has. */
async function connectionsOf(place: Place, seen: unknown): Promise<number> {
  const peers: Peer[] = [];
  for (let count = 0; count < 5; count++) peers.push(await place.open());
  for (const [at, peer] of peers.entries()) peer.send(place.post(`/name${place.turn}${at}`, 'x', 2));
  const connections = (): number => place.site.running?.connections ?? 0;
  await place.until(() => connections() >= (seen as number));
  // More would come at once.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const found = connections();
  for (const peer of peers) peer.close();
  await place.until(() => connections() === 0);
  return found;
}

/** More names than the buffers of a connection take. */
const FOLDERS = Object.fromEntries(
  ['a', 'b'].flatMap((folder) =>
    Array.from({ length: 1500 }, (_, index) => [`files/${folder}/${'x'.repeat(220)}${index}`, ''] as const),
  ),
);

/** Bounds in numbers. */
export const COUNTS: Readonly<Record<string, Probe>> = {
  max_connect: {
    settings: [
      ['max_connect 2;', 2],
      ['max_connect 3;', 3],
    ],
    observe: connectionsOf,
  },
  max_connect_per_address: {
    settings: [
      ['max_connect_per_address 1;', 429],
      ['max_connect_per_address 2;', 200],
    ],
    files: PAGE,
    observe: async (place) => {
      const first = await place.open();
      expect((await first.send(place.get('/page.html')).answer()).status).toBe(200);
      const { status } = await place.ask(place.get('/page.html'));
      first.close();
      await place.until(() => place.site.running?.connections === 0);
      return status;
    },
  },
  max_pipeline: {
    settings: [
      ['max_pipeline 1;', [200, 200, 429]],
      ['max_pipeline 2;', [200, 200, 200]],
    ],
    files: PAGE,
    observe: async (place) => {
      const peer = await place.open();
      peer.send(place.get('/page.html').repeat(3));
      const statuses: number[] = [];
      for (let count = 0; count < 3; count++) statuses.push((await peer.answer()).status);
      peer.close();
      return statuses;
    },
  },
  keepalive_requests: {
    settings: [
      ['keepalive_requests 1;', 'close'],
      ['keepalive_requests 2;', undefined],
    ],
    files: PAGE,
    observe: async (place) => (await place.ask(place.get('/page.html'))).headers.get('connection'),
  },
  max_listings: {
    settings: [
      ['max_listings 1;', 503],
      ['max_listings 2;', 200],
    ],
    around: { server: 'auto_index on;' },
    files: FOLDERS,
    times: 1,
    observe: async (place) => {
      const first = await place.open();
      first.pause();
      first.send(place.get('/a/'));
      await place.until(() => place.site.running?.holdings().listings === 1);
      const { status } = await place.ask(place.get('/b/'));
      first.reset();
      return status;
    },
  },
  max_cgi: {
    settings: [
      ['max_cgi 1;', 1],
      ['max_cgi 2;', 2],
    ],
    around: { server: 'max_share_per_address 100;', location: 'cgi .run /bin/sh;' },
    files: { 'files/wait.run': WAITS },
    observe: async (place, seen) => {
      const peers: Peer[] = [];
      for (let count = 0; count < 3; count++) peers.push(await place.open());
      for (const peer of peers) peer.send(place.get('/wait.run'));
      const scripts = (): number => place.site.running?.holdings().scripts ?? 0;
      await place.until(() => scripts() >= (seen as number));
      // More would come at once.
      await new Promise((resolve) => setTimeout(resolve, 50));
      const found = scripts();
      for (const peer of peers) peer.reset();
      await place.until(() => scripts() === 0);
      return found;
    },
  },
  cgi_spool: {
    settings: [
      ['cgi_spool 64m;', 'ends'],
      ['cgi_spool 64k;', 'waits for its client'],
    ],
    around: { location: 'cgi .run /bin/sh;' },
    files: { 'files/large.run': LARGE_OUTPUT },
    observe: async (place, seen) => {
      const peer = await place.open();
      peer.pause();
      peer.send(place.get('/large.run'));
      await place.until(() => existsSync(join(place.site.folder, 'files/began')));
      const scripts = (): number => place.site.running?.holdings().scripts ?? 0;
      if (seen === 'ends') await place.until(() => scripts() === 0);
      // It would end at once.
      else await new Promise((resolve) => setTimeout(resolve, 100));
      const found = scripts() === 0 ? 'ends' : 'waits for its client';
      peer.reset();
      await place.until(() => scripts() === 0);
      place.site.remove('files/began');
      return found;
    },
  },
  cgi_queue: {
    settings: [
      ['cgi_queue 0;', 503],
      ['cgi_queue 1;', 200],
    ],
    around: { server: 'max_cgi 1; max_share_per_address 100;', location: 'cgi .run /bin/sh;' },
    files: { 'files/wait.run': WAITS },
    times: 1,
    observe: async (place, seen) => {
      const first = await place.open();
      first.send(place.get('/wait.run'));
      await place.until(() => place.site.running?.holdings().scripts === 1);
      const second = await place.open();
      second.send(place.get('/wait.run'));
      if (seen === 200) place.site.file('files/go');
      const { status } = await second.answer();
      place.site.file('files/go');
      expect((await first.answer()).status).toBe(200);
      for (const peer of [first, second]) peer.close();
      return status;
    },
  },
};
