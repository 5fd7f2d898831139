import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { StartError } from '@webserv/hosting';
import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { fetchOnce, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

function config(lines: string, server = ''): string {
  return `error_log error.log info;
server {
  listen 127.0.0.1:0;
  root static;
  default_file index.html;
  access_log access.log;
  ${lines}
  location / { method GET POST; upload_path static; }
}
${server}`;
}

/** More than the kernel buffers of a connection hold. */
const SIZE = 64 << 20;

describe.each(DRIVERS)('connections on %s', (use) => {
  let site: TestSite;

  function start(text: string): number {
    return site.start(text, driverOptions(use));
  }

  beforeEach(() => {
    site = new TestSite();
    site.file('static/index.html', 'home');
    site.sparse('static/big.bin', SIZE);
  });

  afterEach(() => site.close());

  it('leaves the backlog to the kernel at max_connect, and goes on when one has gone', async () => {
    const port = start(config('max_connect 2;'));
    const busy = [await Peer.open(port), await Peer.open(port)];
    // A head under way: neither of them is idle, so neither may be closed for a third. The server has seen its beginning once it
    // answers the request in front of it.
    for (const peer of busy) await peer.send(`${get('/')}GET / HTTP/1.1\r\n`).answer();
    const third = await Peer.open(port);
    const answered = third.send(get('/')).answer();
    expect((await (busy[0] as Peer).send('Host: a\r\nConnection: close\r\n\r\n').answer()).status).toBe(200);
    expect((await answered).status).toBe(200);
    for (const peer of [...busy, third]) peer.close();
  });

  it('frees the oldest idle connection for a new one', async () => {
    const port = start(config('max_connect 2;'));
    const first = await Peer.open(port);
    await first.send(get('/')).answer();
    const second = await Peer.open(port);
    await second.send(get('/')).answer();
    expect((await fetchOnce(port, get('/'))).status).toBe(200);
    await first.closed;
    expect((await second.send(get('/')).answer()).status).toBe(200);
    first.close();
    second.close();
  });

  it('closes a connection that stays idle, without a word', async () => {
    const port = start(config('keepalive_timeout 60ms;'));
    const peer = await Peer.open(port);
    await peer.send(get('/')).answer();
    expect((await peer.rest()).length).toBe(0);
    peer.close();
  });

  it('answers 408 to a head that does not end in time, however it trickles', async () => {
    // Long enough for the first line to come in time on a busy machine: the clock runs from the accept.
    const port = start(config('header_timeout 300ms;'));
    const peer = await Peer.open(port);
    const trickle = setInterval(() => peer.send('X'), 20);
    try {
      expect((await peer.send('GET / HTTP/1.1\r\n').answer()).status).toBe(408);
    } finally {
      // A failure must not leave the process with a timer that never ends.
      clearInterval(trickle);
      peer.close();
    }
  });

  it('closes one that never says anything', async () => {
    const port = start(config('header_timeout 60ms;'));
    const peer = await Peer.open(port);
    expect((await peer.rest()).length).toBe(0);
    peer.close();
  });

  it('cuts a client that takes nothing for the length of send_timeout', async () => {
    const port = start(config('send_timeout 80ms;'));
    const peer = await Peer.open(port);
    peer.pause();
    peer.send(get('/big.bin'));
    const connections = (): number => site.running?.connections ?? 0;
    while (connections() !== 1) await new Promise((resolve) => setImmediate(resolve));
    while (connections() !== 0) await new Promise((resolve) => setTimeout(resolve, 10));
    peer.resume();
    expect((await peer.rest()).length).toBeLessThan(SIZE);
    peer.close();
  });

  it('ends a connection after keepalive_requests', async () => {
    const port = start(config('keepalive_requests 2;'));
    const peer = await Peer.open(port);
    expect((await peer.send(get('/')).answer()).headers.has('connection')).toBe(false);
    expect((await peer.send(get('/')).answer()).headers.get('connection')).toBe('close');
    await peer.closed;
    peer.close();
  });

  it('chooses the server by its name, and the first one for any other', async () => {
    site.file('other/index.html', 'other');
    const second =
      'server { listen 127.0.0.1:0; server_name other *.other; root other; access_log off; default_file index.html; location / { method GET; } }';
    const port = start(config('server_name first;', second));
    const hosts = ['first', 'OTHER', 'a.other', 'unknown'];
    const bodies = [];
    for (const host of hosts) {
      bodies.push((await fetchOnce(port, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).body.toString());
    }
    expect(bodies).toEqual(['home', 'other', 'other', 'home']);
  });

  it('listens on IPv6 and on a unix socket, and takes the socket file away at its end', async () => {
    const path = join(site.folder, 'web.sock');
    const text = config('').replace('listen 127.0.0.1:0;', `listen [::1]:0; listen unix:${path};`);
    start(text);
    expect(site.running?.addresses[0]).toMatch(/^\[::1\]:\d+$/);
    const peer = await Peer.open(path);
    expect((await peer.send(get('/')).answer()).body.toString()).toBe('home');
    peer.close();
    await site.running?.close();
    expect(existsSync(path)).toBe(false);
    start(text);
    expect((await (await Peer.open(path)).send(get('/', 'Connection: close\r\n')).answer()).status).toBe(200);
  });

  it('takes IPv6 alone where it listens on [::]', async () => {
    const port = start(config('').replace('listen 127.0.0.1:0;', 'listen [::]:0;'));
    await expect(Peer.open(port)).rejects.toThrow();
  });

  it('serves .well-known where dotfiles are off', async () => {
    site.file('static/.well-known/name', 'public');
    site.file('static/.name', 'hidden');
    const port = start(config('dotfiles off;'));
    expect((await fetchOnce(port, get('/.well-known/name'))).body.toString()).toBe('public');
    expect((await fetchOnce(port, get('/.name'))).status).toBe(404);
  });

  it('tells every address that it cannot have, and starts nothing', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const text = config(`listen 127.0.0.1:${port};`);
    expect(() => start(text)).toThrow(StartError);
    expect(() => start(text)).toThrow(
      new RegExp(
        `site\\.conf:7:3: error: cannot listen on 127\\.0\\.0\\.1:${port}: EADDRINUSE.*another program`,
      ),
    );
    await new Promise((resolve) => taken.close(resolve));
  });

  it('answers what is under way before it stops, and nothing new', async () => {
    const port = start(config(''));
    const idle = await Peer.open(port);
    await idle.send(get('/')).answer();
    const late = await Peer.open(port);
    late.pause();
    late.send(get('/big.bin'));
    while ((site.running?.connections ?? 0) < 2) await new Promise((resolve) => setImmediate(resolve));
    const answered = late.answer();
    const closed = site.running?.close(600_000);
    await idle.closed;
    late.resume();
    expect((await answered).body.length).toBe(SIZE);
    await closed;
    await expect(Peer.open(port)).rejects.toThrow();
    for (const peer of [idle, late]) peer.close();
  });
});
