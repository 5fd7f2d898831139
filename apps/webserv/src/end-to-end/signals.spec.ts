import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from '../testing/command.ts';
import { fetchOnce, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

let site: TestSite;
let command: Command;
const peers: Peer[] = [];

beforeEach(() => {
  site = new TestSite();
  site.file('static/page.html', 'a page');
  site.file('up/.keep');
});

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  command.kill('SIGKILL');
  await command.ended;
  await site.close();
});

function start(main = ''): Promise<number> {
  const conf = site.file(
    'site.conf',
    `error_log error.log; ${main}
     server {
       listen 127.0.0.1:0; root static; access_log access.log combined flush=1h; max_connect 100;
       location / { method GET; }
       location /up { method POST; upload_path up; }
     }`,
  );
  command = new Command(['-c', conf]);
  return command.port();
}

async function open(port: number): Promise<Peer> {
  const peer = await Peer.open(port);
  peers.push(peer);
  return peer;
}

/** An upload that the server has begun to take in. */
async function beginUpload(port: number): Promise<Peer> {
  const peer = await open(port);
  peer.send('POST /up/new HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 8\r\n\r\n');
  await peer.until((bytes) => bytes.includes('100 Continue'));
  return peer.send('half');
}

function log(name = 'access.log'): string {
  const path = join(site.folder, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** Nobody is accepted any more. */
async function refused(port: number): Promise<void> {
  for (;;) {
    try {
      (await Peer.open(port)).close();
    } catch {
      return;
    }
  }
}

it.each(['SIGTERM', 'SIGQUIT'] as const)(
  '%s lets a request under way end, and nobody idle holds it up',
  async (signal) => {
    const port = await start();
    const silent = await open(port);
    const idle = await open(port);
    await idle.send(get('/page.html')).answer();
    const upload = await beginUpload(port);
    command.kill(signal);
    await refused(port);
    await Promise.all([silent.closed, idle.closed]);
    const answer = await upload.send('half').answer();
    expect([answer.status, answer.headers.get('connection')]).toEqual([201, 'close']);
    await upload.closed;
    upload.close();
    expect((await command.ended).code).toBe(0);
    expect(readFileSync(join(site.folder, 'up/new'), 'utf8')).toBe('halfhalf');
    expect(log().match(/ (200|201) /g)).toHaveLength(2);
  },
);

it.each([
  ['SIGTERM', 'SIGTERM'],
  ['SIGTERM', 'SIGINT'],
  ['SIGQUIT', 'SIGTERM'],
  ['SIGQUIT', 'SIGINT'],
] as const)('%s, and then %s, cuts what is under way', async (first, second) => {
  const port = await start('stop_timeout 1h;');
  const upload = await beginUpload(port);
  command.kill(first);
  await refused(port);
  // Two that come together are one: somebody in between has passed it on.
  await new Promise((resolve) => setTimeout(resolve, 200));
  command.kill(second);
  expect((await command.ended).code).toBe(0);
  await upload.closed;
  expect(log()).toMatch(/"POST \/up\/new HTTP\/1\.1" 499 0 .*place=shutdown\n$/);
});

it('SIGINT alone cuts at once', async () => {
  const port = await start('stop_timeout 1h;');
  await beginUpload(port);
  command.kill('SIGINT');
  expect((await command.ended).code).toBe(0);
});

it.each(['SIGTERM', 'SIGQUIT'] as const)('%s cuts when stop_timeout is over', async (signal) => {
  const port = await start('stop_timeout 100ms;');
  await beginUpload(port);
  command.kill(signal);
  expect((await command.ended).code).toBe(0);
  expect(log()).toMatch(/ 499 0 .*place=shutdown\n$/);
});

it.each(['SIGHUP', 'SIGUSR1'] as const)(
  '%s writes the logs, opens them anew, and goes on',
  async (signal) => {
    const port = await start();
    const kept = await open(port);
    await kept.send(get('/page.html?before')).answer();
    renameSync(join(site.folder, 'access.log'), join(site.folder, 'access.log.1'));
    command.kill(signal);
    await until(() => existsSync(join(site.folder, 'access.log')) && log('access.log.1') !== '');
    expect(log('access.log.1')).toMatch(/\?before/);
    expect((await kept.send(get('/page.html?after')).answer()).status).toBe(200);
    command.kill(signal);
    await until(() => log().includes('?after'));
  },
);

it('no other signal that a server may get ends it', async () => {
  const port = await start();
  for (const signal of ['SIGPIPE', 'SIGUSR2', 'SIGWINCH', 'SIGCONT', 'SIGCHLD'] as const)
    command.kill(signal);
  await until(() => log('error.log').includes('cache'));
  expect((await fetchOnce(port, get('/page.html'))).status).toBe(200);
});

it.each([0, 20, 40, 60, 80, 100, 150])('SIGTERM %d ms after the start of the process ends it', async (ms) => {
  const started = start().catch(() => 0);
  await new Promise((resolve) => setTimeout(resolve, ms));
  command.kill('SIGTERM');
  const { code } = await command.ended;
  expect(code === null || code === 0).toBe(true);
  await started;
});
