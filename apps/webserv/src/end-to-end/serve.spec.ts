import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { driverOptions, itOfBytes, showsBytes, WAYS } from '../testing/drivers.ts';
import { fetchOnce, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const CONFIG = `
error_log error.log info;
server {
  listen 127.0.0.1:0;
  server_name first;
  root static;
  default_file index.html;
  access_log access.log combined flush=50ms;
  error_log error.log info;
  error 404 pages/404.html;
  timeout 2;
  location / { method GET; }
  location /sub { root static/sub; method GET; default_file sub.html; }
  location /gone { redirection 302 /elsewhere; }
  location /bare { root static/bare; method GET; default_file none.html; }
  location /post { method POST; body_size 10; upload_path static; }
}
`;

describe.each(WAYS)('a server on %s', (use) => {
  const ofBytes = itOfBytes(use);
  const site = new TestSite();
  const big = Buffer.alloc(5 << 20, 'the quick brown fox ');
  let port = 0;

  beforeAll(() => {
    site.file('static/index.html', '<h1>home</h1>');
    site.aged('static/page.html', '<p>page</p>');
    site.file('static/sub/sub.html', 'sub');
    site.file('static/bare/none.html', 'x');
    site.file('static/bare/inner/file.txt', 'inner');
    site.file('static/.secret', 'no');
    site.file('static/empty.txt', '');
    site.file('static/na me?.txt', 'odd');
    site.file('static/big.bin', big);
    site.file('pages/404.html', '<h1>own 404</h1>');
    site.file('outside.txt', 'outside');
    symlinkSync(join(site.folder, 'outside.txt'), join(site.folder, 'static/leak.txt'));
    port = site.start(CONFIG, driverOptions(use));
  });

  afterAll(() => site.close());

  const table: [string, string, number, Record<string, string | undefined>, string | null][] = [
    [
      'the default file',
      '/',
      200,
      { 'content-type': 'text/html; charset=utf-8', server: 'webserv' },
      '<h1>home</h1>',
    ],
    ['a file', '/page.html?x=1', 200, { 'content-length': '11', 'accept-ranges': 'bytes' }, '<p>page</p>'],
    ['a percent-encoded name', '/na%20me%3F.txt', 200, {}, 'odd'],
    ['an empty file', '/empty.txt', 200, { 'content-length': '0' }, ''],
    ['a location with its own root', '/sub/sub.html', 200, {}, 'sub'],
    ['the default file of a location', '/sub/', 200, {}, 'sub'],
    ['a folder without its slash', '/sub?a=b', 301, { location: '/sub/?a=b' }, null],
    ['dot segments inside the root', '/sub/../page.html', 200, {}, '<p>page</p>'],
    ['dot segments that leave the root', '/../outside.txt', 400, { connection: 'close' }, null],
    ['the same, encoded', '/%2e%2e/outside.txt', 400, { connection: 'close' }, null],
    ['a missing file', '/nothing', 404, {}, '<h1>own 404</h1>'],
    ['a slash behind a file', '/page.html/', 404, {}, '<h1>own 404</h1>'],
    ['a path through a file', '/page.html/x', 404, {}, '<h1>own 404</h1>'],
    ['a dotfile', '/.secret', 404, {}, '<h1>own 404</h1>'],
    ['a symbolic link that leaves the root', '/leak.txt', 404, {}, '<h1>own 404</h1>'],
    ['a folder without default file', '/bare/inner/', 403, {}, null],
    ['a redirection', '/gone/anything', 302, { location: '/elsewhere' }, null],
    ['a method that is not allowed', '/post', 405, { allow: 'POST' }, null],
  ];

  it.each(table)('answers GET of %s: %s', async (_what, target, status, headers, body) => {
    const answer = await fetchOnce(port, get(target));
    expect(answer.status).toBe(status);
    for (const [name, value] of Object.entries(headers)) {
      if (name !== 'connection' || showsBytes(use)) expect(answer.headers.get(name)).toBe(value);
    }
    if (body !== null) expect(answer.body.toString()).toBe(body);
  });

  it('tells what it holds', async () => {
    // The clients of the tests before have gone; the server may not have heard of it yet.
    while (site.running?.holdings().connections !== 0) await new Promise((resolve) => setImmediate(resolve));
    const before = site.running?.holdings();
    expect(before).toMatchObject({ connections: 0, scripts: 0, listings: 0, memory: 0 });
    expect(before?.slots).toBeGreaterThan(0);
    const peer = await Peer.open(port);
    await peer.send(get('/page.html')).answer();
    const during = site.running?.holdings();
    expect(during?.connections).toBe(1);
    expect(during?.slots).toBeGreaterThan(before?.slots ?? 0);
    expect(during?.timers).toBeGreaterThan(0);
    expect(during?.watches).toBeLessThan(during?.slots ?? 0);
    expect(during?.completions).toBeGreaterThan(before?.completions ?? 0);
    expect(during?.lagMs).toBeGreaterThan(0);
    expect(during?.recentLagMs).toBeLessThanOrEqual(during?.lagMs ?? 0);
    peer.close();
  });

  it.each([
    ['PUT', 405],
    ['OPTIONS', 405],
    ['BREW', 501],
  ])('answers %s with %i', async (method, status) => {
    const answer = await fetchOnce(port, `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('allow')).toBe(status === 405 ? 'GET, HEAD' : undefined);
  });

  ofBytes.each([
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
    ['HTTP/2.0', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n', 505],
    ['rubbish', '\x16\x03\x01\x02\x00', 400],
    ['a head over the limit', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(70000)}\r\n\r\n`, 431],
    ['a body over the limit', 'POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n', 413],
  ])('refuses %s and closes', async (_what, request, status) => {
    const peer = await Peer.open(port);
    peer.send(request);
    const answer = await peer.answer();
    expect(answer.status).toBe(status);
    expect(answer.headers.get('connection')).toBe('close');
    await peer.closed;
    peer.close();
  });

  it('answers HEAD like GET, without the content', async () => {
    const whole = await fetchOnce(port, get('/page.html'));
    const bare = await fetchOnce(port, 'HEAD /page.html HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(bare.body.length).toBe(0);
    for (const name of ['content-length', 'content-type', 'etag', 'last-modified']) {
      expect(bare.headers.get(name)).toBe(whole.headers.get(name));
    }
  });

  it('answers 304 to what the client has, from the cache and past it', async () => {
    const { headers } = await fetchOnce(port, get('/page.html'));
    const etag = headers.get('etag') ?? '';
    for (const field of [`If-None-Match: ${etag}`, `If-Modified-Since: ${headers.get('last-modified')}`]) {
      const answer = await fetchOnce(port, get('/page.html', `${field}\r\n`));
      expect(answer.status).toBe(304);
      expect(answer.headers.get('etag')).toBe(etag);
      expect(answer.headers.has('content-length')).toBe(false);
    }
    const other = await fetchOnce(port, get('/page.html', 'If-None-Match: "other"\r\n'));
    expect(other.status).toBe(200);
  });

  ofBytes('keeps an HTTP/1.1 connection, and an HTTP/1.0 one on request', async () => {
    const peer = await Peer.open(port);
    for (let turn = 0; turn < 3; turn++) expect((await peer.send(get('/')).answer()).status).toBe(200);
    peer.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect((await peer.answer()).headers.get('connection')).toBe('close');
    await peer.closed;
    peer.close();
    const old = await Peer.open(port);
    old.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    expect((await old.answer()).headers.get('connection')).toBe('keep-alive');
    const last = await old.send('GET / HTTP/1.0\r\n\r\n').answer();
    expect(last.body.toString()).toBe('<h1>home</h1>');
    await old.closed;
    old.close();
  });

  it('gives a page that a request has brought into the cache another head, and the same body', async () => {
    for (let turn = 0; turn < 3; turn++) {
      const answer = await fetchOnce(port, 'GET /page.html HTTP/1.0\r\n\r\n');
      expect([answer.headers.get('content-length'), answer.body.toString()]).toEqual(['11', '<p>page</p>']);
    }
  });

  it('answers pipelined requests in order, a body that nobody wants between them', async () => {
    const peer = await Peer.open(port);
    const unwanted = 'POST /page.html HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345';
    peer.send(get('/page.html') + unwanted + get('/nothing') + get('/') + get('/empty.txt'));
    const statuses: number[] = [];
    for (let turn = 0; turn < 5; turn++) statuses.push((await peer.answer()).status);
    expect(statuses).toEqual([200, 405, 404, 200, 200]);
    peer.close();
  });

  it('reads a head that comes byte by byte', async () => {
    const peer = await Peer.open(port);
    for (const byte of get('/page.html', 'X-Long: yes\r\n')) {
      peer.send(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await peer.answer()).body.toString()).toBe('<p>page</p>');
    peer.close();
  });

  it('answers a client that has half-closed', async () => {
    const peer = await Peer.open(port);
    peer.send(get('/page.html')).finish();
    expect((await peer.rest()).toString()).toContain('<p>page</p>');
    peer.close();
  });

  it('sends a large file whole to a client that stops reading for a while', async () => {
    const peer = await Peer.open(port);
    peer.send(get('/big.bin'));
    await peer.until((bytes) => bytes.length > 0);
    peer.pause();
    // Other clients do not notice.
    expect((await fetchOnce(port, get('/'))).status).toBe(200);
    peer.resume();
    expect((await peer.answer()).body.equals(big)).toBe(true);
    peer.close();
  });

  it('sends ranges', async () => {
    const part = await fetchOnce(port, get('/big.bin', 'Range: bytes=4-8\r\n'));
    expect([part.status, part.body.toString()]).toEqual([206, 'quick']);
    expect(part.headers.get('content-range')).toBe(`bytes 4-8/${big.length}`);
    const tail = await fetchOnce(port, get('/page.html', 'Range: bytes=-4\r\n'));
    expect(tail.body.toString()).toBe('</p>');
    const several = await fetchOnce(port, get('/big.bin', 'Range: bytes=0-2,1000000-1000004\r\n'));
    expect(several.status).toBe(206);
    expect(several.body.toString()).toContain(`Content-Range: bytes 1000000-1000004/${big.length}`);
    const beyond = await fetchOnce(port, get('/page.html', 'Range: bytes=900-\r\n'));
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */11']);
  });

  it('survives clients that reset', async () => {
    for (let turn = 0; turn < 20; turn++) {
      const peer = await Peer.open(port);
      peer.send(get('/big.bin'));
      if (turn % 2 === 0) await peer.until((bytes) => bytes.length > 0);
      peer.reset();
    }
    expect((await fetchOnce(port, get('/'))).status).toBe(200);
  });

  it('writes one line for each response', async () => {
    const marker = `/nothing?${use}`;
    await fetchOnce(port, get(marker, 'User-Agent: "odd" \\ agent\r\nReferer: http://a/\r\n'));
    let line: string | undefined;
    while (line === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      line = readFileSync(join(site.folder, 'access.log'), 'utf8')
        .split('\n')
        .find((each) => each.includes(marker));
    }
    expect(line).toContain(
      `"GET ${marker} HTTP/${showsBytes(use) ? '1.1' : '2.0'}" 404 16 "http://a/" "\\x22odd\\x22 \\x5C agent"`,
    );
    expect(line).toContain('stage=method cache=none');
    expect(line).toContain('errno=ENOENT place=open');
  });
});
