import { readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { PROTOCOLS } from '../testing/drivers.ts';
import { fetchOnce, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { systemWith } from '../testing/system-with.ts';

let site: TestSite;

beforeEach(() => {
  site = new TestSite();
});

afterEach(() => site.close());

it.each([
  ['GET /page.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 6],
  ['GET /page.html HTTP/1.0\r\n\r\n', 6],
])('a page that was cached for others is whole for %j', async (request, length) => {
  site.file('page.html', 'a page');
  const port = site.start(
    'server { listen 127.0.0.1:0; access_log off; error_log off; root .; location / { } }',
  );
  for (let count = 0; count < 3; count++) {
    const answer = await fetchOnce(port, count === 0 ? get('/page.html') : request);
    expect([answer.headers.get('content-length'), answer.body.toString()]).toEqual([
      String(length),
      'a page',
    ]);
  }
});

describe.each(PROTOCOLS)('over %s', (protocol) => {
  it('a page that is sent from the cache tells the log nothing of the failure before it', async () => {
    // Old enough to be kept at once.
    utimesSync(site.file('page.html', 'a page'), 1, 1);
    const port = site.start('server { listen 127.0.0.1:0; access_log access.log; root .; location / { } }', {
      protocol,
    });
    const peer = await Peer.open(port);
    for (const path of ['/page.html', '/missing', '/page.html']) await peer.send(get(path)).answer();
    peer.close();
    await site.running?.close();
    const lines = readFileSync(join(site.folder, 'access.log'), 'utf8').trimEnd().split('\n');
    expect(
      lines.map((line) => / "GET (\S+) \S+" (\d+) .* (cache=\S+) ms=\S+(.*)/.exec(line)?.slice(1)),
    ).toEqual([
      ['/page.html', '200', 'cache=miss', ''],
      ['/missing', '404', 'cache=none', ' errno=ENOENT place=open'],
      ['/page.html', '200', 'cache=hit', ''],
    ]);
  });

  it('requests of one connection go to the server that each of them names', async () => {
    site.file('one/page.html', 'of one');
    site.file('two/page.html', 'of two');
    const of = (name: string): string =>
      `server { listen 127.0.0.1:0; server_name ${name}; access_log off; error_log off; root ${name}; location / { } }`;
    const port = site.start(`${of('one')} ${of('two')}`, { protocol });
    const peer = await Peer.open(port);
    for (const host of ['two', 'two', 'one', 'nobody', 'two', 'one', 'TWO', 'two']) {
      const answer = await peer.send(`GET /page.html HTTP/1.1\r\nHost: ${host}\r\n\r\n`).answer();
      expect(answer.body.toString()).toBe(host.toLowerCase() === 'two' ? 'of two' : 'of one');
    }
    peer.close();
  });

  const RANGES = [
    'bytes=0-0',
    'bytes=2-5',
    'bytes=-3',
    'bytes=7-',
    'bytes=0-999',
    'bytes=0-1,4-5',
    'bytes=50-',
    'lines=1-2',
  ];

  it.each(RANGES)('a part of a page that is cached is what the file gives: %s', async (range) => {
    site.aged('page.txt', 'a page of text');
    const opened: string[] = [];
    const system = systemWith((files) => {
      const open = files.open.bind(files);
      return {
        open(root, path, beneath) {
          opened.push(path);
          return open(root, path, beneath);
        },
      };
    });
    const answers: unknown[] = [];
    for (const cache of ['cache_size 0;', '']) {
      const other = new TestSite();
      const config = `server { listen 127.0.0.1:0; access_log off; error_log off; root ${site.folder}; ${cache} location / { } }`;
      const port = other.start(config, { system, protocol });
      const peer = await Peer.open(port);
      await peer.send(get('/page.txt')).answer();
      opened.length = 0;
      const { status, headers, body } = await peer.send(get('/page.txt', `Range: ${range}\r\n`)).answer();
      const boundary = /boundary=(\w+)/.exec(headers.get('content-type') ?? '')?.[1] ?? 'none';
      const same = (text: string): string => text.replaceAll(boundary, 'boundary');
      const fields = [...headers]
        .filter(([name]) => name !== 'date')
        .map(([name, value]) => [name, same(value)]);
      answers.push([status, Object.fromEntries(fields), same(body.toString())]);
      if (cache === '' && status === 206) expect(opened).toEqual([]);
      peer.close();
      await other.close();
    }
    expect(answers[1]).toEqual(answers[0]);
  });

  it('a part of a page is refused or whole where If-Range does not hold', async () => {
    site.aged('page.txt', 'a page of text');
    const port = site.start(
      'server { listen 127.0.0.1:0; access_log off; error_log off; root .; location / { } }',
      { protocol },
    );
    const peer = await Peer.open(port);
    const whole = await peer.send(get('/page.txt')).answer();
    const ask = (tag: string) =>
      peer.send(get('/page.txt', `Range: bytes=2-5\r\nIf-Range: ${tag}\r\n`)).answer();
    const held = await ask(whole.headers.get('etag') ?? '');
    expect([held.status, held.body.toString()]).toEqual([206, 'page']);
    const changed = await ask('"another"');
    expect([changed.status, changed.body.toString()]).toEqual([200, 'a page of text']);
    peer.close();
  });
});
