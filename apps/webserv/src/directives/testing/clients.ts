import { basic, USERS } from '../../testing/accounts.ts';
import type { Place, Probe } from './probe.ts';

/** Who a script and the log take the client of a request for, that names others in two fields. */
async function clientOf(place: Place): Promise<unknown> {
  const fields = 'X-Forwarded-For: 192.0.2.1\r\nForwarded: for=192.0.2.2\r\n';
  const { body } = await place.ask(place.get('/who.run', fields));
  const { remote } = await place.lastLine();
  return [body.toString(), remote];
}

/** The statuses of requests that follow each other, of a page and of what needs the method stage. */
async function statusesOf(place: Place): Promise<unknown> {
  const statuses: number[] = [];
  for (const path of ['/page.html', '/page.html', '/none'])
    statuses.push((await place.ask(place.get(path))).status);
  return statuses;
}

/** What a client is answered without a password, and with those of two users. */
async function enteredBy(place: Place): Promise<unknown> {
  const seen: unknown[] = [];
  for (const fields of ['', basic('anna:secret'), basic('ben:secret')]) {
    const { status, headers } = await place.ask(place.get('/page.html', fields));
    seen.push(status === 401 ? /realm="(\w*)"/.exec(headers.get('www-authenticate') ?? '')?.[1] : status);
  }
  return seen;
}

const [ANNA = ''] = USERS.split('\n');

const PAGE = { 'files/page.html': 'page' };

/** Who a client is, and what it may. */
export const CLIENTS: Readonly<Record<string, Probe>> = {
  real_ip: {
    settings: [
      ['real_ip 127.0.0.0/8;', ['192.0.2.1', '192.0.2.1']],
      ['real_ip 127.0.0.1 header=Forwarded;', ['192.0.2.2', '192.0.2.2']],
      ['real_ip 10.0.0.0/8;', ['127.0.0.1', '127.0.0.1']],
      ['real_ip off;', ['127.0.0.1', '127.0.0.1']],
    ],
    around: { location: 'cgi .run /bin/sh;' },
    files: {
      'files/who.run':
        'printf "Content-Type: text/plain\\n\\n$REMOTE_ADDR$REMOTE_PORT" | sed "s/\\(127.0.0.1\\).*/\\1/"',
    },
    observe: clientOf,
  },
  allow: {
    settings: [
      ['allow 127.0.0.0/8; deny all;', [200, 200, 404]],
      ['allow 10.0.0.0/8 ::1; deny all;', [403, 403, 403]],
    ],
    files: PAGE,
    observe: statusesOf,
  },
  deny: {
    settings: [
      ['deny 127.0.0.1;', [403, 403, 403]],
      ['deny 10.0.0.0/8;', [200, 200, 404]],
      ['allow all; deny 127.0.0.1;', [200, 200, 404]],
    ],
    files: PAGE,
    observe: statusesOf,
  },
  rate_limit: {
    settings: [
      ['rate_limit 1/m;', [200, 429, 429]],
      ['rate_limit off;', [200, 200, 404]],
      ['rate_limit 1/m burst=1;', [200, 200, 429]],
    ],
    files: PAGE,
    // The second observation would find what is left of the first.
    times: 1,
    observe: statusesOf,
  },
  auth_basic: {
    settings: [
      ['auth_basic staff; auth_file users;', ['staff', 200, 'staff']],
      ['auth_basic guests; auth_file users;', ['guests', 200, 'guests']],
      ['auth_basic off;', [200, 200, 200]],
    ],
    files: { ...PAGE, users: ANNA },
    observe: enteredBy,
  },
  auth_file: {
    settings: [
      ['auth_basic staff; auth_file users;', ['staff', 200, 'staff']],
      ['auth_basic staff; auth_file others;', ['staff', 'staff', 200]],
    ],
    files: { ...PAGE, users: ANNA, others: ANNA.replace('anna', 'ben') },
    observe: enteredBy,
  },
};
