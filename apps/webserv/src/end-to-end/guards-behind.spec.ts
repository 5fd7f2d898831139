import { basic, USERS } from '../testing/accounts.ts';
import { driverOptions, WAYS } from '../testing/drivers.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

/** The ways by which a path of one location is answered with what belongs to another. */
const FALLBACKS = [
  ['try_files', '/tries/none', 'location /tries { root empty; try_files $uri /staff/page.html; }'],
  ['try_files with =CODE', '/coded/none', 'location /coded { root empty; try_files /staff/page.html =404; }'],
  [
    'spa',
    '/app/none',
    'location /app { root www; spa page.html; } location = /app/page.html { root www; RULES }',
  ],
  [
    'default_file',
    '/folder/',
    'location /folder { root www; default_file page.html; } location = /folder/page.html { root www; RULES }',
  ],
  ['a local redirection', '/run/go.run', 'location /run { root scripts; cgi .run /bin/sh; }'],
] as const;

describe.each(WAYS)('what lies behind a password, by another path, over %s', (way) => {
  let site: TestSite;

  beforeEach(() => {
    site = new TestSite();
    site.file('users', USERS);
    site.aged('www/page.html', 'secret page');
    site.file('empty/nothing');
    site.file('scripts/go.run', 'printf "Location: /staff/page.html\\n\\n"');
  });

  afterEach(() => site.close());

  async function statuses(
    rules: string,
    location: string,
    path: string,
    fields: readonly string[],
  ): Promise<number[]> {
    const port = site.start(
      `error_log off;
       server {
         listen 127.0.0.1:0; access_log off; auth_file users;
         location / { root empty; }
         location /staff { root www; ${rules} }
         ${location.replace('RULES', rules)}
       }`,
      driverOptions(way),
    );
    const peer = await Peer.open(port);
    const all: number[] = [];
    for (const field of fields)
      all.push((await peer.send(get(path, `Accept: text/html\r\n${field}`)).answer()).status);
    peer.close();
    return all;
  }

  it.each(FALLBACKS)('%s', async (_name, path, location) => {
    const right = basic('anna:secret');
    expect(
      await statuses('auth_basic staff;', location, path, ['', right, '', basic('anna:wrong'), right]),
    ).toEqual([401, 200, 401, 401, 200]);
  });

  it.each(FALLBACKS)('%s, of a location that lets nobody in', async (_name, path, location) => {
    expect(await statuses('deny all;', location, path, ['', ''])).toEqual([403, 403]);
  });
});
