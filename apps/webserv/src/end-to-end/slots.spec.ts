import { chmodSync, readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { type Answer, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

/** Slow clients hold nothing of the server's that others wait for: children, places for uploads, memory for them. */

const SCRIPT = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\n";
/** More than the sockets of both sides hold. */
const LARGE = 8 << 20;

describe.each(DRIVERS)('slow clients, on %s', (use) => {
  let site: TestSite;
  let port: number;
  let peers: Peer[];
  let sockets: Socket[];

  beforeEach(() => {
    site = new TestSite();
    peers = [];
    sockets = [];
    for (const [name, body] of [
      ['quick.sh', 'echo quick'],
      ['large.sh', `exec head -c ${LARGE} /dev/zero`],
      ['read.sh', 'exec wc -c'],
      ['sleep.sh', 'echo begun; exec sleep 60'],
    ]) {
      chmodSync(site.file(`www/${name}`, `${SCRIPT}${body}\n`), 0o755);
    }
    site.file('uploads/.keep');
    port = site.start(
      `error_log error.log; server { access_log off; listen 127.0.0.1:0; root www; body_size 16m; min_rate 0;
         max_cgi 8; max_uploads 16; location / { method GET POST; cgi quick.sh; cgi large.sh; cgi read.sh; cgi sleep.sh; }
         location /upload { upload_path uploads; method POST; } }`,
      driverOptions(use),
    );
  });

  afterEach(async () => {
    for (const peer of peers) peer.close();
    for (const socket of sockets) socket.destroy();
    await site.close();
  });

  async function open(): Promise<Peer> {
    const peer = await Peer.open(port);
    peers.push(peer);
    return peer;
  }

  async function ask(text: string): Promise<Answer> {
    return (await open()).send(text).answer();
  }

  /** From an address of its own: all of 127/8 is this machine. Linux has them without being asked. */
  function askFrom(address: string, text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: address });
      sockets.push(socket);
      let answer = '';
      socket.on('error', reject);
      socket.on('connect', () => socket.write(text));
      socket.on('data', (bytes) => {
        answer += bytes.toString('latin1');
      });
      socket.on('close', () => resolve(answer));
    });
  }

  function held(): { scripts: number; memory: number } {
    const { scripts, memory } = site.running?.holdings() ?? { scripts: -1, memory: -1 };
    return { scripts, memory };
  }

  it('that send a body hold no child, and others are answered at once', async () => {
    for (let count = 0; count < 32; count++) {
      (await open()).send(`POST /read.sh HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nsome`);
    }
    for (let count = 0; count < 10; count++) {
      expect((await ask(get('/quick.sh'))).body.toString()).toBe('quick\n');
    }
    await until(() => held().scripts === 0);
    const body = 'x'.repeat(200_000);
    const whole = await ask(
      `POST /read.sh HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(whole.body.toString().trim()).toBe('200000');
  });

  it('that read an output hold no child, and have all of it in the end', async () => {
    const readers: Peer[] = [];
    for (let count = 0; count < 12; count++) {
      const reader = await open();
      reader.pause();
      reader.send(get('/large.sh', 'Connection: close\r\n'));
      readers.push(reader);
      if (count % 4 === 3) await until(() => held().scripts === 0);
    }
    expect((await ask(get('/quick.sh'))).body.toString()).toBe('quick\n');
    const first = readers[0] as Peer;
    first.resume();
    expect((await first.answer()).body.equals(Buffer.alloc(LARGE))).toBe(true);
    for (const reader of readers) reader.close();
    await until(() => site.running?.connections === 1 || site.running?.connections === 0);
    await until(() => held().memory === 0);
  });

  it('that send the head of an upload alone hold no place, no file and no memory', async () => {
    const before = held().memory;
    for (let count = 0; count < 64; count++) {
      (await open()).send(`POST /upload/${count} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n`);
    }
    const upload = await ask(`POST /upload/whole HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nfour`);
    expect(upload.status).toBe(201);
    expect(readdirSync(join(site.folder, 'uploads')).sort()).toEqual(['.keep', 'whole']);
    expect(held().memory).toBe(before);
  });

  it('that have begun an upload make room for those that get on', async () => {
    for (let count = 0; count < 64; count++) {
      (await open()).send(`POST /upload/${count} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nslow`);
    }
    const body = 'x'.repeat(500_000);
    const upload = await ask(
      `POST /upload/whole HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(upload.status).toBe(201);
  });

  // Other systems have 127.0.0.1 alone on their loopback.
  (process.platform === 'linux' ? it : it.skip)('of one address leave children to the others', async () => {
    const sleepers = Array.from({ length: 20 }, () => {
      const socket = connect({ port, host: '127.0.0.1' });
      sockets.push(socket);
      socket.write(get('/sleep.sh'));
      return socket;
    });
    await until(() => held().scripts === 6);
    const answer = await askFrom('127.0.0.2', get('/quick.sh', 'Connection: close\r\n'));
    expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*quick\n/);
    // An end would be half a close: such a client may still be reading.
    for (const socket of sleepers) socket.resetAndDestroy();
    await until(() => held().scripts === 0);
  });
});
