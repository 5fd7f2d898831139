import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Place, Probe } from './probe.ts';

async function bodyAt(place: Place, path: string): Promise<string> {
  return (await place.ask(place.get(path))).body.toString();
}

async function statusAt(place: Place, path: string): Promise<number> {
  return (await place.ask(place.get(path))).status;
}

/** Directives that say what a location answers with. */
export const CONTENT: Readonly<Record<string, Probe>> = {
  root: {
    settings: [
      ['root a;', 'a'],
      ['root b;', 'b'],
    ],
    files: { 'a/name': 'a', 'b/name': 'b' },
    observe: (place) => bodyAt(place, '/name'),
  },
  default_file: {
    settings: [
      ['default_file a;', 'a'],
      ['default_file b;', 'b'],
    ],
    files: { 'files/a': 'a', 'files/b': 'b' },
    observe: (place) => bodyAt(place, '/'),
  },
  auto_index: {
    settings: [
      ['auto_index on;', 200],
      ['auto_index off;', 403],
    ],
    files: { 'files/folder/name': '' },
    observe: (place) => statusAt(place, '/folder/'),
  },
  method: {
    settings: [
      ['method GET;', 'GET, HEAD'],
      ['method GET POST;', 'GET, HEAD, POST'],
    ],
    observe: async (place) => {
      const answer = await place.ask(place.get('/').replace('GET', 'DELETE'));
      return answer.status === 405 ? answer.headers.get('allow') : answer.status;
    },
  },
  symlinks: {
    settings: [
      ['symlinks on;', 'outside'],
      ['symlinks off;', ''],
    ],
    files: { 'outside/name': 'outside' },
    observe: async (place) => {
      const { folder } = place.site;
      if (place.turn === 1)
        symlinkSync(join(folder, 'outside/name'), join(folder, `files/link${place.prefix.length}`));
      const answer = await place.ask(place.get(`/link${place.prefix.length}`));
      return answer.status === 200 ? answer.body.toString() : '';
    },
  },
  dotfiles: {
    settings: [
      ['dotfiles on;', 200],
      ['dotfiles off;', 404],
    ],
    files: { 'files/.name': '' },
    observe: (place) => statusAt(place, '/.name'),
  },
  charset: {
    settings: [
      ['charset utf-8;', 'text/plain; charset=utf-8'],
      ['charset iso-8859-1;', 'text/plain; charset=iso-8859-1'],
      ['charset off;', 'text/plain'],
    ],
    files: { 'files/name.txt': 'text' },
    observe: async (place) => (await place.ask(place.get('/name.txt'))).headers.get('content-type'),
  },
  etag: {
    settings: [
      ['etag stat;', [true, true]],
      ['etag content;', [true, false]],
      ['etag off;', [false, true]],
    ],
    files: { 'files/name.txt': 'text' },
    observe: async (place) => {
      const { headers } = await place.ask(place.get('/name.txt'));
      return [headers.has('etag'), headers.has('last-modified')];
    },
  },
  error: {
    settings: [
      ['error 404 a.html;', 'a'],
      ['error 404 b.html;', 'b'],
    ],
    files: { 'a.html': 'a', 'b.html': 'b' },
    observe: (place) => bodyAt(place, '/none'),
  },
  redirection: {
    settings: [
      ['redirection /a;', '301 /a'],
      ['redirection 307 /b;', '307 /b'],
    ],
    observe: async (place) => {
      const answer = await place.ask(place.get('/name'));
      return `${answer.status} ${answer.headers.get('location')}`;
    },
  },
  cgi: {
    settings: [
      ['cgi .run /bin/sh;', 'ran'],
      ['cgi .run /bin/cat;', 502],
    ],
    files: { 'files/name.run': 'printf "Content-Type: text/plain\\n\\nran"' },
    observe: async (place) => {
      const answer = await place.ask(place.get('/name.run'));
      return answer.status === 200 ? answer.body.toString() : answer.status;
    },
  },
};
