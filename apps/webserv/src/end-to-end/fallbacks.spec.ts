import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { Http2Peer } from '../testing/http2-peer.ts';
import { fetchOnce, get } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const COMMON = `
  access_log off;
  location / { root www; try_files $uri $uri/ $uri.html =404; upload_path www; method GET POST; }
  location /app { root app; spa index.html; }
  location /front { root front; cgi .php /bin/sh; method GET POST; try_files $uri /front/index.php; }
  location /args { root front; cgi .php /bin/sh; try_files $uri /args/index.php/rest?path=$uri&$args; }
  location /rewritten {
    root none; header X-Location rewritten;
    rewrite /rewritten/*.php /front/index.php/$1?name=$1&$args;
    rewrite /rewritten/* /target/$1.html;
  }
  location /target { root www; header X-Location target; try_files $uri =410; }
  location /endless { root www; rewrite /endless /endless/x$rest; }
  rewrite /old /rewritten$rest;
  rewrite = /short /folder;
  rewrite /up* /target/$1;
  location /paced { root www; limit_rate 20k; limit_rate_after 100; }
  location /packed { root www; auto_index on; archive tar; }
  location /mixed { root none; try_files /maintenance.html $uri /page.html; }
`;

const SCRIPT = `printf 'Content-Type: text/plain\\n\\n'
printf '%s|%s|%s|%s|%s' "$REQUEST_METHOD" "$REQUEST_URI" "$SCRIPT_NAME" "$PATH_INFO" "$QUERY_STRING"
`;

/** A little more than leaves in the first second. */
const PACED = 'abcdefghij'.repeat(2300);

const UPLOADS = `server { listen 127.0.0.1:0; access_log off; root www; upload_path www; location / { default_file first.html index.html; method GET POST; } }`;

type Ask = (
  path: string,
  fields?: Readonly<Record<string, string>>,
  method?: string,
) => Promise<readonly [number, string]>;

const NAVIGATION = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

function overHttp1(port: () => number): Ask {
  return async (path, fields = {}, method = 'GET') => {
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    const { status, body } = await fetchOnce(port(), get(path, lines.join('')).replace('GET', method));
    return [status, body.toString()];
  };
}

function overHttp2(port: () => number): Ask {
  return async (path, fields = {}, method = 'GET') => {
    const peer = await Http2Peer.open(port());
    const { status, body } = await peer.ask({ ':path': path, ':method': method, ...fields });
    peer.close();
    return [status, body.toString()];
  };
}

const WAYS = [
  ['HTTP/1.1', 'listen 127.0.0.1:0;', overHttp1],
  ['HTTP/2', 'listen 127.0.0.1:0 h2c;', overHttp2],
  ['HTTP/1.1 without a cache', 'listen 127.0.0.1:0; cache_size 0;', overHttp1],
] as const;

