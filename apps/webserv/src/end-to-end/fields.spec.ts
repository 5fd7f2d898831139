import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { Http2Peer } from '../testing/http2-peer.ts';
import { fetchOnce, get } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const COMMON = `
  access_log off;
  root www;
  header X-One 1;
  header Link "</a.css>; rel=preload";
  location / { header Link "</b.css>; rel=preload"; header Link "</c.css>; rel=preload"; method GET DELETE; }
  location /in { header X-Two 2; header -X-One; security_headers on; expires 1h; }
  location /up { upload_path up; root up; method GET POST; header Content-Security-Policy "default-src 'self'"; header X-Content-Type-Options other; }
  location /run { root run; cgi .cgi /bin/sh; method GET POST; header X-Script config; header -X-Powered-By; expires 5m; header Set-Cookie c=3; }
  location /old { redirection /new; expires 1d; }
  location /shared { root shared; cors https://a.example https://b.example; precompressed gzip; }
  location /open { cors *; method GET POST; upload_path up; }
`;

const SCRIPT = `printf 'Content-Type: text/plain\\nX-Script: script\\nX-Powered-By: sh\\nSet-Cookie: a=1\\nSet-Cookie: b=2\\n'
[ "$QUERY_STRING" = own ] && printf 'Cache-Control: no-store\\n'
[ "$QUERY_STRING" = lost ] && printf 'Status: 404\\n'
printf '\\nran'
`;

/** The answer to one request, with the values of each field in their order. */
interface Seen {
  readonly status: number;
  readonly body: string;
  all(name: string): readonly string[];
  one(name: string): string | undefined;
}

type Fields = Readonly<Record<string, string>>;
type Ask = (path: string, fields?: Fields, method?: string) => Promise<Seen>;

function seen(status: number, body: Buffer, values: (name: string) => readonly string[]): Seen {
  return { status, body: body.toString(), all: values, one: (name) => values(name)[0] };
}

function overHttp1(port: () => number): Ask {
  return async (path, fields = {}, method = 'GET') => {
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    const request = get(path, lines.join('')).replace('GET', method);
    const { status, body, head } = await fetchOnce(port(), request);
    const pairs = head.split('\r\n').map((line) => line.split(/: (.*)/));
    return seen(status, body, (name) =>
      pairs.flatMap(([key, value]) => (key?.toLowerCase() === name ? [value ?? ''] : [])),
    );
  };
}

function overHttp2(port: () => number): Ask {
  return async (path, fields = {}, method = 'GET') => {
    const peer = await Http2Peer.open(port());
    const lower = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const { status, headers, body } = await peer.ask({ ':path': path, ':method': method, ...lower });
    peer.close();
    return seen(status, body, (name) => {
      const value = headers[name];
      return value === undefined ? [] : Array.isArray(value) ? value : [value];
    });
  };
}

const WAYS = [
  ['HTTP/1.1', 'listen 127.0.0.1:0;', overHttp1],
  ['HTTP/2', 'listen 127.0.0.1:0 h2c;', overHttp2],
  ['HTTP/1.1 without a cache', 'listen 127.0.0.1:0; cache_size 0;', overHttp1],
] as const;

