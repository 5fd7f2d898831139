import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place, Probe } from './probe.ts';

/** How long a log is given for a line that must not come yet. */
const QUIET_MS = 60;

function textOf(place: Place, name: string): string {
  try {
    return readFileSync(join(place.site.folder, name), 'utf8');
  } catch {
    return '';
  }
}

/** Which of two logs has the line of a request for a target, and in which form. */
function lineOf(place: Place, target: string): string | undefined {
  for (const name of ['a.log', 'b.log']) {
    const line = textOf(place, name)
      .split('\n')
      .find((each) => each.includes(target));
    if (line !== undefined) return `${name} ${line.startsWith('{') ? 'json' : 'text'}`;
  }
  return undefined;
}

/** The line of a request for a target. One that is not expected is given a little time to come. */
async function lineFor(place: Place, target: string, seen: unknown): Promise<string> {
  await place.ask(place.get(target));
  const end = Date.now() + QUIET_MS;
  await place.until(() => lineOf(place, target) !== undefined || (seen === 'none' && Date.now() > end));
  return lineOf(place, target) ?? 'none';
}

/** The logs. */
export const LOGS: Readonly<Record<string, Probe>> = {
  log_format: {
    settings: [
      ["log_format own '$status' ' of $http_host' ' $request_uri';", '404 of HOST /none'],
      ['log_format own escape=json \'{"s":$status,"u":"$uri?$args"}\';', '{"s":404,"u":"/none?"}'],
    ],
    around: { server: 'access_log own.log own buffer=0;' },
    observe: async (place) => {
      await place.ask(place.get('/none'));
      await place.until(() => textOf(place, 'own.log').split('\n').length > place.turn);
      return textOf(place, 'own.log').split('\n')[0].replace(place.host, 'HOST');
    },
  },
  access_log: {
    settings: [
      ['access_log a.log buffer=0;', 'a.log text'],
      ['access_log b.log buffer=0;', 'b.log text'],
      ['access_log a.log json flush=1ms;', 'a.log json'],
      ['access_log a.log combined flush=1h;', 'none'],
      ['access_log a.log flush=1h buffer=0;', 'a.log text'],
      ['access_log a.log if=error buffer=0;', 'a.log text'],
    ],
    observe: (place, seen) => lineFor(place, `/none-${place.turn}`, seen),
  },
  request_id: {
    settings: [
      ['request_id on;', ['made', 'made', 'made']],
      ['request_id header;', ['given', 'made', 'made']],
      ['request_id off;', [undefined, undefined, undefined]],
    ],
    files: { 'files/page.html': 'page' },
    observe: async (place) => {
      const ids: unknown[] = [];
      for (const sent of ['X-Request-Id: given\r\n', 'X-Request-Id: a b\r\n', '']) {
        const { headers } = await place.ask(place.get('/page.html', sent));
        const id = headers.get('x-request-id');
        ids.push(id !== undefined && /^[0-9a-f]{32}$/.test(id) ? 'made' : id);
      }
      return ids;
    },
  },
  error_log: {
    settings: [
      ['error_log a.log info buffer=0;', ['a.log text', 'a.log text']],
      ['error_log b.log info buffer=0;', ['b.log text', 'b.log text']],
      ['error_log a.log error json flush=1ms;', ['none', 'a.log json']],
      // What is no error waits for more. An error does not.
      ['error_log a.log info flush=1h;', ['none', 'a.log text']],
    ],
    around: { location: 'cgi .run /bin/cat;' },
    files: { 'files/bad.run': 'no head' },
    observe: async (place, seen) => {
      const [first, second] = seen as [string, string];
      return [
        await lineFor(place, `/none-${place.turn}`, first),
        await lineFor(place, `/bad.run?${place.turn}`, second),
      ];
    },
  },
};
