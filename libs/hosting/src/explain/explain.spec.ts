import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, loadText, report } from '@webserv/config';
import { readAsked } from './asked.ts';
import { explain } from './explain.ts';
import type { Explanation } from './explanation.ts';
import { explanationText } from './explanation-text.ts';

const LONG_AGO = 1_600_000_000;
const CONFIG = `error_log off;
server {
  listen 127.0.0.1:8080;
  server_name example.test *.example.test;
  access_log access.log;
  root site;
  header X-A b;
  cache_size 0;
  location / { default_file index.html; method GET DELETE; }
  location /docs { try_files $uri $uri.html =404; expires 1h; }
  location /Docs { return 410; }
  location /up { upload_path up; method POST; }
  location = /docs/exact { return 204; }
  location *.sh { cgi .sh; }
  location /bin { root site; cgi .sh; method POST; }
  location /list { root site/listed; auto_index on; }
}
server { listen 127.0.0.1:8080; listen 127.0.0.1:8081; server_name other.test; root site; access_log off; location / {} }
`;

let folder: string;
let config: Config;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'webserv-explain-'));
  for (const name of ['site/docs', 'site/listed', 'up']) mkdirSync(join(folder, name), { recursive: true });
  for (const [name, content] of [
    ['site/index.html', '<p>start</p>'],
    ['site/a.html', 'a'],
    ['up/taken.txt', 'taken'],
    ['site/listed/README.md', 'about it'],
    ['site/run.sh', '#!/bin/sh\ntouch ran\n'],
  ] as const) {
    writeFileSync(join(folder, name), content);
    utimesSync(join(folder, name), LONG_AGO, LONG_AGO);
  }
  chmodSync(join(folder, 'site/run.sh'), 0o755);
  symlinkSync('a.html', join(folder, 'site/link'));
  const result = loadText(CONFIG, join(folder, 'site.conf'));
  if (!result.ok) throw new Error(report(result.diagnostics));
  config = result.config;
});

afterAll(() => rmSync(folder, { recursive: true }));

async function told(words: string, fields: readonly string[] = []): Promise<Explanation> {
  const asked = readAsked(words.split(' '), fields, '192.0.2.7');
  if (typeof asked === 'string') throw new Error(asked);
  const result = await explain(config, asked, 'webserv/test');
  if ('problem' in result) throw new Error(result.problem);
  return result;
}

