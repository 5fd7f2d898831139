import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { driverOptions, WAYS } from '../testing/drivers.ts';
import { type Answer, fetchOnce, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const CONFIG = `
server {
  listen 127.0.0.1:0;
  access_log off;
  root www;
  location / { method GET DELETE; }
  location /dav { root dav; cgi echo.sh; default_file echo.sh; method GET POST PUT PATCH OPTIONS PROPFIND MY-METHOD; }
  location /any { root dav; cgi echo.sh; method *; }
  location /more { root dav; cgi echo.sh; method * DELETE; }
}
`;

const ECHO = `#!/bin/sh
printf 'Content-Type: text/plain\\nX-Method: %s\\nX-Length: %s\\n\\n' "$REQUEST_METHOD" "\${CONTENT_LENGTH-none}"
cat
`;
const OF_FILES = 'GET, HEAD';

describe.each(WAYS)('methods of scripts on %s', (use) => {
  const site = new TestSite();

  beforeAll(() => {
    site.file('www/index.html', 'index');
    site.file('dav/file.txt', 'file');
    site.file('dav/kept.txt', 'kept');
    chmodSync(site.file('dav/echo.sh', ECHO), 0o755);
    site.start(CONFIG, driverOptions(use));
  });

  afterAll(() => site.close());

  const ask = (method: string, target: string, fields = '', body = ''): Promise<Answer> =>
    fetchOnce(site.port(0), `${method} ${target} HTTP/1.1\r\nHost: a\r\n${fields}\r\n${body}`);

  it.each([
    ['PUT', '/dav/echo.sh'],
    ['PATCH', '/dav/echo.sh/path/info'],
    ['OPTIONS', '/dav/echo.sh'],
    ['PROPFIND', '/dav/echo.sh/'],
    ['PROPFIND', '/dav/'],
    ['MY-METHOD', '/dav/echo.sh'],
    ['GET', '/dav/echo.sh'],
    ['POST', '/dav/'],
    ['REPORT', '/any/echo.sh'],
    ['DELETE', '/any/echo.sh/x'],
    ['VERSION-CONTROL', '/any/echo.sh'],
    ['BREW', '/any/echo.sh'],
    ["!#$%&'*+-.^_`|~09aZ", '/any/echo.sh'],
  ])('%s %s reaches the script, with its body', async (method, target) => {
    const peer = await Peer.open(site.port(0));
    const head = `${method} ${target} HTTP/1.1\r\nHost: a\r\n`;
    for (const [fields, body, length] of [
      ['', '', 'none'],
      ['Content-Length: 5\r\n', 'hello', '5'],
      ['Transfer-Encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n', '5'],
    ]) {
      const answer = await peer.send(`${head}${fields}\r\n${body}`).answer();
      expect([answer.status, answer.headers.get('x-method')]).toEqual([200, method]);
      expect([answer.headers.get('x-length'), answer.body.toString()]).toEqual([
        length,
        body === '' ? '' : 'hello',
      ]);
    }
    peer.close();
  });

  it('a client that waits is told to go on', async () => {
    const peer = await Peer.open(site.port(0));
    peer.send('PUT /dav/echo.sh HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n');
    expect(await peer.until((bytes) => bytes.includes('100 Continue'))).toBe(true);
    expect((await peer.send('hello').answer()).body.toString()).toBe('hello');
    peer.close();
  });

  it('HEAD comes with GET and with any', async () => {
    for (const target of ['/dav/echo.sh', '/any/echo.sh']) {
      const answer = await ask('HEAD', target);
      expect([answer.status, answer.headers.get('x-method'), answer.body.length]).toEqual([200, 'HEAD', 0]);
    }
  });

  it.each([
    [
      'a location of scripts that does not name it',
      'DELETE',
      '/dav/echo.sh',
      405,
      'GET, HEAD, POST, PUT, PATCH, OPTIONS, PROPFIND, MY-METHOD',
    ],
    ['what is no script there', 'PUT', '/dav/file.txt', 405, 'GET, HEAD, POST'],
    ['what is no script, by a method of its own', 'MY-METHOD', '/dav/file.txt', 501, undefined],
    ['what is no script where all is allowed', 'PROPFIND', '/any/file.txt', 405, OF_FILES],
    ['a file is not deleted because scripts may be asked to', 'DELETE', '/any/kept.txt', 405, OF_FILES],
    ['what is not there', 'PUT', '/any/none', 405, OF_FILES],
    ['an unknown method for a file', 'BREW', '/any/file.txt', 501, undefined],
    ['an unknown method where there are no scripts', 'BREW', '/', 501, undefined],
    ['a registered one', 'PROPFIND', '/', 405, 'GET, HEAD, DELETE'],
    ['another', 'VERSION-CONTROL', '/', 405, 'GET, HEAD, DELETE'],
  ])('%s: %s %s is %i', async (_what, method, target, status, allow) => {
    const answer = await ask(method, target);
    expect([answer.status, answer.headers.get('allow')]).toEqual([status, allow]);
    expect(existsSync(join(site.folder, 'dav/kept.txt'))).toBe(true);
  });

  it('files are read where all is allowed, and deleted where that is named', async () => {
    expect((await ask('GET', '/any/file.txt')).body.toString()).toBe('file');
    site.file('dav/gone.txt', 'gone');
    expect((await ask('DELETE', '/more/gone.txt')).status).toBe(204);
    expect(existsSync(join(site.folder, 'dav/gone.txt'))).toBe(false);
  });

  it('TRACE and CONNECT reach nobody', async () => {
    const trace = await ask('TRACE', '/any/echo.sh');
    expect([trace.status, trace.headers.has('x-method')]).toEqual([405, false]);
    expect(trace.headers.get('allow')).toMatch(/^(?!.*(?:TRACE|CONNECT)).*PROPFIND/);
    expect((await ask('CONNECT', 'a:80')).status).toBe(405);
  });

  it('OPTIONS * names what any location takes', async () => {
    const answer = await ask('OPTIONS', '*');
    expect(answer.status).toBe(204);
    const allow = (answer.headers.get('allow') ?? '').split(', ');
    for (const method of ['GET', 'HEAD', 'DELETE', 'PUT', 'MY-METHOD', 'REPORT', 'OPTIONS']) {
      expect(allow).toContain(method);
    }
    expect(new Set(allow).size).toBe(allow.length);
  });
});
