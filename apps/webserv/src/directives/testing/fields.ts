import type { Place, Probe } from './probe.ts';

async function fieldAt(place: Place, path: string, name: string, fields = ''): Promise<string | undefined> {
  return (await place.ask(place.get(path, fields))).headers.get(name);
}

const FILES = { 'files/name.txt': 'text' };

/** Directives that add fields to answers. */
export const FIELDS: Readonly<Record<string, Probe>> = {
  header: {
    settings: [
      ['header X-Probe one;', ['one', 'one', undefined]],
      ['header X-Probe "two three";', ['two three', 'two three', undefined]],
      ['header -X-Around;', [undefined, undefined, undefined]],
    ],
    files: FILES,
    observe: async (place) => [
      await fieldAt(place, '/name.txt', 'x-probe'),
      await fieldAt(place, '/none', 'x-probe'),
      await fieldAt(place, '/name.txt', 'x-around'),
    ],
  },
  expires: {
    settings: [
      ['expires 10m;', 'max-age=600'],
      ['expires max;', 'public, max-age=31536000, immutable'],
      ['expires 0;', 'no-cache'],
      ['expires off;', undefined],
    ],
    files: FILES,
    observe: (place) => fieldAt(place, '/name.txt', 'cache-control'),
  },
  cors: {
    settings: [
      ['cors *;', ['*', undefined, '*', 204]],
      ['cors https://a.example https://b.example;', ['https://b.example', 'Origin', undefined, 204]],
      ['cors off;', [undefined, undefined, undefined, 405]],
    ],
    files: FILES,
    observe: async (place) => {
      const { headers } = await place.ask(place.get('/name.txt', 'Origin: https://b.example\r\n'));
      const asked = 'Origin: https://b.example\r\nAccess-Control-Request-Method: GET\r\n';
      const preflight = await place.ask(place.get('/name.txt', asked).replace('GET', 'OPTIONS'));
      return [
        headers.get('access-control-allow-origin'),
        headers.get('vary'),
        await fieldAt(place, '/name.txt', 'access-control-allow-origin', 'Origin: https://c.example\r\n'),
        preflight.status,
      ];
    },
  },
  security_headers: {
    settings: [
      ['security_headers on;', ['nosniff', 'SAMEORIGIN']],
      ['security_headers off;', [undefined, undefined]],
    ],
    files: FILES,
    observe: async (place) => [
      await fieldAt(place, '/name.txt', 'x-content-type-options'),
      await fieldAt(place, '/none', 'x-frame-options'),
    ],
  },
};
