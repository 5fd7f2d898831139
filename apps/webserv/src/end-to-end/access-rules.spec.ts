import { pairFor } from '../testing/certificates.ts';
import { Http2Peer } from '../testing/http2-peer.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const PAIR = pairFor('localhost');

describe('who may', () => {
  let site: TestSite;

  beforeEach(() => {
    site = new TestSite();
    site.aged('www/page.html', 'page');
    site.file('a.pem', PAIR.certificate);
    site.file('a.key', PAIR.key);
  });

  afterEach(() => site.close());

  const start = (listen: string, rules: string, more = '') =>
    site.start(`error_log off;
      server {
        listen 127.0.0.1:0 ${listen}; access_log off; root www; ${rules}
        location / { method GET POST; upload_path www; }
        ${more}
      }`);

  it('goes by the address that a trusted proxy names, also for cached pages', async () => {
    const peer = await Peer.open(
      start('', 'real_ip 127.0.0.1; deny 192.0.2.9; allow 192.0.2.0/24 198.51.100.0/24; deny all;'),
    );
    for (const [client, status] of [
      ['198.51.100.1', 200],
      ['192.0.2.9', 403],
      ['198.51.100.1', 200],
      ['192.0.2.9', 403],
      ['::ffff:192.0.2.9', 403],
      ['192.0.2.8', 200],
      ['203.0.113.1', 403],
    ] as const) {
      const answer = await peer.send(get('/page.html', `X-Forwarded-For: ${client}\r\n`)).answer();
      expect([client, answer.status]).toEqual([client, status]);
    }
    peer.close();
  });

  it('goes by the location that a rewrite leads to, also for cached pages', async () => {
    const port = start(
      '',
      'rewrite /old/* /own/$1; rewrite /plain/* /$1; real_ip 127.0.0.1;',
      'location /own { root www; allow 192.0.2.1; deny all; } location /plain { root www; deny all; }',
    );
    const peer = await Peer.open(port);
    const ask = async (client: string, path: string): Promise<number> =>
      (await peer.send(get(path, `X-Forwarded-For: ${client}\r\n`)).answer()).status;
    for (let turn = 0; turn < 2; turn++) {
      expect(await ask('192.0.2.1', '/old/page.html')).toBe(200);
      expect(await ask('192.0.2.2', '/old/page.html')).toBe(403);
      expect(await ask('192.0.2.2', '/plain/page.html')).toBe(200);
    }
    peer.close();
  });

  it('goes by the rules of the request, on a connection that stays open over a reload and asks here and there', async () => {
    const conf = (own: string, other: string): string => `error_log off;
      server {
        listen 127.0.0.1:0; access_log off; root www;
        location / { method GET; ${own} }
        location /other { root www; method GET; ${other} }
      }`;
    const peer = await Peer.open(site.start(conf('allow 127.0.0.1; deny all;', 'deny 127.0.0.1;')));
    const ask = async (path: string): Promise<number> => (await peer.send(get(path)).answer()).status;
    for (let turn = 0; turn < 2; turn++) {
      expect([await ask('/page.html'), await ask('/other/page.html')]).toEqual([200, 403]);
    }
    expect(await site.reload(conf('deny 127.0.0.1;', 'allow 127.0.0.1; deny all;'))).toBe('');
    for (let turn = 0; turn < 2; turn++) {
      expect([await ask('/page.html'), await ask('/other/page.html')]).toEqual([403, 200]);
    }
    peer.close();
  });

  it('is asked before a body is read, and the client reads its answer', async () => {
    const peer = await Peer.open(start('', 'deny all;'));
    peer.send(
      'POST /up HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\nExpect: 100-continue\r\n\r\n',
    );
    const answer = await peer.answer();
    expect([answer.status, answer.headers.get('connection')]).toEqual([403, 'close']);
    peer.close();
  });

  it('limits the rate of each address, and says when to come back', async () => {
    const port = start(
      '',
      'real_ip 127.0.0.1; rate_limit 2/m burst=1;',
      'location /own { root www; rate_limit 1/m; } location /free { root www; rate_limit off; }',
    );
    const peer = await Peer.open(port);
    const ask = async (client: string, path: string): Promise<[number, string | undefined]> => {
      const { status, headers } = await peer.send(get(path, `X-Forwarded-For: ${client}\r\n`)).answer();
      return [status, headers.get('retry-after')];
    };
    expect(await ask('192.0.2.1', '/page.html')).toEqual([200, undefined]);
    expect(await ask('192.0.2.1', '/page.html')).toEqual([200, undefined]);
    expect(await ask('192.0.2.1', '/page.html')).toEqual([429, '30']);
    expect(await ask('192.0.2.2', '/page.html')).toEqual([200, undefined]);
    expect(await ask('192.0.2.1', '/own/page.html')).toEqual([200, undefined]);
    expect(await ask('192.0.2.1', '/own/page.html')).toEqual([429, '60']);
    expect(await ask('192.0.2.1', '/free/page.html')).toEqual([200, undefined]);
    // An IPv6 client counts by its network.
    expect(await ask('2001:db8::1', '/own/page.html')).toEqual([200, undefined]);
    expect((await ask('2001:db8::2', '/own/page.html'))[0]).toBe(429);
    peer.close();
  });

  it('holds over HTTP/2 and TLS as well', async () => {
    const port = start(
      'tls',
      'certificate a.pem a.key; deny all;',
      'location /open { root www; allow 127.0.0.1; rate_limit 1/m; }',
    );
    const peer = await Http2Peer.open(port, PAIR.certificate);
    const statuses: number[] = [];
    for (const path of ['/page.html', '/open/page.html', '/open/page.html']) {
      statuses.push((await peer.ask({ ':path': path })).status);
    }
    expect(statuses).toEqual([403, 200, 429]);
    peer.close();
  });
});