describe('explain', () => {
  it('prints for people', async () => {
    const text = explanationText(await told('http://example.test:8080/docs/a'), { color: false, folder });
    const steady = text
      .replaceAll(`${folder}/`, '')
      // The columns depend on the length of the folder.
      .replace(/(?<=\S) {2,}/g, '  ')
      .replace(/Date: .*/, 'Date: now')
      .replace(/\[.*\]/, '[now]')
      .replace(/ms=[\d.]+/, 'ms=?');
    expect(steady).toBe(`server  example.test  site.conf:2
           Host example.test is its server_name example.test
           others of this address: other.test
           listen 127.0.0.1:8080: nothing else of the configuration has port 8080
location  /docs  site.conf:10
           the longest prefix of the path
           behind it: /
           not /Docs: upper and lower case differ
in force  root site;  site.conf:6
           try_files $uri $uri.html =404;  site.conf:10
           header X-A b;  site.conf:7
           expires 3600s;  site.conf:10
           cache_size 0;  site.conf:8
           access_log access.log combined buffer=64k flush=1s;  site.conf:5
           error_log off;  site.conf:1
steps  site/a: not there (ENOENT)
           try_files $uri: /docs/a is not there
           location: /docs/a.html belongs to location /docs
           site/a.html: a file of 1 bytes
           try_files $uri.html: /docs/a.html is there
answer  HTTP/1.1 200 OK
           Server: webserv
           Date: now
           Content-Length: 1
           Content-Type: text/html; charset=utf-8
           Last-Modified: Sun, 13 Sep 2020 12:26:40 GMT
           ETag: "fr5hup82kg-1"
           Accept-Ranges: bytes
           X-A: b
           Cache-Control: max-age=3600
           1 bytes of content
log  192.0.2.7 - - [now] "GET /docs/a HTTP/1.1" 200 1 "-" "-" host=example.test stage=end cache=none ms=?  access.log
`);
  });

  it.each<[string, string, string, string]>([
    ['the name', 'http://example.test:8080/', '/', 'Host example.test is its server_name example.test'],
    [
      'a wildcard',
      'http://a.example.test:8080/',
      '/',
      'Host a.example.test is its server_name *.example.test',
    ],
    ['the first', 'http://no.test:8080/', '/', 'the first server of this address: no server_name is no.test'],
    ['the only one', 'http://no.test:8081/', '/', 'the only server of this address'],
    ['an exact path', '/docs/exact', '= /docs/exact', 'Host example.test is its server_name example.test'],
    ['a pattern', '/docs/x.sh', '*.sh', 'Host example.test is its server_name example.test'],
  ])('names the server and location by %s', async (_by, url, path, reason) => {
    const { server, location } = await told(url);
    expect([location.path, server.reason]).toEqual([path, reason]);
  });

  it('says what would be stored, and stores nothing', async () => {
    const { steps, answer } = await told('POST /up/new.bin', ['Content-Length: 100000']);
    expect(steps).toContainEqual({
      topic: 'store',
      text: `would create ${join(folder, 'up/new.bin')}, 100000 bytes`,
    });
    expect([answer?.status, readdirSync(join(folder, 'up'))]).toEqual([201, ['taken.txt']]);
    expect((await told('POST /up/taken.txt', ['Content-Length: 1'])).answer?.status).toBe(409);
  });

  it('says what would be removed, and removes nothing', async () => {
    const { steps, answer } = await told('DELETE /link');
    expect(steps).toContainEqual({ topic: 'store', text: `would remove ${join(folder, 'site/link')}` });
    expect([answer?.status, readdirSync(join(folder, 'site'))]).toEqual([
      204,
      ['a.html', 'docs', 'index.html', 'link', 'listed', 'run.sh'],
    ]);
  });

  it('shows the program of a script with its environment, and runs nothing', async () => {
    const { script, answer, logs, steps } = await told('POST /bin/run.sh/more?a=b', [
      'Content-Length: 3',
      'X-Y: 1',
    ]);
    expect([script?.file, script?.cwd, answer, logs]).toEqual([
      join(folder, 'site/run.sh'),
      join(folder, 'site'),
      null,
      [],
    ]);
    // That it was not run is no error of the request.
    expect(steps.filter(({ topic }) => topic === 'answer')).toEqual([]);
    expect(script?.env).toMatchObject({
      REQUEST_METHOD: 'POST',
      PATH_INFO: '/more',
      QUERY_STRING: 'a=b',
      CONTENT_LENGTH: '3',
      REMOTE_ADDR: '192.0.2.7',
      HTTP_X_Y: '1',
    });
    expect(readdirSync(join(folder, 'site'))).not.toContain('ran');
  });

  it('follows a link', async () => {
    const { steps } = await told('/link');
    const [first] = steps;
    expect(first?.text).toBe(
      `${join(folder, 'site/link')}: a file of 1 bytes, by a link: ${join(folder, 'site/a.html')}`,
    );
  });

  it.each([
    ['/%zz', 400, '/'],
    ['/docs/none', 404, '/docs'],
  ])('explains %s, which is refused', async (target, status, path) => {
    const { answer, location } = await told(target);
    expect([answer?.status, location.path]).toEqual([status, path]);
  });

  it('shows control characters as text', async () => {
    const text = explanationText(await told('/docs/%1b[2J'), { color: false, folder });
    expect(text).toContain('\\x1b[2J');
    expect(text).not.toContain('\x1b');
  });

  it.each([
    [
      'http://example.test:99/',
      'nothing listens on example.test port 99: the configuration listens on 127.0.0.1:8080, 127.0.0.1:8081',
    ],
    [
      'http://192.0.2.1:8080/',
      'nothing listens on 192.0.2.1 port 8080: the configuration listens on 127.0.0.1:8080, 127.0.0.1:8081',
    ],
    ['https://example.test:8080/', 'port 8080 speaks no TLS: ask for http://, or write "listen 8080 tls;"'],
  ])('says why %s reaches no server', async (url, problem) => {
    const asked = readAsked([url], [], '127.0.0.1');
    if (typeof asked === 'string') throw new Error(asked);
    expect(await explain(config, asked, 'webserv/test')).toEqual({ problem });
  });

  it('names no other location for what a listing shows', async () => {
    const { steps } = await told('http://example.test:8080/list/');
    expect(steps.filter(({ topic }) => topic === 'location')).toEqual([]);
    expect(steps.some(({ text }) => text.includes('README.md'))).toBe(true);
  });
});

describe('readAsked', () => {
  it.each<[string[], string[], string]>([
    [['G(T', '/'], [], '"G(T" is no method: expected a token, such as GET or POST'],
    [
      ['ftp://a/'],
      [],
      '"ftp://a/" is no URL: expected one such as http://localhost:8080/path, or a path from /',
    ],
    [
      ['http:///x'],
      [],
      '"http:///x" names no host and port: expected one such as http://localhost:8080/path, or a path from /',
    ],
    [
      ['http://a:70000/'],
      [],
      '"http://a:70000/" names no host and port: expected one such as http://localhost:8080/path, or a path from /',
    ],
    [['/a b'], [], '"/a b" is no URL: a space or a mark in it must be written as %20 and the like'],
    [['/'], ['bad'], '-H "bad" is no field: expected "Name: value"'],
    [['/'], ['a b: c'], '-H "a b: c" is no field: expected "Name: value"'],
    [['/'], ['A: b\u0001'], '-H "A" has a character that no field may have (RFC 9110, section 5.5)'],
  ])('refuses %j %j', (words, fields, problem) => {
    expect(readAsked(words, fields, '127.0.0.1')).toBe(problem);
  });

  it.each<[string, string]>([
    ['http://a.test', '/'],
    ['http://a.test?x', '/?x'],
    ['http://a.test/a%20b/../c?d#e', '/a%20b/../c?d'],
    ['https://[::1]:8443/\u00fc', '/%c3%bc'],
    ['/path#x', '/path'],
    ['*', '*'],
  ])('sends %s as %s', (url, target) => {
    expect(readAsked([url], [], '127.0.0.1')).toMatchObject({ target });
  });
});
