import { execFile } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:http2';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pairFor } from '../testing/certificates.ts';
import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { answerOf, Http2Peer } from '../testing/http2-peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

const CONFIG = `
error_log error.log info;
server {
  listen 127.0.0.1:0 h2c;
  server_name first;
  root www;
  access_log access.log combined flush=1ms;
  error 404 pages/404.html;
  location / { default_file index.html; }
  location /list { root www/list; auto_index on; }
  location /cgi { root www/cgi; cgi *; method GET POST; body_size 8m; }
  location /up { method GET POST DELETE; upload_path uploads; root uploads; body_size 8m; }
  location /small { method POST; upload_path uploads; body_size 10; }
  location /gone { redirection 302 /elsewhere; }
}
server {
  listen 127.0.0.1:0 h2c;
  server_name second;
  root second;
  access_log off;
  location / { }
}
`;

const SCRIPTS: Readonly<Record<string, string>> = {
  protocol: `printf 'Content-Type: text/plain\\r\\n\\r\\n%s %s' "$SERVER_PROTOCOL" "$HTTP_HOST"`,
  echo: `printf 'Content-Type: text/plain\\r\\n\\r\\n'; cat`,
  slow: `printf 'Content-Type: text/plain\\r\\n\\r\\nfirst '; sleep 0.3; printf 'last'`,
  hops: `printf 'Content-Type: text/plain\\r\\nConnection: close\\r\\nKeep-Alive: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n4\\r\\nbody\\r\\n0\\r\\n\\r\\n'`,
};

function pattern(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 8) * 7 + (at >> 16)) & 0xff;
  return bytes;
}

