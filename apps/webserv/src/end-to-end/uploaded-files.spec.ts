import { chmodSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { driverOptions, WAYS } from '../testing/drivers.ts';
import { type Answer, fetchOnce, get } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

/** What clients have uploaded runs neither here nor in a browser. */

const PAGE = `<script>${'x'.repeat(5000)}</script>`;
const GZIP = 'Accept-Encoding: gzip\r\n';

let site: TestSite;

beforeEach(() => {
  site = new TestSite();
  site.file('www/index.html', 'own');
  site.file('www/up/.keep');
});

afterEach(() => site.close());

function upload(port: number, target: string, body: string | Buffer): Promise<Answer> {
  const head = `POST ${target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`;
  return fetchOnce(port, head + body.toString('latin1'), 'POST');
}

/** Old enough to be kept by the cache at once. */
function age(path: string): void {
  utimesSync(join(site.folder, path), 1000, 1000);
}

function isInert({ headers }: Answer): boolean {
  return (
    headers.get('x-content-type-options') === 'nosniff' &&
    headers.get('content-security-policy') === 'sandbox'
  );
}

describe.each(WAYS)('with %s', (use) => {
  function start(locations: string): number {
    const config = `server { listen 127.0.0.1:0; access_log off; error_log off; root www; ${locations} }`;
    return site.start(config, driverOptions(use));
  }

  it('an answer from an upload folder says so, whichever location gives it, from the disk and from the cache', async () => {
    const port = start(`
      location / { compress on; }
      location /up { root www/up; upload_path www/up; method GET POST; compress on; }
      location /acts { root www/up; upload_inert off; }`);
    expect((await upload(port, '/up/index.html', PAGE)).status).toBe(201);
    age('www/up/index.html');
    for (const target of ['/up/index.html', '/up/', '/up/index.html?x']) {
      const tag = (await fetchOnce(port, get(target))).headers.get('etag');
      const asks: [string, number][] = [
        [get(target), 200],
        [get(target), 200],
        [get(target, GZIP), 200],
        [get(target).replace('GET', 'HEAD'), 200],
        [get(target, 'Range: bytes=0-9\r\n'), 206],
        [get(target, `If-None-Match: ${tag}\r\n`), 304],
        [get(target, `If-None-Match: ${tag}\r\nConnection: close\r\n`), 304],
      ];
      for (const [request, status] of asks) {
        const answer = await fetchOnce(port, request);
        expect([request, answer.status, isInert(answer)]).toEqual([request, status, true]);
      }
    }
    let coded: Answer;
    do coded = await fetchOnce(port, get('/up/index.html', GZIP));
    while (!coded.headers.has('content-encoding'));
    expect(isInert(coded)).toBe(true);
    for (const target of ['/', '/', '/acts/', '/acts/']) {
      expect((await fetchOnce(port, get(target))).headers.has('content-security-policy')).toBe(false);
    }
  });

  it('what is read before the start says so as well', async () => {
    site.file('www/up/index.html', PAGE);
    age('www/up/index.html');
    const port = start(`location / { } location /up { root www/up; upload_path www/up; method GET POST; }`);
    for (let count = 0; count < 2; count++) expect(isInert(await fetchOnce(port, get('/up/')))).toBe(true);
  });

  it('a coded form beside a file does not stand in for it', async () => {
    const port = start(`location / { precompressed on; }
      location /post { upload_path www/up; method POST; }`);
    site.file('www/up/page.html', 'first');
    expect((await upload(port, '/post/page.html', 'second')).status).toBe(409);
    expect((await upload(port, '/post/page.html.gz', gzipSync('second'))).status).toBe(201);
    site.file('www/up/later.html.gz', gzipSync('second'));
    expect((await upload(port, '/post/later.html', 'first')).status).toBe(201);
    for (const name of ['page', 'later']) {
      age(`www/up/${name}.html`);
      for (let count = 0; count < 2; count++) {
        const answer = await fetchOnce(port, get(`/up/${name}.html`, GZIP));
        expect(answer.headers.has('content-encoding')).toBe(false);
        expect(answer.body.toString()).toBe('first');
      }
    }
  });

  it('a script among them is neither run nor sent, whatever leads to it, unless the config says so', async () => {
    const script = '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\nran"\n';
    writeFileSync(join(site.folder, 'www/run.sh'), script);
    chmodSync(join(site.folder, 'www/run.sh'), 0o755);
    symlinkSync('up/evil.sh', join(site.folder, 'www/link.sh'));
    symlinkSync('up', join(site.folder, 'www/pub'));
    const rules = (told: string): string => `
      location / { method GET POST; cgi .sh /bin/sh; ${told} }
      location /up { root www/up; upload_path www/up; method GET POST; ${told} }`;
    let port = start(rules(''));
    expect((await upload(port, '/up/evil.sh', script)).status).toBe(201);
    expect((await fetchOnce(port, get('/run.sh'))).body.toString()).toBe('ran');
    for (const target of ['/link.sh', '/pub/evil.sh', '/pub/evil.sh/info']) {
      expect((await fetchOnce(port, get(target))).status).toBe(403);
      expect((await upload(port, target, 'body')).status).toBe(403);
    }
    const sent = await fetchOnce(port, get('/up/evil.sh'));
    expect([sent.body.toString(), isInert(sent)]).toEqual([script, true]);
    await site.running?.close();
    port = start(rules('cgi_uploads on;'));
    for (const target of ['/link.sh', '/pub/evil.sh', '/pub/evil.sh/info']) {
      expect((await fetchOnce(port, get(target))).body.toString()).toBe('ran');
    }
  });
});
