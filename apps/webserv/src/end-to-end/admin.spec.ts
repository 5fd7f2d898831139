import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { type Answer, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

let site: TestSite;

beforeEach(() => {
  site = new TestSite();
  site.aged('files/page.html', 'a page');
  site.file('files/cgi/slow.sh', '#!/bin/sh\nread line\necho "Content-Type: text/plain"\necho\necho done\n');
});

afterEach(() => site.close());

/** @param admin what stands behind the name of the directive */
function start(admin = '127.0.0.1:0', more = ''): void {
  site.start(`admin ${admin}; error_log off; ${more}
    server { listen 127.0.0.1:0; server_name a.example b.example; access_log off; root files; location / { } }
    server { listen unix:second.sock; access_log off; root files; method POST; upload_path .; location / { } }`);
}

/** The port or the path of the admin address. */
function door(): number | string {
  const address = site.running?.admin ?? '';
  return address.startsWith('unix:') ? address.slice(5) : Number(address.slice(address.lastIndexOf(':') + 1));
}

/** The second server has no name, and is called by its address. */
function second(): string {
  return join(site.folder, 'second.sock');
}

async function ask(target: number | string, request: string, method = 'GET'): Promise<Answer> {
  const peer = await Peer.open(target);
  try {
    return await peer.send(request).answer(method);
  } finally {
    peer.close();
  }
}

async function look(path: string, fields = ''): Promise<string> {
  return (await ask(door(), get(path, fields))).body.toString();
}

describe('the metrics of a server', () => {
  it('count what its clients ask for, under labels of the config alone', async () => {
    start();
    const port = site.port(0);
    const peer = await Peer.open(port);
    for (const name of ['localhost', 'a.example', 'made-up.example', 'another.example']) {
      await peer.send(get('/page.html').replace('localhost', name)).answer();
    }
    await peer.send(get(`/${'x'.repeat(300)}`)).answer();
    await peer.send('BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n').answer();
    await peer.send('HEAD /page.html HTTP/1.1\r\nHost: a\r\n\r\n').answer('HEAD');
    const text = await look('/metrics');
    const labels = 'server="a.example"';
    for (const line of [
      `webserv_requests_total{${labels},method="GET",status="2xx",protocol="HTTP/1.1"} 4`,
      `webserv_requests_total{${labels},method="GET",status="4xx",protocol="HTTP/1.1"} 1`,
      `webserv_requests_total{${labels},method="HEAD",status="2xx",protocol="HTTP/1.1"} 1`,
      `webserv_requests_total{${labels},method="other",status="5xx",protocol="HTTP/1.1"} 1`,
      `webserv_request_duration_seconds_count{${labels}} 7`,
      `webserv_cache_hits_total{${labels}} `,
      `webserv_connections{address="127.0.0.1:${port}",state="idle"} 1`,
      `webserv_connections_accepted_total{address="127.0.0.1:${port}"} 1`,
      'webserv_draining 0',
      `webserv_build_info{version="`,
    ]) {
      expect(text).toContain(`\n${line}`);
    }
    expect(text).not.toMatch(/made-up|xxx|BREW|pot/);
    peer.close();
  });

  it('have no word of the other server before its first request, and then all of it', async () => {
    start();
    const label = `server="unix:${second()}"`;
    expect(await look('/metrics')).not.toContain(`webserv_requests_total{${label}`);
    await ask(second(), 'POST /new HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc');
    const text = await look('/metrics');
    expect(text).toContain(`{${label},method="POST",status="2xx",protocol="HTTP/1.1"} 1`);
    expect(text).toContain(`webserv_uploads{${label}} 0`);
  });

  it('count bytes as the sockets had them', async () => {
    start();
    const value = async (name: string) =>
      Number(new RegExp(`^${name} (\\d+)`, 'm').exec(await look('/metrics'))?.[1]);
    const before = await value('webserv_network_sent_bytes_total');
    site.aged('files/large.bin', Buffer.alloc(300_000));
    const { body } = await ask(site.port(0), get('/large.bin', 'Connection: close\r\n'));
    expect(body.length).toBe(300_000);
    expect(await value('webserv_network_sent_bytes_total')).toBeGreaterThan(before + 300_000);
    expect(await value('webserv_network_received_bytes_total')).toBeGreaterThan(0);
  });

  // promtool is part of Debian's package prometheus.
  const promtool = spawnSync('promtool', ['--version']).status === 0 ? it : it.skip;
  promtool('are all right for promtool', async () => {
    start();
    await ask(site.port(0), get('/page.html'));
    await ask(second(), get('/page.html'));
    const input = await look('/metrics');
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input,
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('are in OpenMetrics for a reader that wants them so', async () => {
    start();
    const answer = await ask(
      door(),
      get('/metrics', 'Accept: application/openmetrics-text;version=1.0.0\r\n'),
    );
    expect(answer.headers.get('content-type')).toBe(
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    );
    expect(answer.body.toString()).toMatch(/\n# EOF\n$/);
  });
});

describe('the admin address', () => {
  it('says what the server does, as JSON and as a page', async () => {
    start();
    await ask(site.port(0), get('/page.html'));
    const status = JSON.parse(await look('/status.json'));
    expect(status).toMatchObject({
      state: 'serving',
      totals: { requests: 1, clientErrors: 0 },
      connections: [{ address: site.running?.addresses[0] }, { address: site.running?.addresses[1] }],
      servers: [{ server: 'a.example', requests: 1, '2xx': 1 }],
      work: { scripts: 0, uploads: 0 },
      process: { pid: process.pid, driver: site.running?.driver },
    });
    const page = await ask(door(), get('/', 'Accept: text/html\r\n'));
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('cache-control')).toBe('no-store');
  });

  it('shows the effective config', async () => {
    start();
    const text = await look('/config');
    expect(text).toContain('server_name a.example b.example;');
    expect(text).toContain('keepalive_timeout 75s;');
  });

  it('names slow requests', async () => {
    site.start(`admin 127.0.0.1:0; error_log off;
      server { listen 127.0.0.1:0; access_log off; root files; method POST; location / { cgi .sh /bin/sh; } }`);
    const peer = await Peer.open(site.port(0));
    peer.send('POST /cgi/slow.sh?%3Cb HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n');
    // A slow request is one of 100 ms.
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect((await peer.send('x\n').answer()).body.toString()).toBe('done\n');
    peer.close();
    const { slowRequests } = JSON.parse(await look('/status.json'));
    expect(slowRequests).toMatchObject([{ method: 'POST', target: '/cgi/slow.sh?%3Cb', status: 200 }]);
  });

  it('answers HEAD, and more than one request on a connection', async () => {
    start();
    const peer = await Peer.open(door());
    const head = await peer.send('HEAD /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n').answer('HEAD');
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '6']);
    expect((await peer.send(get('/readyz')).answer()).body.toString()).toBe('ready\n');
    peer.close();
  });

  it.each([
    ['a file', get('/page.html'), 404],
    ['a path upwards', get('/../../etc/passwd'), 400],
    ['nothing that is HTTP', 'hello\r\n\r\n', 400],
    ['a body', 'POST /status HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n\r\nabc', 405],
    ['a long body', 'POST /status HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999\r\n\r\n', 413],
    [
      'chunks',
      'POST /none HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
      404,
    ],
    ['a long head', `GET /healthz HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(99_999)}\r\n\r\n`, 431],
    ['a name that leads here', get('/config').replace('localhost', 'evil.example'), 421],
  ])('answers %s, and goes on', async (_what, request, status) => {
    start();
    expect((await ask(door(), request)).status).toBe(status);
    expect((await ask(door(), get('/healthz'))).status).toBe(200);
    expect(await look('/metrics')).not.toContain('webserv_requests_total');
  });

  it('is no address of a server, and a server none of its own', async () => {
    start();
    expect((await ask(site.port(0), get('/metrics'))).status).toBe(404);
    expect((await ask(site.port(0), get('/status.json'))).status).toBe(404);
    expect(site.running?.addresses).toHaveLength(2);
  });

  it('can be a unix socket, which only the account of the server may open', async () => {
    start('unix:admin.sock');
    const path = join(site.folder, 'admin.sock');
    expect(door()).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await ask(path, get('/healthz').replace('localhost', 'whatever'))).status).toBe(200);
    await site.running?.close();
    expect(existsSync(path)).toBe(false);
  });

  it('shows more to others only if it is said to be public', async () => {
    start('0.0.0.0:0 public');
    const request = get('/healthz').replace('localhost', 'admin.example');
    expect((await ask(door(), request)).status).toBe(200);
  });
});