describe.each(DRIVERS)('HTTP/2 on %s', (use) => {
  const site = new TestSite();
  const big = pattern((5 << 20) + 77);
  let port = 0;
  let peer: Http2Peer;

  beforeAll(() => {
    site.aged('www/index.html', '<h1>home</h1>');
    site.aged('www/page.html', '<p>page</p>');
    site.file('www/empty.txt', '');
    site.file('www/big.bin', big);
    site.file('www/list/one.txt', '1');
    site.file('www/.secret', 'no');
    site.file('pages/404.html', '<h1>own 404</h1>');
    site.file('second/name', 'second');
    site.file('uploads/up/.keep');
    site.file('uploads/up/old.txt', 'old');
    site.file('outside.txt', 'outside');
    for (const [name, script] of Object.entries(SCRIPTS)) {
      chmodSync(site.file(`www/cgi/${name}`, `#!/bin/sh\n${script}\n`), 0o755);
    }
    port = site.start(CONFIG, driverOptions(use));
  });

  afterAll(() => site.close());

  beforeEach(async () => {
    peer = await Http2Peer.open(port);
  });

  afterEach(() => peer.close());

  const accessLog = (): string[] => {
    const path = join(site.folder, 'access.log');
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  };

  it.each<[string, string, number, string | null]>([
    ['the default file', '/', 200, '<h1>home</h1>'],
    ['a page', '/page.html?x=1', 200, '<p>page</p>'],
    ['an empty file', '/empty.txt', 200, ''],
    ['a missing file', '/nothing', 404, '<h1>own 404</h1>'],
    ['a dotfile', '/.secret', 404, '<h1>own 404</h1>'],
    ['dot segments that leave the root', '/%2e%2e/outside.txt', 400, null],
    ['a folder without its slash', '/list', 301, null],
    ['a redirection', '/gone/x', 302, null],
    ['a method that is not allowed', '/small', 405, null],
  ])('answers GET of %s, again and again', async (_what, path, status, body) => {
    for (let turn = 0; turn < 3; turn++) {
      const answer = await peer.get(path);
      expect(answer.status).toBe(status);
      if (body !== null) expect(String(answer.body)).toBe(body);
      expect(answer.headers).toMatchObject({ server: 'webserv', date: expect.stringMatching(/GMT$/) });
      expect(answer.headers['content-length']).toBe(String(answer.body.length));
    }
  });

  it('HEAD, conditions and ranges', async () => {
    for (let turn = 0; turn < 2; turn++) {
      const head = await peer.ask({ ':method': 'HEAD', ':path': '/page.html' });
      expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '11', 0]);
      const etag = head.headers.etag;
      const same = await peer.get('/page.html', { 'if-none-match': etag });
      expect([same.status, same.headers.etag, same.body.length]).toEqual([304, etag, 0]);
      const part = await peer.get('/page.html', { range: 'bytes=3-6' });
      expect([part.status, String(part.body), part.headers['content-range']]).toEqual([
        206,
        'page',
        'bytes 3-6/11',
      ]);
      const parts = await peer.get('/big.bin', { range: 'bytes=5-9,100-300000' });
      expect([parts.status, parts.body.length]).toEqual([206, Number(parts.headers['content-length'])]);
      expect(parts.body.includes(big.subarray(100, 300_001))).toBe(true);
    }
  });

  it('a large file, whole and in parts, many at once, on one connection', async () => {
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, turn) =>
        turn % 2 === 0 ? peer.get('/big.bin') : peer.get('/big.bin', { range: `bytes=${turn * 1000}-` }),
      ),
    );
    all.forEach(({ status, body }, turn) => {
      expect(status).toBe(turn % 2 === 0 ? 200 : 206);
      expect(body.equals(turn % 2 === 0 ? big : big.subarray(turn * 1000))).toBe(true);
    });
  });

  it('a hundred requests at once, each with its own answer', async () => {
    const paths = ['/', '/page.html', '/nothing', '/empty.txt', '/list/'];
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => peer.get(paths[index % 5] as string)),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toEqual(Array.from({ length: 100 }, (_, index) => (index % 5 === 2 ? 404 : 200)));
  });

  it('a listing, and the site that the authority names', async () => {
    expect(String((await peer.get('/list/')).body)).toContain('one.txt');
    expect(String((await peer.get('/name', { ':authority': 'second' })).body)).toBe('second');
  });

  it('uploads, of announced and of unknown length, and DELETE', async () => {
    const bytes = pattern((3 << 20) + 4321);
    for (const fields of [{ 'content-length': bytes.length }, {}]) {
      const stored = await peer.ask({ ':method': 'POST', ':path': '/up/file.bin', ...fields }, bytes);
      expect(stored.status).toBe(201);
      const location = String(stored.headers.location);
      const path = new URL(location, 'http://localhost').pathname;
      expect((await peer.get(path)).body.equals(bytes)).toBe(true);
      expect((await peer.ask({ ':method': 'DELETE', ':path': path })).status).toBe(204);
      expect((await peer.get(path)).status).toBe(404);
    }
  });

  it('a body that is too large: 413, announced or not, and the connection goes on', async () => {
    for (const fields of [{ 'content-length': 11 }, {}]) {
      const refused = await peer.ask({ ':method': 'POST', ':path': '/small/x', ...fields }, 'eleven byte');
      expect(refused.status).toBe(413);
    }
    expect((await peer.get('/page.html')).status).toBe(200);
  });

  it('sends 100 (Continue) to a client that waits for it', async () => {
    const stream = peer.begin(
      { ':method': 'POST', ':path': '/cgi/echo', expect: '100-continue', 'content-length': 4 },
      false,
    );
    const answer = answerOf(stream);
    await new Promise((resolve) => stream.once('continue', resolve));
    stream.end('body');
    expect(await answer).toMatchObject({ status: 200, body: Buffer.from('body') });
  });

  it('scripts: their protocol, their input, and no field of the connection', async () => {
    expect(String((await peer.get('/cgi/protocol')).body)).toBe('HTTP/2.0 localhost');
    const bytes = pattern(1 << 20);
    const echo = await peer.ask({ ':method': 'POST', ':path': '/cgi/echo' }, bytes);
    expect([echo.status, echo.body.equals(bytes)]).toEqual([200, true]);
    const hops = await peer.get('/cgi/hops');
    expect([String(hops.body), hops.headers.connection, hops.headers['transfer-encoding']]).toEqual([
      'body',
      undefined,
      undefined,
    ]);
  });

  it('an answer that is made slowly holds up no other', async () => {
    const slow = peer.begin({ ':path': '/cgi/slow' });
    const answer = answerOf(slow);
    await new Promise((resolve) => slow.once('response', resolve));
    expect((await peer.get('/page.html')).status).toBe(200);
    expect(String((await answer).body)).toBe('first last');
  });

  it('a client that does not read one answer gets the others', async () => {
    const held = peer.begin({ ':path': '/big.bin' });
    held.pause();
    await new Promise((resolve) => held.once('response', resolve));
    expect((await peer.get('/page.html')).status).toBe(200);
    const rest = answerOf(held);
    held.resume();
    expect((await rest).body.equals(big)).toBe(true);
  });

  it('malformed requests and CONNECT end their stream alone', async () => {
    const connect = await peer.ask({ ':method': 'CONNECT', ':authority': 'a:1' });
    expect(connect.status).toBeGreaterThanOrEqual(400);
    const repeated = await peer.get('/page.html', { host: 'other' });
    expect([repeated.status === 400 || repeated.code !== 0]).toEqual([true]);
    expect((await peer.get('/page.html')).status).toBe(200);
  });

  it('has one access line for each request, with its protocol, also where the client resets', async () => {
    const line = (target: string): string | undefined =>
      accessLog().find((each) => each.includes(` ${target} `));
    await peer.get('/page.html?logged');
    const stream = peer.begin({ ':path': '/big.bin?reset' });
    stream.pause();
    await new Promise((resolve) => stream.once('response', resolve));
    stream.close(constants.NGHTTP2_CANCEL);
    await until(() => line('/page.html?logged') !== undefined && line('/big.bin?reset') !== undefined);
    expect(line('/page.html?logged')).toContain('"GET /page.html?logged HTTP/2.0" 200 11 ');
    expect(line('/big.bin?reset')).toContain('"GET /big.bin?reset HTTP/2.0" 200 ');
    expect(line('/big.bin?reset')).toMatch(/stage=response .* place=reset/);
  });

  it('holds nothing for a client that has gone', async () => {
    const held = peer.begin({ ':path': '/big.bin' });
    held.pause();
    await new Promise((resolve) => held.once('response', resolve));
    peer.begin({ ':method': 'POST', ':path': '/cgi/echo' }, false).write('half');
    await peer.get('/page.html');
    peer.close();
    await until(() => {
      const holdings = site.running?.holdings();
      return holdings?.connections === 0 && holdings.memory === 0 && holdings.scripts === 0;
    });
  });
});

