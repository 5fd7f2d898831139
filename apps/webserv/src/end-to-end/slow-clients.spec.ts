import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { realSystem } from '@webserv/hosting';
import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { fetchOnce, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { FaultySystem } from '../testing/system-with.ts';

/** More than the kernel buffers of a connection hold. */
const SIZE = 64 << 20;

describe.each(DRIVERS)('slow clients on %s', (use) => {
  let site: TestSite;

  beforeEach(() => {
    site = new TestSite();
    site.file('static/index.html', 'home');
    site.file('uploads/.keep');
    site.sparse('static/big.bin', SIZE);
  });

  afterEach(() => site.close());

  function start(lines: string, system = realSystem): number {
    return site.start(
      `error_log error.log info;
server {
  listen 127.0.0.1:0; root static; default_file index.html; access_log off; error_log error.log info;
  upload_path uploads; method GET POST;
  ${lines}
  location / { }
  location /cgi { cgi slow.sh; }
}`,
      { ...driverOptions(use), system },
    );
  }

  function script(...lines: string[]): void {
    chmodSync(site.file('static/slow.sh', `#!/bin/sh\n${lines.join('\n')}\n`), 0o755);
  }

  async function ended(): Promise<string> {
    while ((site.running?.connections ?? 0) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await site.running?.close();
    return readFileSync(join(site.folder, 'error.log'), 'utf8');
  }

  it.each([
    ['announced', 'Content-Length: 100000\r\n\r\n', 'x'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n', '1\r\nx\r\n'],
  ])('a body that trickles, %s, is answered 408 and leaves nothing', async (_name, fields, piece) => {
    script('');
    const port = start('body_timeout 600ms; min_rate 1k;');
    const peer = await Peer.open(port);
    peer.send(`POST /a HTTP/1.1\r\nHost: a\r\n${fields}`);
    const trickle = setInterval(() => peer.send(piece), 20);
    const answer = await peer.answer();
    clearInterval(trickle);
    expect([answer.status, answer.headers.get('connection')]).toEqual([408, 'close']);
    expect(readdirSync(join(site.folder, 'uploads'))).toEqual(['.keep']);
    peer.close();
    expect(await ended()).toContain('min_rate');
  });

  it('a body at the rate is taken, however long it lasts', async () => {
    script('');
    // A stretch that is judged lasts many pauses, for the machine may be busy; and the body lasts many stretches.
    const port = start('body_timeout 800ms; min_rate 10;');
    const peer = await Peer.open(port);
    peer.send('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n');
    for (let sent = 0; sent < 40; sent++) {
      peer.send('x'.repeat(50));
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    expect((await peer.answer()).status).toBe(201);
    peer.close();
  });

  it('a reader that trickles is cut by a reset', async () => {
    script('');
    const port = start('send_timeout 150ms; min_rate 1g;');
    const peer = await Peer.open(port);
    peer.pause();
    peer.send(get('/big.bin'));
    // It does read, now and then: never nothing, and never enough.
    const sip = setInterval(() => {
      peer.resume();
      setImmediate(() => peer.pause());
    }, 20);
    while ((site.running?.connections ?? 0) === 0) await new Promise((resolve) => setImmediate(resolve));
    const log = await ended();
    clearInterval(sip);
    expect(log).toMatch(/min_rate|send_timeout/);
    peer.resume();
    expect((await peer.rest()).length).toBeLessThan(SIZE);
    peer.close();
  });

  it('a script that trickles is not taken for a slow reader', async () => {
    script(
      'printf "Content-Type: text/plain\\n\\n"',
      'for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.06; done',
    );
    const port = start('send_timeout 150ms; min_rate 1k; cgi_timeout 5s;');
    const answer = await fetchOnce(port, get('/cgi/slow.sh'));
    expect(answer.body.toString()).toBe('1\n2\n3\n4\n5\n6\n7\n8\n');
  });

  it('a script that reads its body in its own time is not taken for a slow sender', async () => {
    script(
      'head -c 65536 > /dev/null',
      'sleep 1.8',
      'cat > /dev/null',
      'printf "Content-Type: text/plain\\n\\n"',
      'echo read',
    );
    const size = 1 << 20;
    // At this rate whatever is judged for a whole second is too slow. A busy machine needs part of it until the script's pipe is full.
    const port = start('body_timeout 1s; min_rate 1g; cgi_timeout 5s; body_size 2m;');
    const peer = await Peer.open(port);
    peer.send(`POST /cgi/slow.sh HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`);
    expect((await peer.send(Buffer.alloc(size)).answer()).body.toString()).toBe('read\n');
    peer.close();
  });

  it('a fault in one connection leaves the others and their requests alone', async () => {
    script('');
    const faulty = new FaultySystem();
    const port = start('cache_size 0;', faulty.system);
    faulty.strike();
    const other = await Peer.open(port);
    other.send('GET / HTTP/1.1\r\n');
    const unlucky = await Peer.open(port);
    expect((await unlucky.send(get('/')).rest()).length).toBe(0);
    expect((await other.send('Host: a\r\n\r\n').answer()).status).toBe(200);
    unlucky.close();
    other.close();
    expect(await ended()).toMatch(/a fault in a client/);
  });
});
