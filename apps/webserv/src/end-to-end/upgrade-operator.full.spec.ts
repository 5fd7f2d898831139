// webserv upgrade by the admin address, and what that says meanwhile.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from '../testing/command.ts';
import { lives } from '../testing/lives.ts';
import { type Answer, get, Peer } from '../testing/peer.ts';
import { Releases } from '../testing/release.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

jest.setTimeout(120_000);

const UPGRADE = 'POST /upgrade HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

let site: TestSite;
let releases: Releases;
const commands: Command[] = [];

const door = (): string => join(site.folder, 'admin.sock');
const upgrade = () => new Command(['upgrade', '-c', join(site.folder, 'site.conf')]).ended;

/** Without a pid file: the server is found by its admin address. An hour would be too long for a test that waits for it. */
function conf(workers: number): string {
  return site.file(
    'site.conf',
    `workers ${workers}; admin unix:admin.sock; error_log error.log; drain_delay 1h;
     server { listen 127.0.0.1:0; root www; access_log off; location / { } }`,
  );
}

async function start(workers = 1, within: readonly string[] = []): Promise<Command> {
  const server = new Command(['-c', conf(workers)], {}, { main: releases.main, within });
  commands.push(server);
  await server.port();
  return server;
}

async function ask(request: string): Promise<Answer> {
  const peer = await Peer.open(door());
  const answer = await peer.send(request).answer();
  peer.close();
  return answer;
}

/** The number of the process that answers at the admin address, in the namespace where that process lives. */
async function serving(): Promise<number> {
  const { body } = await ask(get('/status.json', 'Connection: close\r\n'));
  return JSON.parse(String(body)).process.pid;
}

beforeEach(() => {
  site = new TestSite();
  site.aged('www/page.html', 'page');
  releases = new Releases(site.folder);
  releases.install('1.0.0');
});

afterEach(async () => {
  for (const command of commands.splice(0)) {
    command.kill('SIGKILL');
    await command.ended;
  }
  await site.close();
});

/** Looks whether the server is ready, on a connection for each look, or on one as long as it is kept. */
async function looks(kept: boolean, isOver: () => boolean): Promise<string[]> {
  const said: string[] = [];
  while (!isOver()) {
    const peer = await Peer.open(door());
    for (let open = true; open && !isOver(); ) {
      const answer = await peer
        .send(get('/readyz', kept ? '' : 'Connection: close\r\n'))
        .answer()
        .catch(() => null);
      // The process before closes a connection on which nothing has come, and a busy machine may be slow to send.
      if (answer !== null) said.push(`${answer.status} ${answer.body}`);
      open = kept && answer !== null && answer.headers.get('connection') !== 'close';
    }
    peer.close();
  }
  return said;
}

describe('an operator', () => {
  afterEach(async () => {
    // It holds what the first process has written to.
    const last = await serving().catch(() => 0);
    if (last > 0) process.kill(last, 'SIGKILL');
  });

  it.each([1, 2])('all through an upgrade of %i worker(s) the admin address says ready', async (workers) => {
    const server = await start(workers);
    let over = false;
    const watching = [false, true, true].map((kept) => looks(kept, () => over));
    try {
      for (let round = 0, old = server.pid; round < 3; round++) {
        expect((await upgrade()).code).toBe(0);
        await until(() => !lives(old));
        old = await serving();
      }
    } finally {
      over = true;
    }
    for (const said of await Promise.all(watching)) expect(new Set(said)).toEqual(new Set(['200 ready\n']));
  });

  it('POST /upgrade at the admin address upgrades, or says why nothing has changed', async () => {
    const server = await start();
    releases.install('2.0.0', () => 'process.exit(3)');
    const failed = await ask(UPGRADE);
    expect([failed.status, String(failed.body)]).toEqual([422, 'the new program has ended with code 3\n']);
    expect(await serving()).toBe(server.pid);

    const go = join(site.folder, 'go');
    releases.install('3.0.0', (program) => {
      return `const fs=require('fs');fs.writeFileSync('${go}.waits','');while(!fs.existsSync('${go}'));${program}`;
    });
    const upgraded = ask(UPGRADE);
    await until(() => existsSync(`${go}.waits`));
    expect((await ask(UPGRADE)).status).toBe(409);
    writeFileSync(go, '');
    const { status, body } = await upgraded;
    expect([status, String(body)]).toEqual([200, 'the configuration is served by a new process\n']);
    await until(() => !lives(server.pid));
    expect(await serving()).not.toBe(server.pid);
  });
});

describe('TERM', () => {
  it.each([1, 2])('while another process starts ends that one, with %i worker(s)', async (workers) => {
    const server = await start(workers);
    const waits = join(site.folder, 'waits');
    const hanging = (): number => (existsSync(waits) ? Number(readFileSync(waits, 'utf8')) : 0);
    releases.install('2.0.0', () => {
      return `require('fs').writeFileSync('${waits}',String(process.pid));setInterval(()=>{},60000);`;
    });
    const given = ask(UPGRADE);
    await until(() => hanging() > 0);
    server.kill('SIGTERM');
    expect((await given).status).toBe(422);
    expect(lives(hanging())).toBe(false);
    // It stands for an hour before it stops, and turns to nothing any more.
    const { status, body } = await ask(UPGRADE);
    expect([status, String(body)]).toEqual([422, 'the server is stopping\n']);
    expect((await ask(get('/readyz', 'Connection: close\r\n'))).status).toBe(503);
    expect(await serving()).toBe(server.pid);
  });
});

const CONTAINER = ['unshare', '--pid', '--mount-proc', '--fork', '--kill-child'];
const possible = (words: readonly string[]): boolean => {
  const [program = '', ...rest] = words;
  return process.platform === 'linux' && spawnSync(program, [...rest, 'true']).status === 0;
};

describe.each<[string, readonly string[], string]>([
  ['as the first process of a container', CONTAINER, 'this process is the first one'],
  ['as the child of its tini', [...CONTAINER, 'tini', '--'], 'tini, which has started this process,'],
])('%s', (_where, within, who) => {
  // It needs the rights for a namespace of processes, and tini.
  (possible(within) ? it : it.skip)('a server refuses to be followed, and serves on', async () => {
    await start(1, within);
    const before = await serving();
    expect(await upgrade()).toMatchObject({
      code: 1,
      stderr: `webserv: ${who} of a container, which ends with it: start a container of the new version beside it, and stop this one when that one is ready\n`,
    });
    expect(await serving()).toBe(before);
  });
});
