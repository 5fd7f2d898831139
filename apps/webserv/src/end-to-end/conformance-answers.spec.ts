import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseHttpDate } from '@webserv/response';
import { driverOptions, itOfBytes, showsBytes, WAYS } from '../testing/drivers.ts';
import { type Answer, fetchOnce, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const CONFIG = `
error_log error.log info;
server {
  listen 127.0.0.1:0;
  server_name first;
  root static;
  default_file index.html;
  access_log access.log;
  error 404 pages/404.html;
  body_size 1k;
  location / { method GET; }
  location /up { method GET POST DELETE; upload_path up; root up; auto_index on; }
  location /list { method GET; root static/list; auto_index on; }
  location /post { method POST; upload_path up; }
  location /cgi { method GET POST; root cgi; cgi stream.sh; cgi length.sh; cgi nothing.sh; }
  location /gone { redirection 302 /elsewhere; }
}
server {
  listen 127.0.0.1:0;
  server_name second under_score;
  root second;
  default_file index.html;
  access_log off;
  location / { method GET; }
}
`;

const SCRIPT = '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n';
const IMF_FIXDATE =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;

const STREAMED = 200_000;

describe.each(WAYS)('what is answered on %s', (use) => {
  const ofBytes = itOfBytes(use);
  const site = new TestSite();
  let port = 0;

  beforeAll(() => {
    site.file('static/index.html', '<h1>first</h1>');
    site.file('static/a/b.txt', 'a slash b');
    site.file('static/a\\b.txt', 'a backslash b');
    site.file('static/%2e.txt', 'percent');
    site.file('static/big.bin', Buffer.alloc(2 << 20, 'x'));
    site.file('static/list/one.txt', '1');
    site.file('static/list/line\nbreak.txt', 'found');
    site.file('second/index.html', '<h1>second</h1>');
    site.file('pages/404.html', 'none');
    mkdirSync(join(site.folder, 'up'));
    for (const [name, rest] of [
      // More than a server holds before it answers: no length is known then, however fast the script is.
      ['stream', `\\r\\n"; head -c ${STREAMED} /dev/zero | tr "\\0" s`],
      ['length', 'Content-Length: 6\\r\\n\\r\\nlength"'],
      ['nothing', 'Status: 204\\r\\nContent-Length: 6\\r\\n\\r\\nlength"'],
    ]) {
      chmodSync(site.file(`cgi/${name}.sh`, `${SCRIPT}${rest}\n`), 0o755);
    }
    port = site.start(CONFIG, driverOptions(use));
  });

  afterAll(() => site.close());

  /** All that the server says to these bytes, until it closes. */
  async function all(request: string): Promise<string> {
    const peer = await Peer.open(port);
    const response = await peer.send(request).finish().rest();
    peer.close();
    return response.toString('latin1');
  }

  const statuses = (response: string): number[] =>
    [...response.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));

  describe('versions', () => {
    ofBytes.each([
      ['HTTP/1.1', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', undefined],
      ['HTTP/1.2 as HTTP/1.1', 'GET / HTTP/1.2\r\nHost: a\r\n\r\n', undefined],
      ['HTTP/1.9 as HTTP/1.1', 'GET / HTTP/1.9\r\nHost: a\r\n\r\n', undefined],
      ['HTTP/1.0, which ends the connection', 'GET / HTTP/1.0\r\nHost: a\r\n\r\n', 'close'],
      ['HTTP/1.0 without Host', 'GET / HTTP/1.0\r\n\r\n', 'close'],
      ['HTTP/1.0 that wants to go on', 'GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n', 'keep-alive'],
    ])('%s', async (_what, request, connection) => {
      const answer = await fetchOnce(port, request);
      expect(answer.head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect([answer.body.toString(), answer.headers.get('connection')]).toEqual([
        '<h1>first</h1>',
        connection,
      ]);
    });
  });

  describe('targets and hosts', () => {
    it.each([
      ['the target, whatever Host says', 'GET http://second/ HTTP/1.1\r\nHost: first\r\n\r\n', 'second'],
      ['the target, in any case', 'GET HTTP://SECOND:8080 HTTP/1.1\r\nHost: first\r\n\r\n', 'second'],
      ['Host', 'GET / HTTP/1.1\r\nHost: second\r\n\r\n', 'second'],
      ['Host with the dot of the root', 'GET / HTTP/1.1\r\nHost: second.:80\r\n\r\n', 'second'],
      ['Host with an empty port', 'GET / HTTP/1.1\r\nHost: second:\r\n\r\n', 'second'],
      ['Host with an underscore', 'GET / HTTP/1.1\r\nHost: under_score\r\n\r\n', 'second'],
      ['a Host that nobody has', 'GET / HTTP/1.1\r\nHost: elsewhere\r\n\r\n', 'first'],
      ['Host in HTTP/1.0', 'GET / HTTP/1.0\r\nHost: second\r\n\r\n', 'second'],
    ])('%s chooses the server', async (_what, request, name) => {
      expect((await fetchOnce(port, request)).body.toString()).toBe(`<h1>${name}</h1>`);
    });

    it.each([
      ['/a/./../a/b.txt', 'a slash b'],
      ['/a%2Fb.txt', 'a slash b'],
      ['//a///b.txt', 'a slash b'],
      ['/a/%2e%2E/a/b.txt', 'a slash b'],
      ['/a%5Cb.txt', 'a backslash b'],
      ['/%252e.txt', 'percent'],
      ['/?a=/../%00%zz', '<h1>first</h1>'],
    ])('GET %s finds it', async (target, content) => {
      const answer = await fetchOnce(port, get(target));
      expect([answer.status, answer.body.toString()]).toEqual([200, content]);
    });

    it('GET of a path that is encoded twice finds nothing', async () => {
      expect((await fetchOnce(port, get('/a%252Fb.txt'))).status).toBe(404);
    });

    it('a listing links to a name with a line break, and the link leads there', async () => {
      const page = (await fetchOnce(port, get('/list/'))).body.toString();
      const [, link] = /href="(line[^"]*)"/.exec(page) ?? [];
      expect(link).toBe('line%0Abreak.txt');
      expect((await fetchOnce(port, get(`/list/${link}`))).body.toString()).toBe('found');
    });

    it('an encoded line break never becomes one in a field', async () => {
      mkdirSync(join(site.folder, 'static/b\r\nX: y'), { recursive: true });
      const answer = await fetchOnce(port, get('/b%0d%0aX:%20y'));
      expect([answer.status, answer.headers.get('location')]).toEqual([301, '/b%0D%0AX:%20y/']);
      expect(answer.headers.has('x')).toBe(false);
    });
  });

  describe('methods', () => {
    it.each([
      ['OPTIONS *', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', 204, 'GET, HEAD, POST, DELETE, OPTIONS'],
      ['OPTIONS of a resource', 'OPTIONS /up/ HTTP/1.1\r\nHost: a\r\n\r\n', 405, 'GET, HEAD, POST, DELETE'],
      ['TRACE', 'TRACE / HTTP/1.1\r\nHost: a\r\nX-Secret: 1\r\n\r\n', 405, 'GET, HEAD'],
      ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n', 405, 'GET, HEAD'],
      ['PUT', 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx', 405, 'GET, HEAD'],
      ['GET where there is only POST', 'GET /post HTTP/1.1\r\nHost: a\r\n\r\n', 405, 'POST'],
      ['HEAD where there is only POST', 'HEAD /post HTTP/1.1\r\nHost: a\r\n\r\n', 405, 'POST'],
      ['a method that nobody knows', 'BREW / HTTP/1.1\r\nHost: a\r\n\r\n', 501, undefined],
      ['a method in small letters', 'get / HTTP/1.1\r\nHost: a\r\n\r\n', 501, undefined],
    ])('%s', async (_what, request, status, allow) => {
      const answer = await fetchOnce(port, request);
      expect([answer.status, answer.headers.get('allow')]).toEqual([status, allow]);
      expect(answer.body.toString()).not.toContain('X-Secret');
    });
  });

  /** The fields that say what the answer is, without the one that tells the time. */
  function fields(answer: Answer): [string, string][] {
    return [...answer.headers].filter(([name]) => name !== 'date');
  }

  it.each([
    ['a file', '/index.html', ''],
    ['a large file', '/big.bin', ''],
    ['the default file', '/', ''],
    ['a listing', '/list/', ''],
    ['a listing in JSON', '/list/?format=json', ''],
    ['a missing file', '/missing', ''],
    ['a folder without its slash', '/a', ''],
    ['a redirection', '/gone', ''],
    ['a failed condition', '/index.html', 'If-Match: "other"\r\n'],
    ['what is not allowed', '/post', ''],
    ['a script with a length', '/cgi/length.sh', ''],
    ['a script without a length', '/cgi/stream.sh', ''],
    ['what the client has already', '/index.html', 'If-None-Match: *\r\n'],
  ])('HEAD and GET of %s have the same fields', async (_what, target, more) => {
    const whole = await fetchOnce(port, get(target, more));
    const bare = await fetchOnce(port, get(target, more).replace('GET', 'HEAD'), 'HEAD');
    expect([bare.status, fields(bare)]).toEqual([whole.status, fields(whole)]);
    const response = await all(get(target, `${more}Connection: close\r\n`).replace('GET', 'HEAD'));
    expect(response.endsWith('\r\n\r\n')).toBe(true);
  });

  const statusesOf: [string, string, number][] = [
    ['200', get('/'), 200],
    ['204', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', 204],
    ['302', get('/gone'), 302],
    ['304', get('/', 'If-None-Match: *\r\n'), 304],
    ['400', get('/%zz'), 400],
    ['404', get('/missing'), 404],
    ['413', 'POST /up/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1025\r\n\r\n', 413],
    ['416', get('/', 'Range: bytes=900-\r\n'), 416],
    ['501', 'BREW / HTTP/1.1\r\nHost: a\r\n\r\n', 501],
  ];
  if (showsBytes(use)) statusesOf.push(['505', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n', 505]);

  it.each(statusesOf)('%s has a Date in the one right format', async (_what, request, status) => {
    const answer = await fetchOnce(port, request);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('date')).toMatch(IMF_FIXDATE);
    expect(Math.abs(parseHttpDate(answer.headers.get('date') ?? '', 0) - Date.now())).toBeLessThan(5000);
    expect(answer.head).toMatch(/^HTTP\/1\.1 \d{3} [A-Z][A-Za-z ]+\r\n/);
  });

  describe('framing', () => {
    it.each([
      ['204 of OPTIONS', 'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 204],
      ['204 of a script that announces content', get('/cgi/nothing.sh', 'Connection: close\r\n'), 204],
      ['304', get('/', 'If-None-Match: *\r\nConnection: close\r\n'), 304],
    ])('%s has neither length, coding nor content', async (_what, request, status) => {
      const response = await all(request);
      expect(statuses(response)).toEqual([status]);
      expect(response).not.toMatch(/\r\n(Content-Length|Transfer-Encoding):/i);
      expect(response.indexOf('\r\n\r\n')).toBe(response.length - 4);
    });

    it('what has no known length is chunked for HTTP/1.1', async () => {
      const answer = await fetchOnce(port, get('/cgi/stream.sh'));
      expect([answer.headers.get('transfer-encoding'), answer.headers.get('content-length')]).toEqual([
        'chunked',
        undefined,
      ]);
      expect(answer.body.toString()).toBe('s'.repeat(STREAMED));
    });

    ofBytes('what has no known length ends with the connection for HTTP/1.0', async () => {
      const response = await all('GET /cgi/stream.sh HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
      expect(response).not.toMatch(/\r\nTransfer-Encoding:/i);
      expect(response).toMatch(/\r\nConnection: close\r\n/);
      expect(response.endsWith(`\r\n\r\n${'s'.repeat(STREAMED)}`)).toBe(true);
    });
  });

  describe('connections', () => {
    it('answers pipelined requests in their order', async () => {
      const response = await all(
        get('/') + get('/missing') + get('/gone') + get('/', 'Connection: close\r\n'),
      );
      expect(statuses(response)).toEqual([200, 404, 302, 200]);
    });

    it.each([
      ['/', 200],
      ['/missing', 404],
      ['/big.bin', 304],
    ])('answers 1,000 requests for %s that come in one go, by the defaults', async (target, status) => {
      const field = status === 304 ? 'If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n' : '';
      const peer = await Peer.open(port);
      const response = await peer
        .send(`GET ${target} HTTP/1.1\r\nHost:a\r\n${field}\r\n`.repeat(1000))
        .rest();
      peer.close();
      expect(statuses(response.toString('latin1'))).toEqual(new Array(1000).fill(status));
    });

    it('takes a length with zeros in front for the number that it is', async () => {
      const post = 'POST /post/zeros HTTP/1.1\r\nHost: a\r\nContent-Length: 0005\r\n\r\nhello';
      expect(statuses(await all(post + get('/', 'Connection: close\r\n')))).toEqual([201, 200]);
      expect(readFileSync(join(site.folder, 'up/zeros'), 'utf8')).toBe('hello');
      rmSync(join(site.folder, 'up/zeros'));
    });

    ofBytes.each([
      ['close', 'Connection: close\r\n'],
      ['close among empty members', 'Connection: , x ,, CLOSE ,\r\n'],
      ['close on a second line', 'Connection: keep-alive\r\nConnection: close\r\n'],
    ])('reads nothing behind a request with %s', async (_what, more) => {
      const response = await all(get('/', more) + get('/'));
      expect(statuses(response)).toEqual([200]);
      expect(response).toMatch(/\r\nConnection: close\r\n/);
    });

    it.each([
      ['GET', 200],
      ['HEAD', 200],
      ['BREW', 501],
      ['OPTIONS', 405],
      ['PUT', 405],
    ])('reads over a body of %s, known length or chunks, to the next request', async (method, status) => {
      const inner = 'GET /missing HTTP/1.1\r\nHost: a\r\n\r\n';
      const known = `${method} / HTTP/1.1\r\nHost: a\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`;
      const chunks = `${method} / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`;
      const response = await all(known + chunks + get('/gone', 'Connection: close\r\n'));
      expect(statuses(response)).toEqual([status, status, 302]);
    });

    it('stays with HTTP/1.1 whatever it is asked to change to', async () => {
      for (const upgrade of ['h2c', 'websocket', 'HTTP/2.0, TLS/1.0']) {
        const more = `Connection: Upgrade, HTTP2-Settings\r\nUpgrade: ${upgrade}\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n`;
        const answer = await fetchOnce(port, get('/', more));
        expect([answer.status, answer.headers.has('upgrade')]).toEqual([200, false]);
      }
    });

    it('takes up to two empty lines before a request, and white space around values', async () => {
      const first = await fetchOnce(port, `\r\n\r\n${get('/')}`, 'GET');
      const second = await fetchOnce(port, 'GET / HTTP/1.1\r\nhOsT:\t first \t\r\nEmpty:\r\nX: \xff\r\n\r\n');
      expect([first.status, second.status]).toEqual([200, 200]);
    });

    it('keeps nothing of a body that ends before its length', async () => {
      const head = 'POST /up/cut.txt HTTP/1.1\r\nHost: a\r\n';
      expect(await all(`${head}Content-Length: 10\r\n\r\nhello`)).toBe('');
      expect(await all(`${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`)).toBe('');
      expect(readdirSync(join(site.folder, 'up')).filter((name) => name.includes('cut'))).toEqual([]);
    });
  });

  describe('Expect: 100-continue', () => {
    const EXPECT = 'Expect: 100-continue\r\nContent-Length: 5\r\n';
    const post = (target: string, more: string, version = '1.1'): string =>
      `POST ${target} HTTP/${version}\r\nHost: a\r\n${more}\r\n`;

    it('asks for a body that is wanted, and takes it', async () => {
      const peer = await Peer.open(port);
      peer.send(post('/up/asked.txt', EXPECT));
      expect(await peer.until((bytes) => bytes.toString() === 'HTTP/1.1 100 Continue\r\n\r\n')).toBe(true);
      expect((await peer.send('hello').answer()).status).toBe(201);
      expect(existsSync(join(site.folder, 'up/asked.txt'))).toBe(true);
      peer.close();
    });

    ofBytes.each([
      ['405', '/', EXPECT, 405],
      ['413', '/up/large.txt', 'Expect: 100-continue\r\nContent-Length: 1025\r\n', 413],
      ['417', '/up/tea.txt', 'Expect: 100-continue, tea\r\nContent-Length: 5\r\n', 417],
    ])(
      'answers %s at once, and takes nothing behind it for a request',
      async (_what, target, more, status) => {
        const response = await all(post(target, more) + get('/'));
        expect(statuses(response)).toEqual([status]);
      },
    );

    ofBytes('is passed over where the body has come already', async () => {
      expect(statuses(await all(`${post('/up/early.txt', EXPECT)}hello`))).toEqual([201]);
    });

    it('is passed over without a body', async () => {
      expect(statuses(await all(get('/', 'Expect: 100-continue\r\nConnection: close\r\n')))).toEqual([200]);
    });

    ofBytes('is passed over in HTTP/1.0, which knows no 1xx', async () => {
      const peer = await Peer.open(port);
      peer.send(post('/up/old.txt', EXPECT, '1.0'));
      peer.send('hello');
      expect(statuses((await peer.rest()).toString('latin1'))).toEqual([201]);
      peer.close();
    });
  });
});
