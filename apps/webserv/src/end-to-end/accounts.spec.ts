import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { basic, USERS } from '../testing/accounts.ts';
import { driverOptions, itOfBytes, WAYS } from '../testing/drivers.ts';
import { type Answer, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const ENV = 'printf "Content-Type: text/plain\\n\\n$AUTH_TYPE $REMOTE_USER $HTTP_AUTHORIZATION"';

describe.each(WAYS)('accounts over %s', (way) => {
  let site: TestSite;
  let port: number;

  beforeEach(() => {
    site = new TestSite();
    site.file('users', USERS);
    site.aged('www/page.html', 'page');
    site.file('scripts/who.run', ENV);
    port = site.start(
      `error_log off;
       server {
         listen 127.0.0.1:0; root www; access_log access.log json flush=0; auth_file users;
         location / { method GET; }
         location /staff { root www; auth_basic "the \\"staff\\""; method GET PUT; }
         location /run { root scripts; auth_basic run; cgi .run /bin/sh; }
         location /own { root scripts; cgi .run /bin/sh; }
         location /none { root www; auth_basic none; deny all; }
       }`,
      driverOptions(way),
    );
  });

  afterEach(() => site.close());

  async function ask(request: string): Promise<Answer> {
    const peer = await Peer.open(port);
    try {
      return await peer.send(request).answer(request.slice(0, request.indexOf(' ')));
    } finally {
      peer.close();
    }
  }

  it('let in who knows the password, and ask the others for it', async () => {
    const none = await ask(get('/staff/page.html'));
    expect(none.status).toBe(401);
    expect(none.headers.get('www-authenticate')).toBe('Basic realm="the \\"staff\\"", charset="UTF-8"');
    for (const [credentials, status] of [
      ['anna:wrong', 401],
      ['anna:secret', 200],
      ['anna:secret', 200],
      ['anna:wrong', 401],
      ['Zoë:sécret', 200],
      ['Zoë:secret', 401],
      ['nobody:secret', 401],
      ['anna:', 401],
    ] as const) {
      const { status: got } = await ask(get('/staff/page.html', basic(credentials)));
      expect([credentials, got]).toEqual([credentials, status]);
    }
    expect((await ask(get('/page.html'))).status).toBe(200);
  });

  it('are judged for a page of the cache too, behind allow and deny', async () => {
    const statuses: number[] = [];
    for (const fields of ['', basic('anna:secret'), '', basic('anna:secret')])
      statuses.push((await ask(get('/staff/page.html', fields))).status);
    expect(statuses).toEqual([401, 200, 401, 200]);
    expect((await ask(get('/none/page.html', basic('anna:secret')))).status).toBe(403);
  });

  it('are told to scripts, and passwords are not', async () => {
    const { body } = await ask(get('/run/who.run', basic('anna:secret')));
    expect(body.toString()).toBe('Basic anna ');
    // A script that asks for passwords by itself gets what the client has sent.
    const own = await ask(get('/own/who.run', basic('anna:secret')));
    expect(own.body.toString()).toMatch(/^ {2}Basic \S+$/);
  });

  it('are in the log if the password was right', async () => {
    await ask(get('/staff/page.html', basic('anna:wrong')));
    await ask(get('/staff/page.html', basic('anna:secret')));
    await ask(get('/page.html', basic('anna:secret')));
    const lines = () => readFileSync(join(site.folder, 'access.log'), 'utf8').split('\n').slice(0, -1);
    while (lines().length < 3) await new Promise((done) => setTimeout(done, 1));
    expect(lines().map((line) => JSON.parse(line).user ?? '')).toEqual(['', 'anna', '']);
  });

  it('take a body that has come before the password was compared', async () => {
    const body = 'x'.repeat(100_000);
    const request = `PUT /staff/new.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n`;
    expect((await ask(`${request}${basic('anna:secret')}\r\n${body}`)).status).toBe(201);
    expect(readFileSync(join(site.folder, 'www/new.txt'), 'utf8')).toBe(body);
    expect((await ask(`${request}${basic('anna:wrong')}\r\n${body}`)).status).toBe(401);
  });

  it('ask a client for its body that waits for that, once the password was found right', async () => {
    const head = (credentials: string) =>
      `PUT /staff/new.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n${basic(credentials)}\r\n`;
    const peer = await Peer.open(port);
    peer.send(head('anna:secret'));
    await peer.until((bytes) => bytes.includes('100'));
    expect((await peer.send('body').answer('PUT')).status).toBe(201);
    peer.close();
    expect((await ask(head('anna:wrong'))).status).toBe(401);
  });

  itOfBytes(way)('keep the order of requests that follow each other', async () => {
    const peer = await Peer.open(port);
    peer.send(
      get('/staff/page.html', basic('anna:secret')) +
        get('/page.html') +
        get('/staff/page.html', basic('Zoë:sécret')),
    );
    expect(
      [await peer.answer(), await peer.answer(), await peer.answer()].map(({ status }) => status),
    ).toEqual([200, 200, 200]);
    peer.close();
  });
});
