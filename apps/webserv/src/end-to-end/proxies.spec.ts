import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, connect as tcpConnect } from 'node:net';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { pairFor } from '../testing/certificates.ts';
import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

const PAIR = pairFor('localhost');
const V1 = 'PROXY TCP4 192.0.2.1 192.0.2.2 4096 80\r\n';
const WHO = 'printf "Content-Type: text/plain\\n\\n$REMOTE_ADDR,$REMOTE_PORT,$HTTPS"';

function second(command: number, source: readonly number[]): Buffer {
  const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
  const addresses = [...source, 127, 0, 0, 1, 0x10, 0, 0, 80, 4, 0, 2, 1, 1];
  return Buffer.concat([signature, Buffer.from([command, 0x11, 0, addresses.length, ...addresses])]);
}

function siteOf(): TestSite {
  const site = new TestSite();
  site.aged('www/page.html', 'page');
  site.file('www/who.run', WHO);
  site.file('a.pem', PAIR.certificate);
  site.file('a.key', PAIR.key);
  return site;
}

function config(listen: string, more = ''): string {
  return `error_log error.log info buffer=0;
    server {
      listen 127.0.0.1:0 ${listen}; access_log access.log json buffer=0; root www; ${more}
      location / { cgi .run /bin/sh; method GET POST; }
    }`;
}