describe.each(DRIVERS)('HTTP/2 over TLS on %s', (use) => {
  const site = new TestSite();
  const pair = pairFor('localhost');
  const big = pattern((2 << 20) + 99);
  let port = 0;

  beforeAll(() => {
    site.aged('www/page.html', 'page');
    site.file('www/big.bin', big);
    site.file('up/up/.keep');
    site.file('a.pem', pair.certificate);
    site.file('a.key', pair.key);
    chmodSync(
      site.file(
        'www/cgi/https',
        `#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n%s %s' "$HTTPS" "$SERVER_PROTOCOL"\n`,
      ),
      0o755,
    );
    port = site.start(
      `error_log off; server { listen 127.0.0.1:0 tls; certificate a.pem a.key; hsts 1h; root www; access_log off; body_size 8m;
       location / { } location /cgi { root www/cgi; cgi *; }
       location /up { method GET POST; root up/up; upload_path up/up; } }`,
      driverOptions(use),
    );
  });

  afterAll(() => site.close());

  it('serves pages, files, uploads and scripts on one connection', async () => {
    const peer = await Http2Peer.open(port, pair.certificate);
    for (let turn = 0; turn < 3; turn++) {
      const page = await peer.get('/page.html');
      expect([page.status, String(page.body), page.headers['strict-transport-security']]).toEqual([
        200,
        'page',
        'max-age=3600',
      ]);
    }
    const files = await Promise.all([peer.get('/big.bin'), peer.get('/big.bin', { range: 'bytes=77-' })]);
    expect(files.map(({ body }, turn) => body.equals(big.subarray(turn * 77)))).toEqual([true, true]);
    const stored = await peer.ask({ ':method': 'POST', ':path': '/up/file.bin' }, big);
    expect(stored.status).toBe(201);
    const { pathname } = new URL(String(stored.headers.location), 'https://localhost');
    expect((await peer.get(pathname)).body.equals(big)).toBe(true);
    expect(String((await peer.get('/cgi/https')).body)).toBe('on HTTP/2.0');
    peer.close();
  });

  it('ends in good order when the server stops', async () => {
    const peer = await Http2Peer.open(port, pair.certificate);
    await peer.get('/page.html');
    void site.running?.close(1000);
    expect(await peer.goneAway).toBe(0);
    await peer.closed;
  });
});

describe('HTTP/2 and other clients', () => {
  const site = new TestSite();
  const run = promisify(execFile);
  let port = 0;

  beforeAll(() => {
    site.file('www/page.html', 'page');
    port = site.start(
      'error_log off; server { listen 127.0.0.1:0 h2c; root www; access_log off; location / { } }',
    );
  });

  afterAll(() => site.close());

  it('curl', async () => {
    const url = `http://127.0.0.1:${port}/page.html`;
    const args = ['-s', '--http2-prior-knowledge', '-w', ' %{http_version} %{http_code}', url];
    expect((await run('curl', args)).stdout).toBe('page 2 200');
  });

  it('a client of HTTP/1.1 is told, and the connection closed', async () => {
    const failed = await run('curl', ['-s', `http://127.0.0.1:${port}/`]).catch(({ code }) => code);
    expect(failed).not.toBe(0);
  });
});
