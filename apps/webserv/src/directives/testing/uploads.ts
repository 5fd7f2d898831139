import { existsSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { realSystem, type System } from '@webserv/hosting';
import { WAITS } from './counts.ts';
import type { Place, Probe } from './probe.ts';

let syncs = 0;

/** The real one, which counts how often an upload is forced to the disk. */
const countingSystem: System = {
  ...realSystem,
  store: {
    ...realSystem.store,
    sync(fd, done) {
      syncs++;
      realSystem.store.sync(fd, done);
    },
  },
};

/** Waits until so many uploads are under way. */
async function uploading(place: Place, count: number): Promise<void> {
  const folder = join(place.site.folder, 'uploads');
  await place.until(() => readdirSync(folder).filter((name) => name.endsWith('.part')).length === count);
}

/** A name for an upload that no other observation uses. */
export function freshName(place: Place): string {
  return `/name${place.turn}${place.prefix.slice(1)}`;
}

/** How two uploads at once are answered: where there is no place for both, the slower one may be given up. */
async function twoAtOnce(place: Place): Promise<number[]> {
  const busy = await place.open();
  busy.send(place.post(`/busy${place.turn}`, 'x', 2));
  await uploading(place, 1);
  const { status } = await place.ask(place.post(freshName(place), 'content'));
  const other = await busy.send('y').answer();
  busy.close();
  return [status, other.status].sort();
}

/** How two scripts at once are answered. */
async function twoScripts(place: Place): Promise<number[]> {
  const peers = [await place.open(), await place.open()];
  for (const peer of peers) peer.send(place.get('/wait.run'));
  const statuses: number[] = [];
  const answers = peers.map(async (peer) => statuses.push((await peer.answer()).status));
  const scripts = (): number => place.site.running?.holdings().scripts ?? 0;
  await place.until(() => scripts() === 2 || statuses.length > 0);
  place.site.file('files/go');
  await Promise.all(answers);
  for (const peer of peers) peer.close();
  await place.until(() => scripts() === 0);
  place.site.remove('files/go');
  return statuses.sort();
}

/** How uploads are stored, and how many at once. */
export const UPLOADS: Readonly<Record<string, Probe>> = {
  upload_path: {
    settings: [
      ['upload_path a;', ['a']],
      ['upload_path b;', ['b']],
    ],
    files: { 'a/.keep': '', 'b/.keep': '' },
    observe: async (place) => {
      const name = freshName(place);
      await place.ask(place.post(name, 'content'));
      return ['a', 'b', 'uploads'].filter((folder) => existsSync(join(place.site.folder, folder, name)));
    },
  },
  upload_overwrite: {
    settings: [
      ['upload_overwrite on;', [201, 201]],
      ['upload_overwrite off;', [201, 409]],
    ],
    observe: async (place) => {
      const request = place.post(freshName(place), 'content');
      return [(await place.ask(request)).status, (await place.ask(request)).status];
    },
  },
  upload_fsync: {
    settings: [
      ['upload_fsync on;', 1],
      ['upload_fsync off;', 0],
    ],
    system: countingSystem,
    observe: async (place) => {
      syncs = 0;
      await place.ask(place.post(freshName(place), 'content'));
      return syncs;
    },
  },
  upload_inert: {
    settings: [
      ['upload_inert on;', 'nosniff'],
      ['upload_inert off;', undefined],
    ],
    around: { server: 'root uploads;' },
    files: { 'uploads/name.html': 'content' },
    observe: async (place) =>
      (await place.ask(place.get('/name.html'))).headers.get('x-content-type-options'),
  },
  cgi_uploads: {
    settings: [
      ['cgi_uploads on;', 'ran'],
      ['cgi_uploads off;', 403],
    ],
    around: { server: 'symlinks on;', location: 'cgi .run /bin/sh;' },
    files: { 'uploads/name.run': 'printf "Content-Type: text/plain\\n\\nran"' },
    observe: async (place) => {
      // Where the folder itself is in sight, the config is refused.
      const { folder } = place.site;
      const link = `${freshName(place)}.run`;
      symlinkSync(join(folder, 'uploads/name.run'), join(folder, 'files', link));
      const answer = await place.ask(place.get(link));
      return answer.status === 200 ? answer.body.toString() : answer.status;
    },
  },
  max_uploads: {
    settings: [
      ['max_uploads 1;', [201, 503]],
      ['max_uploads 2;', [201, 201]],
    ],
    around: { server: 'max_share_per_address 100;' },
    observe: twoAtOnce,
  },
  max_share_per_address: {
    settings: [
      ['max_share_per_address 25;', [201, 503, 200, 503]],
      ['max_share_per_address 100;', [201, 201, 200, 200]],
    ],
    around: { server: 'max_uploads 4; max_cgi 4; cgi_queue 0;', location: 'cgi .run /bin/sh;' },
    files: { 'files/wait.run': WAITS },
    observe: async (place) => [...(await twoAtOnce(place)), ...(await twoScripts(place))],
  },
  temp_disk: {
    settings: [
      ['temp_disk 10;', 503],
      ['temp_disk 20;', 201],
    ],
    observe: async (place) => (await place.ask(place.post(freshName(place), 'x'.repeat(15)))).status,
  },
};