describe.each(DRIVERS)('fallbacks on %s', (use) => {
  describe.each(WAYS)('%s', (_name, lines, askBy) => {
    const site = new TestSite();
    const ask: Ask = askBy(() => site.port(0));

    beforeAll(() => {
      for (const path of ['index.html', 'a.txt', 'page.html', 'folder/index.html', 'bare/a.txt']) {
        site.aged(`www/${path}`, path);
      }
      site.aged('www/.hidden.html', 'hidden');
      site.aged('app/index.html', 'app');
      site.aged('app/main.js', 'js');
      site.file('front/index.php', SCRIPT);
      site.file('front/a.txt', 'static');
      site.file('none/unused', '');
      site.aged('www/large.txt', PACED);
      site.start(`server { ${lines} ${COMMON} }`, driverOptions(use));
    });

    afterAll(() => site.close());

    it.each([
      ['/a.txt', 200, 'a.txt'],
      ['/', 200, 'index.html'],
      ['/page', 200, 'page.html'],
      ['/page/', 200, 'page.html'],
      ['/page?x=1', 200, 'page.html'],
      ['/folder/', 200, 'folder/index.html'],
      ['/folder', 301, ''],
      ['/bare/', 403, ''],
      ['/none', 404, ''],
      ['/.hidden', 404, ''],
      ['/.hidden.html', 404, ''],
      ['/%2e%2e/app/index', 400, ''],
      ['/..%2fapp/index', 400, ''],
    ])('tries the paths of %s', async (path, status, body) => {
      for (let turn = 0; turn < 3; turn++) {
        const [seen, text] = await ask(path);
        expect([seen, seen === 200 ? text : '']).toEqual([status, body]);
      }
    });

    it('answers navigations by the page of an application, and nothing else', async () => {
      for (let turn = 0; turn < 2; turn++) {
        expect(await ask('/app/route/of/it', NAVIGATION)).toEqual([200, 'app']);
        expect((await ask('/app/route/of/it', { accept: '*/*' }))[0]).toBe(404);
        expect((await ask('/app/route/of/it'))[0]).toBe(404);
        expect((await ask('/app/lost.js', NAVIGATION))[0]).toBe(404);
        expect(await ask('/app/main.js', NAVIGATION)).toEqual([200, 'js']);
        expect(await ask('/app/', NAVIGATION)).toEqual([200, 'app']);
        expect(await ask('/app/route', NAVIGATION, 'HEAD')).toEqual([200, '']);
        expect((await ask('/app/route', NAVIGATION, 'DELETE'))[0]).toBe(405);
      }
    });

    it('runs the script of a front, whatever the path and the method', async () => {
      expect(await ask('/front/a.txt')).toEqual([200, 'static']);
      expect(await ask('/front/b%20c/d?e=1')).toEqual([200, 'GET|/front/b%20c/d?e=1|/front/index.php||e=1']);
      expect((await ask('/front/b', {}, 'POST'))[1]).toBe('POST|/front/b|/front/index.php||');
      expect((await ask('/front/b', {}, 'DELETE'))[0]).toBe(405);
      expect((await ask('/front/index.php/own?q'))[1]).toBe(
        'GET|/front/index.php/own?q|/front/index.php|/own|q',
      );
      expect((await ask('/args/b%20&c?e=1'))[1]).toBe(
        'GET|/args/b%20&c?e=1|/args/index.php|/rest|path=/args/b%20%26c&e=1',
      );
    });

    it('a body that leaves at a rate arrives whole', async () => {
      for (let turn = 0; turn < 2; turn++) expect(await ask('/paced/large.txt')).toEqual([200, PACED]);
    });

    it('packs a folder', async () => {
      const [status, tar] = await ask('/packed/?archive=tar');
      expect([status, tar.length % 512]).toEqual([200, 0]);
      for (const content of [PACED, 'page.html', 'folder/index.html'])
        expect(tar).toContain(`\0${content}\0`);
      expect(tar).not.toContain('hidden');
    });

    it('answers what rules have made of a path', async () => {
      for (let turn = 0; turn < 3; turn++) {
        expect(await ask('/rewritten/page?a')).toEqual([200, 'page.html']);
        expect(await ask('/old/page')).toEqual([200, 'page.html']);
        expect((await ask('/old/none'))[0]).toBe(410);
        expect((await ask('/short'))[0]).toBe(301);
        expect((await ask('/up..'))[0]).toBe(404);
        expect((await ask('/endless/a'))[0]).toBe(500);
        expect(await ask('/rewritten/page', {}, 'HEAD')).toEqual([200, '']);
      }
      expect(await ask('/old/b%26c.php?d')).toEqual([
        200,
        'GET|/old/b%26c.php?d|/front/index.php|/b&c|name=b%26c&d',
      ]);
    });

    it('sees at once a file that clients make, and soon one that appears otherwise', async () => {
      expect(await ask('/mixed/x')).toEqual([200, 'page.html']);
      expect(await ask('/mixed/x')).toEqual([200, 'page.html']);
      site.aged('www/maintenance.html', 'later');
      const until = Date.now() + 20_000;
      while ((await ask('/mixed/x'))[1] !== 'later') expect(Date.now()).toBeLessThan(until);
      rmSync(join(site.folder, 'www/maintenance.html'));
      while ((await ask('/mixed/x'))[1] !== 'page.html') expect(Date.now()).toBeLessThan(until);
    });
  });

  it('serves no stand-in after an upload of the file itself', async () => {
    const site = new TestSite();
    for (const path of ['index.html', 'page.html']) site.aged(`www/${path}`, path);
    const port = site.start(UPLOADS, driverOptions(use));
    const body = async (path: string): Promise<string> => (await fetchOnce(port, get(path))).body.toString();
    try {
      for (let turn = 0; turn < 3; turn++) expect(await body('/')).toBe('index.html');
      const content = 'stored';
      const post = `POST /first.html HTTP/1.1\r\nHost: a\r\nContent-Length: ${content.length}\r\n\r\n${content}`;
      expect((await fetchOnce(port, post)).status).toBeLessThan(300);
      expect(await body('/')).toBe('stored');
    } finally {
      await site.close();
    }
  });
});
