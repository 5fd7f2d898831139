// webserv upgrade: real processes, and versions of the program that differ.

import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { pairFor } from '../testing/certificates.ts';
import { Command } from '../testing/command.ts';
import { Http2Peer } from '../testing/http2-peer.ts';
import { lives } from '../testing/lives.ts';
import { get, Peer } from '../testing/peer.ts';
import { Releases } from '../testing/release.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

const LARGE = 24 << 20;
const CLIENTS = 4;

jest.setTimeout(120_000);

let site: TestSite;
let releases: Releases;
let server: Command;
let port: number;
const peers: Peer[] = [];

const path = (name: string): string => join(site.folder, name);
const log = (): string => readFileSync(path('error.log'), 'utf8');
const pidOf = (): number => Number(readFileSync(path('webserv.pid'), 'utf8'));
const upgrade = () => new Command(['upgrade', '-c', path('site.conf')]).ended;

function conf({ workers = 1, more = '' } = {}): string {
  return site.file(
    'site.conf',
    `workers ${workers}; pid webserv.pid; admin unix:admin.sock; error_log error.log notice flush=1ms; stop_timeout 20s; ${more}
     server {
       listen 127.0.0.1:0; listen unix:site.sock; root www; access_log off; max_share_per_address 100;
       location / { cgi .sh /bin/sh; }
       location /up { method POST; upload_path up; }
     }
     server { listen unix:streams.sock h2c; root up; access_log off; location / { } }`,
  );
}

async function start(config = conf()): Promise<void> {
  server = new Command(['-c', config], {}, { main: releases.main });
  port = await server.port();
}

async function open(target: number | string = port): Promise<Peer> {
  const peer = await Peer.open(target);
  peers.push(peer);
  return peer;
}

/** The version that answers, as a script sees it. */
async function version(target: number | string = port): Promise<string> {
  const peer = await open(target);
  return String((await peer.send(get('/version.sh', 'Connection: close\r\n')).answer()).body);
}

/**
 * The version answers from now on. The process before it may take a client more while it stops, and closes a connection on which
 * nothing has come: a busy machine may be that slow between connecting and sending.
 */
const becomes = (wanted: string, target: number | string = port): Promise<void> =>
  until(async () => (await version(target).catch(() => '')) === wanted);

/** A program that says its number, and does nothing until there is a file `go`. */
const waiting = (program: string): string =>
  `const fs=require('fs');fs.writeFileSync('${path('waits')}',String(process.pid));while(!fs.existsSync('${path('go')}'));${program}`;

/** The number of one that waits, or 0. */
const hanging = (): number => (existsSync(path('waits')) ? Number(readFileSync(path('waits'), 'utf8')) : 0);

beforeEach(() => {
  site = new TestSite();
  site.aged('www/page.html', 'page');
  site.file('www/version.sh', `printf 'Content-Type: text/plain\\n\\n%s' "$SERVER_SOFTWARE"`);
  site.sparse('www/large.bin', LARGE);
  site.aged('up/page.html', 'page');
  releases = new Releases(site.folder);
  releases.install('1.0.0');
});

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  const last = existsSync(path('webserv.pid')) ? pidOf() : 0;
  server.kill('SIGKILL');
  for (const pid of [last, hanging()])
    if (pid > 0 && pid !== server.pid && lives(pid)) process.kill(pid, 'SIGKILL');
  await server.ended;
  await site.close();
});

/** Asks on one connection after another, each as long as the server keeps it. @returns what went wrong */
async function pages(isOver: () => boolean): Promise<string[]> {
  const losses: string[] = [];
  while (!isOver()) {
    const peer = await Peer.open(port).catch(() => null);
    if (peer === null) losses.push('refused');
    for (let kept = peer !== null; kept && peer !== null && !isOver(); ) {
      const answer = await peer
        .send(get('/page.html'))
        .answer()
        .catch(() => null);
      if (answer === null || String(answer.body) !== 'page') losses.push('no page');
      kept = answer !== null && answer.headers.get('connection') !== 'close';
    }
    peer?.close();
  }
  return losses;
}

/** A server has not begun with a stream that it ends by this code, and a client asks again (RFC 9113, section 8.7). */
const REFUSED_STREAM = 7;

