import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pairFor } from '../testing/certificates.ts';
import { Http2Peer } from '../testing/http2-peer.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

const PAIR = pairFor('localhost');
const MADE = /^[0-9a-f]{32}$/;
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('ids of requests', () => {
  let site: TestSite;

  beforeEach(() => {
    site = new TestSite();
    site.aged('www/page.html', 'page');
    site.file('a.pem', PAIR.certificate);
    site.file('a.key', PAIR.key);
    const script = `printf 'Content-Type: text/plain\\nX-Request-Id: own\\n\\n%s %s %s' "$REQUEST_ID" "$HTTP_X_REQUEST_ID" "$HTTP_TRACEPARENT"`;
    chmodSync(site.file('cgi/ids', `#!/bin/sh\n${script}\n`), 0o755);
  });

  afterEach(() => site.close());

  const start = (mode: string, listen = '') =>
    site.start(`
      log_format ids '$request_id $http_traceparent';
      error_log error.log info buffer=0;
      server {
        listen 127.0.0.1:0 ${listen}; request_id ${mode}; access_log ids.log ids buffer=0; root www;
        location / { }
        location /cgi { root cgi; cgi *; }
      }`);

  const lines = (name: string) => readFileSync(join(site.folder, name), 'utf8').split('\n').filter(Boolean);

  it('stand in every answer, in the logs and in the environment of scripts', async () => {
    const peer = await Peer.open(start('on'));
    const ids: string[] = [];
    const etag = (await peer.send(get('/page.html')).answer()).headers.get('etag') ?? '';
    for (const [target, fields, status] of [
      ['/page.html', '', 200],
      ['/page.html', `If-None-Match: ${etag}\r\n`, 304],
      ['/page.html', 'Range: bytes=1-2\r\n', 206],
      ['/none', '', 404],
      ['/cgi/ids', `Traceparent: ${TRACE}\r\nX-Request-Id: mine\r\n`, 200],
    ] as const) {
      const answer = await peer.send(get(target, fields)).answer();
      const id = answer.headers.get('x-request-id') ?? '';
      expect([answer.status, id]).toEqual([status, expect.stringMatching(MADE)]);
      expect(answer.head.match(/x-request-id/gi)).toHaveLength(1);
      if (target === '/cgi/ids') expect(answer.body.toString()).toBe(`${id} ${id} ${TRACE}`);
      ids.push(id);
    }
    expect(new Set(ids).size).toBe(5);
    peer.send('GET nowhere\r\n\r\n');
    const refused = await peer.answer();
    expect([refused.status, refused.headers.get('x-request-id')]).toEqual([400, expect.stringMatching(MADE)]);
    peer.close();
    await until(() => lines('ids.log').length === 7);
    expect(lines('ids.log').slice(1, 6)).toEqual(ids.map((id, at) => `${id} ${at === 4 ? TRACE : '-'}`));
    expect(lines('error.log').find((line) => line.includes('/none'))).toContain(`id=${ids[3]}`);
  });

  it('stand in every answer over HTTP/2 and TLS', async () => {
    const peer = await Http2Peer.open(
      start('header', 'tls; certificate a.pem a.key; hsts 1h'),
      PAIR.certificate,
    );
    for (const [path, sent, id] of [
      ['/page.html', 'one', 'one'],
      ['/page.html', 'two', 'two'],
      ['/page.html', 'x'.repeat(129), expect.stringMatching(MADE)],
      ['/none', 'a"b', expect.stringMatching(MADE)],
      ['/cgi/ids', 'three', 'three'],
    ] as const) {
      const answer = await peer.ask({ ':path': path, 'x-request-id': sent });
      expect(answer.headers['x-request-id']).toEqual(id);
      expect(answer.headers['strict-transport-security']).toBe('max-age=3600');
      if (path === '/cgi/ids') expect(answer.body.toString()).toBe('three three ');
    }
    peer.close();
  });

  it('stand beside what TLS says over HTTP/1.1', async () => {
    const peer = await Peer.secure(start('header', 'tls; certificate a.pem a.key; hsts 1h'));
    for (let turn = 0; turn < 3; turn++) {
      const { status, headers } = await peer.send(get('/page.html', `X-Request-Id: ${turn}\r\n`)).answer();
      expect([status, headers.get('x-request-id'), headers.get('strict-transport-security')]).toEqual([
        200,
        `${turn}`,
        'max-age=3600',
      ]);
    }
    peer.close();
  });
});
