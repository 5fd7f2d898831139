import { chmodSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { driverOptions, WAYS } from '../testing/drivers.ts';
import { fetchOnce, get } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const CONFIG = `
types { "text/html; charset=iso-8859-1" htm; }
server {
  listen 127.0.0.1:0;
  server_name first;
  root www;
  access_log off;
  charset koi8-r;
  error 404 missing.txt 405 no.svgz;
  precompressed on;
  compress on;
  compress_min 1;
  compress_types text/* image/*;
  location / { }
  location /off { root www; charset off; }
  location /utf { root www; charset utf-8; types { "text/plain; charset=x-own; format=flowed" txt; } }
  location /list { root www; auto_index on; }
  location /run { root www; cgi run.sh; }
  location /archive { root www; types { application/gzip svgz; } }
  location /folder { root www; default_file image.svgz; }
}
server {
  listen 127.0.0.1:0;
  server_name second;
  root www;
  access_log off;
  cache_size 0;
  location / { }
}
`;

const PLAIN = `<svg xmlns="http://www.w3.org/2000/svg">${'<g/>'.repeat(200)}</svg>`;
const IMAGE = gzipSync(PLAIN);

describe.each(WAYS)('types, charsets and implied codings on %s', (use) => {
  const site = new TestSite();

  beforeAll(() => {
    site.file('www/index.html', 'x'.repeat(2000));
    site.file('www/a.htm', 'a');
    site.file('www/a.txt', 'a');
    site.file('www/a.json', '{}');
    site.file('www/a.png', 'a');
    site.file('www/image.svgz', IMAGE);
    // Siblings that must not be looked for.
    site.file('www/image.svgz.gz', 'no');
    site.file('www/image.svgz.br', 'no');
    site.file('missing.txt', 'missing');
    site.file('no.svgz', IMAGE);
    chmodSync(site.file('www/run.sh', '#!/bin/sh\nprintf "Content-Type: text/html\\n\\nrun"\n'), 0o755);
    site.start(CONFIG, driverOptions(use));
  });

  afterAll(() => site.close());

  it.each([
    ['/index.html', 'text/html; charset=koi8-r'],
    ['/', 'text/html; charset=koi8-r'],
    ['/a.htm', 'text/html; charset=iso-8859-1'],
    ['/a.txt', 'text/plain; charset=koi8-r'],
    ['/a.json', 'application/json'],
    ['/a.png', 'image/png'],
    ['/none', 'text/plain; charset=koi8-r'],
    ['/off/index.html', 'text/html'],
    ['/off/a.htm', 'text/html; charset=iso-8859-1'],
    ['/off/a.json', 'application/json'],
    ['/utf/index.html', 'text/html; charset=utf-8'],
    ['/utf/a.txt', 'text/plain; charset=x-own; format=flowed'],
    ['/utf/a.json', 'application/json; charset=utf-8'],
    ['/list/', 'text/html; charset=utf-8'],
    ['/run/run.sh', 'text/html'],
  ])('%s is %s', async (target, type) => {
    for (const fields of ['', '', 'Accept-Encoding: gzip\r\n', 'Range: bytes=0-0\r\n']) {
      const answer = await fetchOnce(site.port(0), get(target, fields));
      expect(answer.headers.get('content-type')).toBe(type);
    }
    const bare = await fetchOnce(site.port(0), get(target).replace('GET', 'HEAD'));
    expect(bare.headers.get('content-type')).toBe(type);
  });

  describe.each([
    ['from a server with a cache', 'first', '/image.svgz'],
    ['from a server without one', 'second', '/image.svgz'],
    ['as a default file', 'first', '/folder/'],
  ])('an image that is coded by its name, %s', (_what, host, target) => {
    const ask = (request: string) => fetchOnce(site.port(0), request.replace('localhost', host));

    it.each([
      ['gzip, br', get(target, 'Accept-Encoding: gzip, br\r\n')],
      ['br', get(target, 'Accept-Encoding: br\r\n')],
      ['no coding', get(target, 'Accept-Encoding: identity, gzip;q=0\r\n')],
      ['nothing said', get(target)],
      ['HEAD', get(target).replace('GET', 'HEAD')],
    ])('is sent as it is, once coded: %s', async (_accepted, request) => {
      for (let twice = 0; twice < 2; twice++) {
        const answer = await ask(request);
        expect(answer.status).toBe(200);
        expect(answer.headers.get('content-type')).toMatch(/^image\/svg\+xml; charset=/);
        expect(answer.headers.get('content-encoding')).toBe('gzip');
        expect(answer.headers.get('content-length')).toBe(String(IMAGE.length));
        expect(answer.headers.has('vary')).toBe(false);
        if (request.startsWith('GET')) expect(answer.body.equals(IMAGE)).toBe(true);
      }
    });

    it('gives ranges of its coded bytes, and 304', async () => {
      const part = await ask(get(target, 'Range: bytes=10-19\r\n'));
      expect([part.status, part.headers.get('content-encoding')]).toEqual([206, 'gzip']);
      expect(part.headers.get('content-range')).toBe(`bytes 10-19/${IMAGE.length}`);
      expect(part.body.equals(IMAGE.subarray(10, 20))).toBe(true);
      const etag = part.headers.get('etag') ?? '';
      const same = await ask(get(target, `If-None-Match: ${etag}\r\n`));
      expect(same.status).toBe(304);
    });
  });

  it('an error page may be coded by its name, too', async () => {
    const answer = await fetchOnce(site.port(0), 'DELETE / HTTP/1.1\r\nHost: first\r\n\r\n');
    expect([answer.status, answer.headers.get('content-encoding')]).toEqual([405, 'gzip']);
    expect(answer.headers.get('content-type')).toBe('image/svg+xml; charset=koi8-r');
    expect(answer.body.equals(IMAGE)).toBe(true);
  });

  it('a name that has another type is an archive, and no coding', async () => {
    const answer = await fetchOnce(site.port(0), get('/archive/image.svgz'));
    expect(answer.headers.get('content-type')).toBe('application/gzip');
    expect(answer.headers.has('content-encoding')).toBe(false);
    expect(answer.body.equals(IMAGE)).toBe(true);
  });
});