describe.each(DRIVERS)('fields of the config on %s', (use) => {
  describe.each(WAYS)('%s', (_name, lines, askBy) => {
    const site = new TestSite();
    const ask: Ask = askBy(() => site.port(0));

    beforeAll(() => {
      for (const folder of ['www', 'shared']) {
        site.aged(`${folder}/a.txt`, 'content');
        site.aged(`${folder}/index.html`, 'index');
      }
      site.aged('shared/a.txt.gz', 'coded');
      site.aged('up/a.html', 'uploaded');
      site.file('run/a.cgi', SCRIPT);
      site.start(`server { ${lines} ${COMMON} }`, driverOptions(use));
    });

    afterAll(() => site.close());

    it('adds those of a location to those of its server, to each answer', async () => {
      // Read from the disk, out of the cache, and preloaded.
      for (const path of ['/a.txt', '/a.txt', '/', '/none']) {
        const answer = await ask(path);
        expect(answer.one('x-one')).toBe('1');
        expect(answer.all('link').join(', ')).toBe('</b.css>; rel=preload, </c.css>; rel=preload');
      }
      expect((await ask('/a.txt', {}, 'HEAD')).one('x-one')).toBe('1');
      expect((await ask('/a.txt', {}, 'PATCH')).one('x-one')).toBe('1');
      expect((await ask('/a.txt', {}, 'BREW')).one('x-one')).toBe('1');
    });

    it('takes away, and adds presets and Cache-Control', async () => {
      for (let turn = 0; turn < 2; turn++) {
        const answer = await ask('/in/a.txt');
        expect(answer.one('x-one')).toBeUndefined();
        expect(answer.one('x-two')).toBe('2');
        expect(answer.one('x-frame-options')).toBe('SAMEORIGIN');
        expect(answer.one('content-security-policy')).toContain('base-uri');
        expect(answer.one('cache-control')).toBe('max-age=3600');
      }
      const lost = await ask('/in/none');
      expect([lost.one('x-two'), lost.one('cache-control')]).toEqual(['2', undefined]);
    });

    it('has them on 304 and on parts', async () => {
      for (let turn = 0; turn < 3; turn++) {
        const etag = (await ask('/in/a.txt')).one('etag') ?? '';
        const same = await ask('/in/a.txt', { 'If-None-Match': etag });
        expect(same.status).toBe(304);
        expect(same.all('x-two')).toEqual(['2']);
        expect(same.all('cache-control')).toEqual(['max-age=3600']);
        expect(same.all('x-frame-options')).toEqual(['SAMEORIGIN']);
        const part = await ask('/in/a.txt', { Range: 'bytes=1-2' });
        expect([part.status, part.body, part.one('x-two')]).toEqual([206, 'on', '2']);
        const refused = await ask('/in/a.txt', { Range: 'bytes=90-' });
        expect([refused.status, refused.one('x-two'), refused.one('cache-control')]).toEqual([
          416,
          '2',
          undefined,
        ]);
      }
    });

    it('never weakens what keeps an upload from acting', async () => {
      for (let turn = 0; turn < 2; turn++) {
        const answer = await ask('/up/a.html');
        const policies = answer.all('content-security-policy').join();
        expect(policies).toMatch(/sandbox.*default-src 'self'/);
        expect(answer.one('x-content-type-options')).toMatch(/^nosniff/);
      }
    });

    it('has them on what scripts answer, in place of their own', async () => {
      const answer = await ask('/run/a.cgi');
      expect(answer.body).toBe('ran');
      expect(answer.all('x-script')).toEqual(['config']);
      expect(answer.one('x-powered-by')).toBeUndefined();
      expect(answer.all('set-cookie')).toEqual(['a=1', 'b=2', 'c=3']);
      expect(answer.one('cache-control')).toBe('max-age=300');
      expect((await ask('/run/a.cgi?own')).one('cache-control')).toBe('no-store');
      const lost = await ask('/run/a.cgi?lost');
      expect([lost.status, lost.one('x-script'), lost.one('cache-control')]).toEqual([
        404,
        'config',
        undefined,
      ]);
    });

    it('has them on a redirection', async () => {
      const answer = await ask('/old/a');
      expect([answer.status, answer.one('x-one'), answer.one('cache-control')]).toEqual([
        301,
        '1',
        'max-age=86400',
      ]);
    });

    it('names the origin of each client, and of no other', async () => {
      const named = async (origin: string | null, fields: Fields = {}): Promise<unknown[]> => {
        const answer = await ask('/shared/a.txt', {
          ...(origin === null ? {} : { Origin: origin }),
          ...fields,
        });
        return [
          answer.status,
          answer.body,
          answer.all('access-control-allow-origin').join(),
          answer.all('vary').join().includes('Origin'),
        ];
      };
      for (let turn = 0; turn < 3; turn++) {
        expect(await named('https://a.example')).toEqual([200, 'content', 'https://a.example', true]);
        expect(await named(null)).toEqual([200, 'content', '', true]);
        expect(await named('https://b.example')).toEqual([200, 'content', 'https://b.example', true]);
        expect(await named('https://c.example')).toEqual([200, 'content', '', true]);
        expect(await named('https://b.example', { 'Accept-Encoding': 'gzip' })).toEqual([
          200,
          'coded',
          'https://b.example',
          true,
        ]);
        expect(await named('https://a.example', { Range: 'bytes=0-2' })).toEqual([
          206,
          'con',
          'https://a.example',
          true,
        ]);
        const etag = (await ask('/shared/a.txt')).one('etag') ?? '';
        expect(await named('https://a.example', { 'If-None-Match': etag })).toEqual([
          304,
          '',
          'https://a.example',
          true,
        ]);
      }
      const head = await ask('/shared/a.txt', { Origin: 'https://a.example' }, 'HEAD');
      expect([head.body, head.one('access-control-allow-origin'), head.one('content-length')]).toEqual([
        '',
        'https://a.example',
        '7',
      ]);
    });

    it('answers preflights itself', async () => {
      const fields = {
        Origin: 'https://a.example',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'x-a, content-type',
      };
      const open = await ask('/open/none', fields, 'OPTIONS');
      expect(open.status).toBe(204);
      expect(open.one('access-control-allow-origin')).toBe('*');
      expect(open.one('access-control-allow-methods')).toBe('GET, HEAD, POST');
      expect(open.one('access-control-allow-headers')).toBe('x-a, content-type');
      expect(open.one('vary')).toContain('Access-Control-Request-Method');
      const foreign = await ask('/shared/a.txt', { ...fields, Origin: 'https://c.example' }, 'OPTIONS');
      expect([foreign.status, foreign.one('access-control-allow-origin')]).toEqual([204, undefined]);
      expect((await ask('/shared/a.txt', {}, 'OPTIONS')).status).toBe(405);
      expect((await ask('/a.txt', fields, 'OPTIONS')).status).toBe(405);
    });

    it('keeps a page for every client without the origin of one', async () => {
      const origins = ['https://a.example', 'https://b.example', ''];
      const answers = await Promise.all(
        origins.map((origin) => ask('/shared/index.html', origin === '' ? {} : { Origin: origin })),
      );
      const named = answers.map((answer) => answer.one('access-control-allow-origin') ?? '');
      expect(named).toEqual(origins);
    });
  });
});