/** The same in streams, several at once. */
async function streamed(isOver: () => boolean): Promise<string[]> {
  const losses: string[] = [];
  while (!isOver()) {
    const peer = await Http2Peer.open(path('streams.sock'));
    let leaving = false;
    void peer.goneAway.then(() => {
      leaving = true;
    });
    while (!leaving && !isOver()) {
      for (const { body, code } of await Promise.all([1, 2, 3].map(() => peer.get('/page.html')))) {
        if (String(body) !== 'page' && code !== REFUSED_STREAM) losses.push(`stream ${code}`);
      }
    }
    peer.close();
  }
  return losses;
}

it.each([1, 2])('an upgrade of %i worker(s) loses no request and refuses nobody', async (workers) => {
  await start(conf({ workers }));
  expect(await version()).toBe('webserv/1.0.0');
  let over = false;
  const clients = [
    ...Array.from({ length: CLIENTS }, () => pages(() => over)),
    ...Array.from({ length: 2 }, () => streamed(() => over)),
  ];
  const download = await open();
  download.pause();
  download.send(get('/large.bin'));
  const upload = await open();
  upload.send('POST /up/half HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 8\r\n\r\n');
  await upload.until((bytes) => bytes.includes('100 Continue'));
  upload.send('half');

  releases.install('2.0.0');
  const { code, stderr } = await upgrade();
  expect([code, stderr]).toEqual([0, `webserv: ${path('site.conf')} is served by a new process\n`]);
  expect(pidOf()).not.toBe(server.pid);
  for (const target of [port, path('site.sock')]) await becomes('webserv/2.0.0', target);

  // What the old process has under way goes on.
  expect(lives(server.pid)).toBe(true);
  expect((await upload.send('full').answer()).status).toBe(201);
  expect(readFileSync(path('up/half'), 'utf8')).toBe('halffull');
  download.resume();
  expect((await download.answer()).body.length).toBe(LARGE);
  download.close();
  await until(() => !lives(server.pid));
  over = true;
  expect((await Promise.all(clients)).flat()).toEqual([]);
  expect(await version()).toBe('webserv/2.0.0');

  // The new one stops as any server does, and leaves nothing.
  process.kill(pidOf(), 'SIGTERM');
  const left = ['webserv.pid', 'webserv.pid.reload', 'site.sock', 'streams.sock', 'admin.sock'];
  await until(() => left.every((name) => !existsSync(path(name))));
});

const throws = (where: string) => (program: string) =>
  program.replace(where, `throw new Error('broken');${where}`);

describe('nothing changes by a new program that', () => {
  beforeEach(() => start());

  afterEach(async () => {
    expect(pidOf()).toBe(server.pid);
    expect(await version()).toBe('webserv/1.0.0');
    expect(await version(path('site.sock'))).toBe('webserv/1.0.0');
    // The next one may.
    conf();
    releases.install('3.0.0');
    expect((await upgrade()).code).toBe(0);
    await becomes('webserv/3.0.0', path('site.sock'));
  });

  it.each<[string, (program: string) => string, RegExp]>([
    ['lacks a module', (program) => `require('nowhere');${program}`, /Cannot find module 'nowhere'/],
    ['is no program', () => 'const;', /SyntaxError/],
    ['ends by itself', () => 'process.exit(3)', /the new program has ended with code 3/],
    ['is killed', () => "process.kill(process.pid, 'SIGKILL')", /the new program was ended by signal 9/],
    ['breaks while it starts', throws('var Webserv='), /the new program has ended with code \d+:.*broken/s],
  ])('%s', async (_what, changed, expected) => {
    releases.install('2.0.0', changed);
    const { code, stderr } = await upgrade();
    expect([code, stderr]).toEqual([1, expect.stringMatching(expected)]);
    expect(log()).toContain('upgrade: nothing has changed');
  });

  it('is not there', async () => {
    renameSync(path('releases/current'), path('releases/gone'));
    const { code, stderr } = await upgrade();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/Cannot find module .*main\.js/)]);
  });

  it('cannot serve the configuration: every problem is printed', async () => {
    conf({ more: 'max_conect 3; use nothing;' });
    server.kill('SIGURG');
    await until(() => log().includes('upgrade: nothing has changed'));
    expect(log()).toMatch(/upgrade: .*max_conect/);
    expect(log()).toMatch(/upgrade: .*nothing/);
  });

  it('hangs, and is ended with the wait of another upgrade', async () => {
    releases.install('2.0.0', waiting);
    const first = upgrade();
    await until(() => hanging() > 0);
    const second = await upgrade();
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringContaining('another reload or upgrade is under way'),
    ]);
    expect(await version()).toBe('webserv/1.0.0');
    process.kill(hanging(), 'SIGKILL');
    expect((await first).code).toBe(1);
    rmSync(path('waits'));
  });
});

