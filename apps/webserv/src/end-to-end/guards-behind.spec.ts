import { basic, USERS } from '../testing/accounts.ts';
import { driverOptions, WAYS } from '../testing/drivers.ts';
import { type Answer, get, Peer } from '../testing/peer.ts';
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

/** What runs the scripts of errors. */
const RUNS = 'location /run { root scripts; cgi .run /bin/sh; }';

describe.each(WAYS)('what lies behind a password, by another path, over %s', (way) => {
  let site: TestSite;

  beforeEach(() => {
    site = new TestSite();
    site.file('users', USERS);
    site.aged('www/page.html', 'secret page');
    site.file('empty/nothing');
    site.file('scripts/go.run', 'printf "Location: /staff/page.html\\n\\n"');
    site.file('www/barred.html', 'a page of its own');
  });

  afterEach(() => site.close());

  async function answers(
    rules: string,
    location: string,
    path: string,
    fields: readonly string[],
  ): Promise<Answer[]> {
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
    const all: Answer[] = [];
    for (const field of fields)
      all.push(await peer.send(get(path, `Accept: text/html\r\n${field}`)).answer());
    peer.close();
    return all;
  }

  async function statuses(...asked: Parameters<typeof answers>): Promise<number[]> {
    return (await answers(...asked)).map(({ status }) => status);
  }

  async function bodies(
    ...asked: Parameters<typeof answers>
  ): Promise<[number, string, string | undefined][]> {
    return (await answers(...asked)).map(({ status, body, headers }) => [
      status,
      /secret page|a page of its own|<b>\d+/.exec(body.toString())?.[0] ?? '',
      headers.get('www-authenticate')?.split(' ')[0],
    ]);
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

  it.each([
    [401, 'auth_basic staff;', 'Basic'],
    [403, 'deny all;', undefined],
  ])('%i, by the script of the error that turns its client there', async (status, rules, scheme) => {
    const own = `${rules} error ${status} script scripts/go.run;`;
    const fields = ['', basic('anna:wrong'), ''];
    const refused = [status, `<b>${status}`, scheme];
    expect(await bodies(own, RUNS, '/staff/page.html', fields)).toEqual(fields.map(() => refused));
  });

  it('the script of an error before anybody has asked for the password', async () => {
    const own = 'auth_basic staff; method GET; body_size 10; error 413 script scripts/go.run;';
    const large = `${basic('anna:wrong')}Content-Length: 11\r\nConnection: close\r\n`;
    expect(await bodies(own, RUNS, '/staff/page.html', [large])).toEqual([[413, '<b>413', undefined]]);
  });

  it('the script of an error elsewhere', async () => {
    const lost = `${RUNS} location /lost { root empty; error 404 script scripts/go.run; }`;
    const fields = ['', basic('anna:wrong'), basic('anna:secret'), ''];
    expect(await bodies('auth_basic staff;', lost, '/lost/x', fields)).toEqual([
      [404, '<b>404', undefined],
      [404, '<b>404', undefined],
      [200, 'secret page', undefined],
      [404, '<b>404', undefined],
    ]);
  });

  it('spa says what its answer depends on, before the password and after it', async () => {
    const page = 'location = /app/page.html { root www; auth_basic staff; }';
    const fields = ['', basic('anna:secret'), basic('anna:secret'), basic('anna:wrong')];
    const given = await answers(
      '',
      `location /app { root www; spa page.html; } ${page}`,
      '/app/none',
      fields,
    );
    expect(given.map(({ status, headers }) => [status, headers.get('vary')])).toEqual(
      [401, 200, 200, 401].map((status) => [status, 'Accept']),
    );
  });

  it('the page of an error is shown to whom it is about, wherever it lies', async () => {
    const own = 'auth_basic staff; error 401 www/barred.html;';
    expect(await bodies(own, '', '/staff/page.html', ['', basic('anna:secret')])).toEqual([
      [401, 'a page of its own', 'Basic'],
      [200, 'secret page', undefined],
    ]);
  });
});
