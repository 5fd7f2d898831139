import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadText } from '@webserv/config';
import { explain, readAsked } from '@webserv/hosting';
import { USERS } from '../testing/accounts.ts';
import { driverOptions, WAYS } from '../testing/drivers.ts';
import { type Answer, fetchOnce, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

const HEAD = "printf 'Content-Type: text/plain\\n'";

/** Says what it has been told, with nothing but a type. */
const TELLS = `${HEAD}; echo
printf '%s|%s|%s|%s|%s|' "$REDIRECT_STATUS" "$REDIRECT_REQUEST_METHOD" "$REDIRECT_URL" "$REDIRECT_QUERY_STRING" "$REQUEST_METHOD"
printf '%s|%s|%s|%s|%s' "$REQUEST_URI" "$SCRIPT_NAME" "$PATH_INFO$QUERY_STRING$CONTENT_LENGTH$CONTENT_TYPE" "$ADDED" "$(cat)"
`;

const SCRIPTS: Readonly<Record<string, string>> = {
  'errors/tells.sh': TELLS,
  'errors/states.sh': `${HEAD}; printf 'Status: 410\\nX-Own: 1\\n\\ngone'`,
  'errors/moves.sh': "printf 'Location: http://example.org/\\n\\n'",
  'errors/turns.sh': "printf 'Location: /pages/page.txt\\n\\n'",
  'errors/loops.sh': "printf 'Location: /loops/none\\n\\n'",
  'errors/fails.sh': 'exit 1',
  'errors/rests.sh': 'exec sleep 100',
  'errors/same.sh': `${HEAD}; printf 'Allow: NONE\\nX-Request-Id: mine\\n\\nsame'`,
  'errors/large.sh': `${HEAD}; echo; head -c 300000 /dev/zero`,
  'www/run.sh': `${HEAD}; printf 'Status: 404\\n\\nits own'`,
  'www/dies.sh': 'exit 1',
};

const CONFIG = `
server {
  listen 127.0.0.1:0;
  access_log access.log short buffer=0; error_log error.log error buffer=0; request_id on;
  root www; error 404 script errors/tells.sh 405 script errors/tells.sh 502 script errors/tells.sh;
  error 500 page.txt 416 script errors/tells.sh 429 script errors/tells.sh;
  location / { cgi .sh /bin/sh; env ADDED here; method GET DELETE; header X-Block all; }
  location /plain { error -404; }
  location /page { error 404 page.txt; }
  location /states { error 404 script errors/states.sh; }
  location /moves { error 404 script errors/moves.sh; }
  location /turns { error 404 script errors/turns.sh; }
  location /loops { error 404 script errors/loops.sh; }
  location /fails { error 404 script errors/fails.sh; }
  location /rests { error 404 script errors/rests.sh; cgi_timeout 100ms; }
  location /waits { error 404 script errors/rests.sh; }
  location /same { error 405 script errors/same.sh; }
  location /large { error 404 script errors/large.sh; }
  location /gone { return 404; }
  location /tried { try_files $uri =404; }
  location /kept { root errors; }
  location /small { body_size 10; error 413 script errors/tells.sh; upload_path stored; method GET POST; }
  location /denied { deny all; error 403 script errors/tells.sh; }
  location /staff { auth_basic staff; auth_file users; error 401 script errors/tells.sh; }
  location /limited { rate_limit 1/m; }
  location /pages { root pages; }
  location /removed { error 404 script errors/removed.sh; }
}`;

describe.each(WAYS)('scripts that answer errors, on %s', (way) => {
  const site = new TestSite();
  let port = 0;
  const ask = (path: string, method = 'GET', fields = '', body = ''): Promise<Answer> =>
    fetchOnce(port, get(path, fields).replace('GET', method) + body, method);
  const log = (name: string): string => readFileSync(join(site.folder, name), 'utf8');

  beforeAll(() => {
    for (const [path, text] of Object.entries(SCRIPTS)) site.file(path, text);
    site.file('errors/removed.sh', TELLS);
    site.file('stored/a.txt');
    site.file('page.txt', 'a page');
    site.file('users', USERS);
    site.aged('www/a.txt', 'a file of some length');
    site.aged('pages/page.txt', 'turned to');
    port = site.start(CONFIG, driverOptions(way));
    rmSync(join(site.folder, 'errors/removed.sh'));
  });

  afterAll(() => site.close());

  it('are told what has failed, and keep its status', async () => {
    const found = await ask('/none/at%20all?a=1&b');
    expect([found.status, found.body.toString(), found.headers.get('x-block')]).toEqual([
      404,
      '404|GET|/none/at all|a=1&b|GET|/none/at%20all?a=1&b|/none/at all||here|',
      'all',
    ]);
    expect((await ask('/gone')).body.toString()).toContain('404|GET|/gone|');
    expect((await ask('/tried/x')).body.toString()).toContain('404|GET|/tried/x|');
  });

  it('get no body of the request, and GET for its method', async () => {
    const sent = await ask('/none', 'DELETE', 'Content-Type: a/b\r\nContent-Length: 3\r\n', 'abc');
    expect([sent.status, sent.body.toString()]).toEqual([404, '404|DELETE|/none||GET|/none|/none||here|']);
  });

  it('answer HEAD without content', async () => {
    const { status, body, headers } = await ask('/none', 'HEAD');
    expect([status, body.length, headers.get('content-type')]).toEqual([404, 0, 'text/plain']);
  });

  it.each([
    ['/none', 'PUT', '', 405, 'allow', 'GET, HEAD, DELETE'],
    ['/a.txt', 'GET', 'Range: bytes=100-\r\n', 416, 'content-range', 'bytes */21'],
    ['/dies.sh', 'GET', '', 502, 'allow', undefined],
    ['/denied', 'GET', '', 403, 'allow', undefined],
    ['/staff', 'GET', '', 401, 'www-authenticate', 'Basic realm="staff", charset="UTF-8"'],
  ])(
    '%s by %s keeps what the error says beside its content',
    async (path, method, fields, status, name, value) => {
      const answer = await ask(path, method, fields);
      expect([answer.status, answer.headers.get(name)]).toEqual([status, value]);
      expect(answer.body.toString()).toMatch(new RegExp(`^${status}\\|${method}\\|${path}\\|`));
    },
  );

  it('keeps the time after which a limit lets a client come again', async () => {
    await ask('/limited/x');
    const answer = await ask('/limited/x');
    expect([answer.status, Number(answer.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect(answer.body.toString()).toContain('429|GET|/limited/x|');
  });

  it('fields and a status of its own stand in place of those of the error', async () => {
    const stated = await ask('/states/x');
    expect([stated.status, stated.headers.get('x-own'), stated.body.toString()]).toEqual([410, '1', 'gone']);
    const same = await ask('/same/x', 'PUT');
    expect([same.status, same.headers.get('allow'), same.body.toString()]).toEqual([405, 'NONE', 'same']);
    expect(same.headers.get('x-request-id')).not.toBe('mine');
    const moved = await ask('/moves/x');
    expect([moved.status, moved.headers.get('location')]).toEqual([302, 'http://example.org/']);
    const turned = await ask('/turns/x');
    expect([turned.status, turned.body.toString()]).toEqual([200, 'turned to']);
    expect((await ask('/turns/x')).body.toString()).toBe('turned to');
  });

  it('answer a body that is too large before it has come', async () => {
    const { status, body } = await ask('/small/x', 'POST', 'Content-Length: 11\r\n', '12345678901');
    expect([status, body.toString()]).toEqual([413, '413|POST|/small/x||GET|/small/x|/small/x|||']);
  });

  it('send an answer of any length', async () => {
    const { status, body } = await ask('/large/x');
    expect([status, body.length]).toEqual([404, 300_000]);
  });

  it('a location takes a code away, or says something else of it', async () => {
    expect((await ask('/plain/x')).body.toString()).toContain('<b>404</b>');
    const page = await ask('/page/x');
    expect([page.status, page.body.toString()]).toEqual([404, 'a page']);
    expect((await ask('/page/x', 'PUT')).body.toString()).toContain('405|PUT|');
  });

  it("leave a script's own error alone", async () => {
    const { status, body } = await ask('/run.sh');
    expect([status, body.toString()]).toEqual([404, 'its own']);
  });

  it.each([
    ['/fails/x', "error script: script's head: no output"],
    ['/rests/x', 'error script: cgi_timeout'],
    ['/loops/x', 'error script: open'],
    ['/removed/x', 'error script: open script'],
  ])('%s: leave it to the built-in page if they fail, and the log says so', async (path, place) => {
    const { status, body } = await ask(path);
    expect([status, body.toString().includes('<b>404</b>')]).toEqual([404, true]);
    const line = () =>
      log('error.log')
        .split('\n')
        .find((each) => each.includes(path));
    await until(() => line() !== undefined);
    expect(line()).toContain(place);
    expect(line()).toContain('status=404');
  });

  it('are never sent', async () => {
    for (const path of ['/kept/tells.sh', '/kept/states.sh']) {
      const { status, body } = await ask(path);
      expect([status, body.toString().includes('printf')]).toEqual([403, false]);
    }
  });

  it('end with the client', async () => {
    const peer = await Peer.open(port);
    peer.send(get('/waits/x'));
    await until(() => site.running?.holdings().scripts === 1);
    peer.reset();
    await until(() => site.running?.holdings().scripts === 0);
  });

  it('leave nothing behind', async () => {
    await until(() => site.running?.holdings().scripts === 0);
  });
});

describe('a script that answers errors, explained', () => {
  const site = new TestSite();

  beforeAll(() => {
    site.file('www/index.html', '');
    chmodSync(site.file('e.sh', `#!/bin/sh\n${TELLS}`), 0o755);
  });

  afterAll(() => site.close());

  it('is named with its environment, and not run', async () => {
    const text =
      'server { listen 127.0.0.1:0; access_log off; error_log off; root www; location / { error 404 script e.sh; } }';
    const loaded = loadText(text, join(site.folder, 'site.conf'));
    const asked = readAsked(['GET', '/none?q'], [], '127.0.0.1');
    if (!loaded.ok || typeof asked === 'string') throw new Error('not to be explained');
    const told = await explain(loaded.config, asked, 'webserv/test');
    if ('problem' in told) throw new Error(told.problem);
    expect(told.script).toMatchObject({
      file: join(site.folder, 'e.sh'),
      env: { REDIRECT_STATUS: '404', REDIRECT_URL: '/none', REDIRECT_QUERY_STRING: 'q' },
    });
    expect(JSON.stringify(told.steps)).toContain('error 404 script');
    expect(JSON.stringify(told.directives)).toContain('error 404 script');
  });
});