it('a server that stops meanwhile takes the new program along', async () => {
  await start();
  releases.install('2.0.0', waiting);
  const asked = upgrade();
  await until(() => hanging() > 0);
  server.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
  expect((await asked).code).toBe(1);
  await until(() => !lives(hanging()));
});

it('a server that is killed meanwhile is followed all the same', async () => {
  await start();
  releases.install('2.0.0', waiting);
  const asked = upgrade();
  await until(() => hanging() > 0);
  server.kill('SIGKILL');
  await until(() => !lives(server.pid));
  writeFileSync(path('go'), '');
  // Of those that come at once the kernel may still give some to what is left of the dead process (its io_uring).
  await becomes('webserv/2.0.0');
  expect((await asked).code).toBe(0);
  expect(pidOf()).toBe(hanging());
});

it.each([1, 2])(
  'ten upgrades of %i worker(s) in a row leave the descriptors as they were',
  async (workers) => {
    await start(conf({ workers }));
    const held = (): number => readdirSync(`/proc/${pidOf()}/fd`).length;
    expect((await upgrade()).code).toBe(0);
    const before = pidOf();
    await until(() => !lives(server.pid));
    await version();
    const descriptors = held();
    for (let round = 0; round < 9; round++) {
      const old = pidOf();
      expect((await upgrade()).code).toBe(0);
      await until(() => !lives(old));
    }
    expect(pidOf()).not.toBe(before);
    await version();
    await until(() => held() <= descriptors);
  },
);

it('the number of workers changes with it, and single processes cannot take the sockets of several', async () => {
  await start(conf({ workers: 2 }));
  for (const workers of [3, 2]) {
    conf({ workers });
    const old = pidOf();
    expect((await upgrade()).code).toBe(0);
    await until(() => !lives(old));
    const answers = await Promise.all(Array.from({ length: 12 }, () => version()));
    expect(answers).toEqual(Array(12).fill('webserv/1.0.0'));
  }
  conf({ workers: 1 });
  const { code, stderr } = await upgrade();
  expect([code, stderr]).toEqual([1, expect.stringContaining('a single process cannot take their sockets')]);
  expect(await version()).toBe('webserv/1.0.0');
});

/** Shakes hands, and gets a page. @returns the session, for the next time, and whether that was resumed */
function session(
  before: Buffer | undefined,
): Promise<{ readonly ticket: Buffer; readonly resumed: boolean }> {
  return new Promise((done, fail) => {
    let ticket: Buffer = Buffer.alloc(0);
    let reused = false;
    const socket = connect({
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ...(before === undefined ? {} : { session: before }),
    });
    socket.on('session', (bytes) => {
      ticket = bytes;
    });
    socket.on('error', fail);
    socket.on('close', () => done({ ticket, resumed: reused }));
    socket.on('secureConnect', () => {
      reused = socket.isSessionReused();
      socket.write(get('/page.html', 'Connection: close\r\n'));
    });
    socket.resume();
  });
}

it('clients resume their TLS sessions with the new process', async () => {
  const { certificate, key } = pairFor('localhost');
  const pair = [site.file('chain.pem', certificate), site.file('key.pem', key)].join(' ');
  await start(
    site.file(
      'site.conf',
      `pid webserv.pid; error_log error.log notice flush=1ms;
       server { listen 127.0.0.1:0 tls; certificate ${pair}; root www; access_log off; location / { } }`,
    ),
  );
  const first = await session(undefined);
  expect(first.resumed).toBe(false);
  for (let round = 0; round < 2; round++) {
    expect((await upgrade()).code).toBe(0);
    expect((await session(first.ticket)).resumed).toBe(true);
  }
});