function linesOf(site: TestSite, name: string): string[] {
  try {
    return readFileSync(join(site.folder, name), 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

function remotes(site: TestSite): string[] {
  return linesOf(site, 'access.log').map((line) => (JSON.parse(line) as { remote: string }).remote);
}

describe.each(DRIVERS)('the PROXY protocol on %s', (use) => {
  let site: TestSite;

  beforeEach(() => {
    site = siteOf();
  });

  afterEach(() => site.close());

  it.each<[string, string | Uint8Array, string]>([
    ['version 1', V1, '192.0.2.1'],
    ['version 2', second(0x21, [192, 0, 2, 9]), '192.0.2.9'],
    ['LOCAL', second(0x20, [192, 0, 2, 9]), '127.0.0.1'],
    ['UNKNOWN', 'PROXY UNKNOWN\r\n', '127.0.0.1'],
  ])('%s names the client, for logs and scripts', async (_name, header, remote) => {
    const peer = await Peer.open(site.start(config('proxy_protocol'), driverOptions(use)));
    peer.send(header);
    const first = await peer.send(get('/who.run')).answer();
    expect(first.body.toString()).toBe(`${remote},,`);
    expect((await peer.send(get('/page.html')).answer()).status).toBe(200);
    peer.close();
    await until(() => remotes(site).length === 2);
    expect(remotes(site)).toEqual([remote, remote]);
  });

  it('takes nothing of what follows, however it is cut', async () => {
    const port = site.start(config('proxy_protocol'), driverOptions(use));
    const bytes = Buffer.concat([second(0x21, [192, 0, 2, 9]), Buffer.from(get('/page.html'))]);
    for (const step of [1, 13, bytes.length]) {
      const peer = await Peer.open(port);
      for (let at = 0; at < bytes.length; at += step) peer.send(bytes.subarray(at, at + step));
      expect((await peer.answer()).body.toString()).toBe('page');
      peer.close();
    }
  });

  it('stands before TLS', async () => {
    const port = site.start(config('proxy_protocol tls', 'certificate a.pem a.key;'), driverOptions(use));
    const socket = tcpConnect(port, '127.0.0.1');
    socket.write(V1);
    const secure = tlsConnect({ socket, rejectUnauthorized: false });
    secure.write(get('/who.run').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    let text = '';
    for await (const piece of secure) text += String(piece);
    expect(text).toContain('192.0.2.1,,on');
  });

  it.each<[string, string | Uint8Array, string]>([
    ['no header', get('/page.html'), 'no PROXY header'],
    ['a broken one', 'PROXY TCP4 192.0.2.1 x 1 2\r\n', 'no address of TCP4'],
    ['a cut one', V1.slice(0, 20), 'the header is cut'],
  ])('closes a connection with %s, and says so', async (_name, bytes, reason) => {
    const port = site.start(config('proxy_protocol'), driverOptions(use));
    const peer = await Peer.open(port);
    peer.send(bytes).finish();
    await peer.closed;
    await until(() => linesOf(site, 'error.log').some((line) => line.includes(reason)));
    expect(linesOf(site, 'error.log').at(-1)).toContain('client=127.0.0.1');
    expect(linesOf(site, 'access.log')).toEqual([]);
    // A check that connects alone is no fault.
    const check = await Peer.open(port);
    check.finish();
    await check.closed;
    expect(linesOf(site, 'error.log').filter((line) => line.includes('proxy_protocol'))).toHaveLength(1);
  });

  it('gives a header the time of a head', async () => {
    const port = site.start(config('proxy_protocol', 'header_timeout 50ms;'), driverOptions(use));
    const peer = await Peer.open(port);
    peer.send('PROXY TCP4 ');
    await peer.closed;
    await until(() => linesOf(site, 'error.log').some((line) => line.includes('header_timeout')));
  });

  it('counts connections by the address that the header names', async () => {
    const port = site.start(config('proxy_protocol', 'max_connect_per_address 2;'), driverOptions(use));
    const peers: Peer[] = [];
    for (const [host, status] of [
      [1, 200],
      [1, 200],
      [1, 429],
      [2, 200],
    ] as const) {
      const peer = await Peer.open(port);
      peers.push(peer);
      peer.send(second(0x21, [192, 0, 2, host]));
      expect((await peer.send(get('/page.html')).answer()).status).toBe(status);
    }
    for (const peer of peers) peer.close();
  });
});

function hasHaproxy(): boolean {
  try {
    execFileSync('haproxy', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** A request from an address of its own. @returns the body of the answer */
async function askFrom(localAddress: string, port: number): Promise<string> {
  const socket = tcpConnect({ port, host: '127.0.0.1', localAddress });
  socket.write(get('/who.run').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
  let text = '';
  for await (const piece of socket) text += String(piece);
  return text.slice(text.indexOf('\r\n\r\n') + 4);
}

// Without HAProxy on the search path there is nothing to ask.
(hasHaproxy() ? describe : describe.skip)('behind HAProxy', () => {
  it.each(['send-proxy', 'send-proxy-v2'])(
    '%s names the client, and checks of health are no faults',
    async (word) => {
      const site = siteOf();
      let haproxy: ChildProcess | null = null;
      try {
        const port = site.start(config('proxy_protocol'));
        const front = await freePort();
        const conf = site.file(
          'haproxy.cfg',
          `defaults
  mode tcp
  timeout connect 5s
  timeout client 5s
  timeout server 5s
listen front
  bind 127.0.0.1:${front}
  server one 127.0.0.1:${port} ${word} check inter 100ms
`,
        );
        haproxy = spawn('haproxy', ['-f', conf], { stdio: 'ignore' });
        let body = '';
        for (const end = Date.now() + 20_000; body === '' && Date.now() < end; ) {
          body = await askFrom('127.0.0.7', front).catch(() => '');
        }
        expect(body).toContain('127.0.0.7,');
        expect(await askFrom('127.0.0.8', front)).toContain('127.0.0.8,');
        expect(linesOf(site, 'error.log').filter((line) => line.includes('proxy_protocol'))).toEqual([]);
      } finally {
        const ended = new Promise((resolve) => haproxy?.once('exit', resolve) ?? resolve(null));
        haproxy?.kill('SIGKILL');
        await ended;
        await site.close();
      }
    },
  );

  it.each(['X-Forwarded-For', 'Forwarded'])('the field %s names the client', async (field) => {
    const site = siteOf();
    let haproxy: ChildProcess | null = null;
    try {
      const port = site.start(config('', `real_ip 127.0.0.1 header=${field};`));
      const front = await freePort();
      const option =
        field === 'Forwarded' ? 'http-request set-header Forwarded "for=%[src]"' : 'option forwardfor';
      const conf = site.file(
        'haproxy.cfg',
        `defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
listen front
  bind 127.0.0.1:${front}
  ${option}
  server one 127.0.0.1:${port}
`,
      );
      haproxy = spawn('haproxy', ['-f', conf], { stdio: 'ignore' });
      let body = '';
      for (const end = Date.now() + 20_000; body === '' && Date.now() < end; ) {
        body = await askFrom('127.0.0.7', front).catch(() => '');
      }
      expect(body).toContain('127.0.0.7,');
    } finally {
      const ended = new Promise((resolve) => haproxy?.once('exit', resolve) ?? resolve(null));
      haproxy?.kill('SIGKILL');
      await ended;
      await site.close();
    }
  });
});