describe('an admin address that is not available', () => {
  let other: Server | null = null;

  afterEach(() => other?.close());

  async function taken(): Promise<number> {
    const server = createServer();
    other = server;
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  it('because another program listens there: nothing starts', async () => {
    const port = await taken();
    expect(() => start(`127.0.0.1:${port}`)).toThrow(
      new RegExp(
        `site.conf:1:1: error: cannot listen on 127.0.0.1:${port}: EADDRINUSE.*another program listens there`,
      ),
    );
    site.running = null;
  });

  it('because a file is in the way: it stays', () => {
    const path = site.file('admin.sock', 'mine');
    expect(() => start('unix:admin.sock')).toThrow(
      /cannot listen on unix:admin.sock: what is there is no socket, and stays/,
    );
    expect(statSync(path).size).toBe(4);
  });

  it('takes no other address with it: they are free again', async () => {
    const port = await taken();
    const path = join(site.folder, 's.sock');
    const text = `admin 127.0.0.1:${port}; error_log off; server { listen unix:${path}; access_log off; root files; location / { } }`;
    expect(() => site.start(text)).toThrow(/EADDRINUSE/);
    expect(existsSync(path)).toBe(false);
  });
});

describe('a server that is about to stop', () => {
  it('says so at /readyz, and serves on', async () => {
    start();
    const peer = await Peer.open(site.port(0));
    site.running?.drain();
    const { status, body } = await ask(door(), get('/readyz'));
    expect([status, body.toString()]).toEqual([503, 'draining\n']);
    expect((await ask(door(), get('/healthz'))).status).toBe(200);
    const answer = await peer.send(get('/page.html')).answer();
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, undefined]);
    expect((await ask(site.port(0), get('/page.html'))).status).toBe(200);
    peer.close();
  });

  it('can be looked at until its last request has ended, whose answer says close', async () => {
    start();
    const address = door();
    const peer = await Peer.open(second());
    peer.send('POST /new HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na');
    const isUnderWay = async () => JSON.parse(await look('/status.json')).work.uploads === 1;
    while (!(await isUnderWay()));
    const closed = site.running?.close(60_000);
    expect((await ask(address, get('/readyz'))).status).toBe(503);
    await expect(ask(site.port(0), get('/page.html'))).rejects.toThrow('ECONNREFUSED');
    expect(JSON.parse((await ask(address, get('/status.json'))).body.toString())).toMatchObject({
      state: 'draining',
      work: { uploads: 1 },
    });
    const { status, headers } = await peer.send('b').answer();
    expect([status, headers.get('connection')]).toEqual([201, 'close']);
    await closed;
    await expect(ask(address, get('/readyz'))).rejects.toThrow();
    peer.close();
  });

  it('does not wait for somebody who looks', async () => {
    start();
    const peer = await Peer.open(door());
    await peer.send(get('/healthz')).answer();
    await site.running?.close(60_000);
    await peer.closed;
  });
});
