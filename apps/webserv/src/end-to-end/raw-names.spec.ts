import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { driverOptions, WAYS } from '../testing/drivers.ts';
import { type Answer, fetchOnce, get } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const CONFIG = `
error_log error.log info;
server {
  listen 127.0.0.1:0;
  root www;
  access_log off;
  location / { method GET DELETE; auto_index on; precompressed gzip; }
  location /pages { root pages; default_file index.html; }
  location /up { root up; upload_path up; method GET POST; auto_index on; }
  location /run { root run; cgi .sh /bin/sh; cgi *; }
}
`;

const ECHO =
  '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n$SCRIPT_NAME|$PATH_INFO|$SCRIPT_FILENAME|$1"\n';

/** A disk that knows UTF-8 alone (APFS, ZFS by its settings) has no such names. */
function takesRawNames(): boolean {
  const site = new TestSite();
  try {
    writeFileSync(Buffer.concat([Buffer.from(`${site.folder}/`), Buffer.of(0xe9)]), '');
    return true;
  } catch {
    return false;
  } finally {
    void site.close();
  }
}

// Skipped where the disk knows UTF-8 alone.
(takesRawNames() ? describe : describe.skip).each(WAYS)('names that are not UTF-8 on %s', (use) => {
  const site = new TestSite();

  beforeAll(() => {
    for (const folder of ['www', 'pages', 'up', 'run']) mkdirSync(join(site.folder, folder));
    put('www/lat\xe9n.txt', 'latin');
    put('www/lat\xe8n.txt', 'another');
    put('www/lat\xc3\xa9n.txt', 'utf-8');
    put('www/lat\xef\xbf\xbdn.txt', 'replacement');
    put('www/a\x80b%41.html', 'sibling');
    put('www/a\x80b%41.html.gz', 'coded');
    mkdirSync(raw('www/f\xf6lder'));
    put('www/f\xf6lder/in\xff.txt', 'inside');
    symlinkSync(raw('www/f\xf6lder'), raw('www/\xe0bsolute'));
    symlinkSync(Buffer.from('f\xf6lder/in\xff.txt', 'latin1'), raw('www/rel\xe4tive'));
    mkdirSync(raw('pages/d\xe9'));
    put('pages/index.html', 'top');
    put('pages/d\xe9/index.html', 'default');
    mkdirSync(raw('run/d\xe9'));
    for (const name of ['run/scr\xefpt.sh', 'run/d\xe9/prog']) {
      put(name, ECHO);
      chmodSync(raw(name), 0o755);
    }
    site.start(CONFIG, driverOptions(use));
  });

  afterAll(() => site.close());

  /** A path in the site's folder, one character per byte. */
  function raw(path: string): Buffer {
    return Buffer.concat([Buffer.from(`${site.folder}/`), Buffer.from(path, 'latin1')]);
  }

  function put(path: string, content: string): void {
    writeFileSync(raw(path), content);
  }

  const ask = (target: string, fields = ''): Promise<Answer> => fetchOnce(site.port(0), get(target, fields));
  const names = (folder: string): string[] =>
    readdirSync(join(site.folder, folder), { encoding: 'buffer' })
      .map((name) => name.toString('latin1'))
      .sort();

  it.each([
    ['/lat%E9n.txt', 200, 'latin'],
    ['/lat%e8n.txt', 200, 'another'],
    ['/lat%C3%A9n.txt', 200, 'utf-8'],
    ['/lat%EF%BF%BDn.txt', 200, 'replacement'],
    ['/f%F6lder/in%FF.txt', 200, 'inside'],
    ['/x/../f%F6lder/./in%ff.txt', 200, 'inside'],
    ['/%E0bsolute/in%FF.txt', 200, 'inside'],
    ['/rel%E4tive', 200, 'inside'],
    ['/pages/d%E9/', 200, 'default'],
    ['/lat%EAn.txt', 404, null],
    ['/f%F6lder/in%FF.txt/', 404, null],
    ['/..%C0%AFwww', 404, null],
    ['/%C0%AE%C0%AE/up', 404, null],
  ])('GET %s, read from the disk and kept', async (target, status, content) => {
    for (let times = 0; times < 3; times++) {
      const answer = await ask(target);
      expect(answer.status).toBe(status);
      if (content !== null) expect(answer.body.toString()).toBe(content);
    }
  });

  it('redirects to a folder by its bytes', async () => {
    const answer = await ask('/f%F6lder?q');
    expect([answer.status, answer.headers.get('location')]).toEqual([301, '/f%F6lder/?q']);
    expect(answer.body.toString()).toContain('href="/f%F6lder/?q"');
  });

  it('finds the precompressed sibling, and the file', async () => {
    const coded = await ask('/a%80b%2541.html', 'Accept-Encoding: gzip\r\n');
    expect([coded.headers.get('content-encoding'), coded.body.toString()]).toEqual(['gzip', 'coded']);
    expect((await ask('/a%80b%2541.html')).body.toString()).toBe('sibling');
  });

  it('lists them escaped, with links of their bytes', async () => {
    const page = (await ask('/')).body.toString();
    expect(page).not.toContain('\ufffdn.txt">');
    expect(page).toContain('<a href="lat%E9n.txt"><bdi>lat\\xE9n.txt</bdi></a>');
    expect(page).toContain('<a href="lat%E8n.txt"><bdi>lat\\xE8n.txt</bdi></a>');
    expect(page).toContain('<a href="lat%C3%A9n.txt"><bdi>latén.txt</bdi></a>');
    expect(page).toContain('<a href="f%F6lder/"><bdi>f\\xF6lder</bdi>/</a>');
    expect(page).toContain('href="a%80b%2541.html"');
    const links = [...page.matchAll(/<td><a href="([^".][^"]*)"/g)].map(([, href]) => href as string);
    expect(links).toHaveLength(names('www').length);
    for (const link of links) expect((await ask(`/${link}`)).status).toBe(200);
    const inside = (await ask('/f%F6lder/')).body.toString();
    expect(inside).toContain('<title>Index of /f\\xF6lder/</title>');
    expect(inside).toContain('href="in%FF.txt"');
  });

  it('lists them in JSON, which everybody can read', async () => {
    const answer = await ask('/f%F6lder/?format=json');
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      path: '/f\\xF6lder/',
      entries: [{ name: 'in\\xFF.txt', href: 'in%FF.txt', type: 'file', size: 6 }],
    });
    const others = JSON.parse((await ask('/?format=json')).body.toString()) as {
      entries: { name: string }[];
    };
    expect(others.entries.find(({ name }) => name === 'latén.txt')).not.toHaveProperty('href');
  });

  it('notices that a kept file has changed, and that another one has come in its place', async () => {
    const path = raw('www/chang\xe9.txt');
    writeFileSync(path, 'one');
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    for (let times = 0; times < 2; times++) {
      expect((await ask('/chang%E9.txt')).body.toString()).toBe('one');
    }
    writeFileSync(path, 'three');
    expect((await ask('/chang%E9.txt')).body.toString()).toBe('three');
    const other = raw('www/n\xe9w.txt');
    writeFileSync(other, 'seventh');
    renameSync(other, path);
    expect((await ask('/chang%E9.txt')).body.toString()).toBe('seventh');
    const removed = `DELETE /chang%E9.txt HTTP/1.1\r\nHost: a\r\n\r\n`;
    expect((await fetchOnce(site.port(0), removed)).status).toBe(204);
    expect((await ask('/chang%E9.txt')).status).toBe(404);
  });

  it('an upload keeps the bytes of its name, and says where it lies', async () => {
    const post = (target: string): Promise<Answer> =>
      fetchOnce(
        site.port(0),
        `POST ${target} HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\nContent-Length: 3\r\n\r\nnew`,
      );
    const answer = await post('/up/n%E9w%80.txt');
    expect([answer.status, answer.headers.get('location')]).toEqual([201, '/up/n%E9w%80.txt']);
    expect(JSON.parse(answer.body.toString())).toEqual({
      stored: [{ name: 'n\\xE9w\\x80.txt', size: 3, location: '/up/n%E9w%80.txt' }],
    });
    expect(names('up')).toContain('n\xe9w\x80.txt');
    expect((await ask('/up/n%E9w%80.txt')).body.toString()).toBe('new');
    expect((await post('/up/n%E9w%80.txt')).status).toBe(409);
    const long = await post(`/up/${'%E9'.repeat(300)}.txt`);
    expect(long.status).toBe(201);
    expect(names('up')).toContain(`${'\xe9'.repeat(251)}.txt`);
  });

  it.each([
    ['/run/scr%EFpt.sh/p%E9th?w%E9rd', '/run/scr\xefpt.sh', '/p\xe9th', 'scr\xefpt.sh'],
    ['/run/d%E9/prog/%FF?w%E9rd', '/run/d\xe9/prog', '/\xff', 'd\xe9/prog'],
  ])('a script gets them by their bytes: %s', async (target, name, info, file) => {
    const answer = await ask(target);
    expect([answer.status, answer.body.toString('latin1')]).toEqual([
      200,
      `${name}|${info}|${Buffer.from(site.folder).toString('latin1')}/run/${file}|w\xe9rd`,
    ]);
  });

  it('a failure is logged on one line of ASCII', async () => {
    put('www/s\xe9cret.txt', '');
    chmodSync(raw('www/s\xe9cret.txt'), 0);
    await ask('/lat%FFn.txt');
    await site.running?.close();
    const log = readFileSync(join(site.folder, 'error.log'));
    expect(log.every((byte) => byte < 0x80)).toBe(true);
  });
});
