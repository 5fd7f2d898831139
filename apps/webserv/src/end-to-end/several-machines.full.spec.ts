// Real HAProxy, with deploy/haproxy/haproxy.cfg, before three servers that share a folder: restarts in turn and kills under a
// mixed load. HAProxy and each server have a network namespace of their own; clients come by a unix socket.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { Command } from '../testing/command.ts';
import { Network } from '../testing/network.ts';
import { TestSite } from '../testing/site.ts';
import { ended, until } from '../testing/until.ts';

const CONFIG = resolve(__dirname, '../../../../deploy/haproxy/haproxy.cfg');
const NAMES = ['web1', 'web2', 'web3'] as const;
type Name = (typeof NAMES)[number];
/** Restarts in turn, and kills. */
const RESTARTS = Number(process.env['WEBSERV_RESTARTS'] ?? 9);
const KILLS = Math.max(6, RESTARTS / 5);
const CLIENTS = 12;
const LARGE = 200_000;

jest.setTimeout(120_000 + (RESTARTS + KILLS) * 10_000);

/** As in HAProxy's file. HAProxy itself is where the switch is. */
const HOSTS: Readonly<Record<Name, string>> = {
  web1: '192.0.2.11',
  web2: '192.0.2.12',
  web3: '192.0.2.13',
};
const NETWORK = new Network('192.0.2.8', HOSTS);

interface Answer {
  readonly status: number;
  readonly tag: string;
  readonly body: Buffer;
}

/** Asks HAProxy at its socket. */
function send(
  agent: Agent,
  socketPath: string,
  method: string,
  path: string,
  range = '',
  body = '',
): Promise<Answer> {
  return new Promise((done, fail) => {
    const headers = range === '' ? {} : { Range: range };
    const sent = request({ socketPath, path, method, headers, agent }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('end', () => {
        const { statusCode = 0, headers: fields } = answer;
        done({ status: statusCode, tag: fields.etag ?? '', body: Buffer.concat(pieces) });
      });
      answer.on('error', fail);
    });
    sent.on('error', fail);
    sent.end(body);
  });
}

/** Whether somebody listens on a socket. */
function answers(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path, () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => done(false));
  });
}

/** One request that did not end as it should, and when it began. */
interface Loss {
  readonly what: string;
  readonly began: number;
}

/** Clients that ask one thing after another: a page, a part of a large file, an upload. */
class Load {
  readonly losses: Loss[] = [];
  readonly uploads: string[] = [];
  done = 0;
  private readonly socketPath: string;
  private readonly name: string;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  private running = true;
  private readonly ends: Promise<void>[];

  /** @param name begins the names of its uploads */
  constructor(socketPath: string, name: string) {
    this.socketPath = socketPath;
    this.name = name;
    this.ends = Array.from({ length: CLIENTS }, (_, client) => this.client(client));
  }

  async stop(): Promise<void> {
    this.running = false;
    await Promise.all(this.ends);
    this.agent.destroy();
  }

  private async client(client: number): Promise<void> {
    for (let turn = 0; this.running; turn++) {
      const began = performance.now();
      const problem = await this.ask(client, turn).catch((error: Error) => error.message);
      if (problem !== '') this.losses.push({ what: problem, began });
      this.done++;
    }
  }

  private async ask(client: number, turn: number): Promise<string> {
    const { agent, socketPath } = this;
    if (turn % 3 === 0) {
      const { status, body } = await send(agent, socketPath, 'GET', '/');
      return status === 200 && body.toString() === 'home' ? '' : `page ${status}`;
    }
    if (turn % 3 === 1) {
      const from = (client * 1000 + turn) % LARGE;
      const { status, body } = await send(agent, socketPath, 'GET', '/large.bin', `bytes=${from}-`);
      const right = status === 206 && body.length === LARGE - from && body.every((byte) => byte === 0x61);
      return right ? '' : `range ${status} ${body.length}`;
    }
    const name = `${this.name}-${client}-${turn}.txt`;
    const { status } = await send(agent, socketPath, 'POST', `/up/${name}`, '', name.repeat(100));
    if (status === 201) this.uploads.push(name);
    return status === 201 ? '' : `upload ${status}`;
  }
}

const installed = spawnSync('/bin/sh', ['-c', 'command -v haproxy']).status === 0;

// haproxy and ip may be missing: .ci/run installs them. Networks of one's own take root.
(installed && Network.possible ? describe : describe.skip)('three servers behind HAProxy', () => {
  let site: TestSite;
  let front = '';
  let proxy: ChildProcess | undefined;
  let load: Load | undefined;
  let said = '';
  const servers = new Map<Name, Command>();

  async function start(name: Name): Promise<void> {
    const conf = site.file(
      `${name}.conf`,
      `drain_delay 1s; admin ${HOSTS[name]}:9090 public;
      server {
        listen ${HOSTS[name]}:8080 proxy_protocol; listen ${HOSTS[name]}:8081;
        max_connect_per_address 0; max_share_per_address 100; access_log off;
        root www; location / { }
        location /up { root shared; upload_path shared; method GET POST; }
      }`,
    );
    const within = ['ip', 'netns', 'exec', NETWORK.namespace(name)];
    const command = new Command(['-c', conf], {}, { within });
    servers.set(name, command);
    await command.port();
  }

  /** Says something to HAProxy on its socket. */
  function tell(words: string): Promise<string> {
    return new Promise((done, fail) => {
      const socket = connect(join(site.folder, 'admin.sock'), () => socket.end(`${words}\n`));
      let answer = '';
      socket.on('data', (bytes) => {
        answer += bytes;
      });
      socket.on('close', () => done(answer));
      socket.on('error', fail);
    });
  }

  /** Waits until HAProxy finds a server up and sends requests to it. */
  function isUp(name: Name): Promise<void> {
    return until(async () => {
      const line = (await tell('show stat')).split('\n').find((each) => each.startsWith(`webserv,${name},`));
      return line?.split(',')[17] === 'UP';
    });
  }

  beforeAll(async () => {
    site = new TestSite();
    NETWORK.make();
    site.file('www/index.html', 'home');
    site.file('www/large.bin', 'a'.repeat(LARGE));
    site.file('shared/.keep', '');
    front = join(site.folder, 'front.sock');
    const admin = join(site.folder, 'admin.sock');
    for (const name of NAMES) await start(name);
    const text = readFileSync(CONFIG, 'utf8')
      .replace('bind :80', `bind unix@${front}`)
      .replace(/^ *bind :443.*\n/m, '')
      .replace(/^ *http-request redirect scheme.*\n/m, '')
      .replace('global\n', `global\n    stats socket ${admin} level admin\n`)
      .replace('maxconn 20000', 'maxconn 500')
      .replace('inter 1s', 'inter 100ms');
    const child = spawn(
      'ip',
      ['netns', 'exec', NETWORK.namespace(), 'haproxy', '-db', '-f', site.file('haproxy.cfg', text)],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    proxy = child;
    child.stderr.on('data', (bytes) => {
      said += bytes;
    });
    await until(() => {
      if (child.exitCode !== null) throw new Error(said);
      // Its file is there a moment before somebody listens.
      return answers(admin);
    });
    for (const name of NAMES) await isUp(name);
  });

  afterEach(() => load?.stop());

  afterAll(async () => {
    proxy?.kill('SIGKILL');
    for (const command of servers.values()) command.kill('SIGKILL');
    for (const command of servers.values()) await command.ended;
    if (proxy !== undefined) await ended(proxy);
    await site.close();
  });

  // In any case, also if one before it fails.
  afterAll(() => NETWORK.drop());

  it('loses no request when they are restarted in turn', async () => {
    load = new Load(front, 'restarts');
    for (let restart = 0; restart < RESTARTS; restart++) {
      const name = NAMES[restart % NAMES.length] as Name;
      servers.get(name)?.kill('SIGTERM');
      expect((await servers.get(name)?.ended)?.code).toBe(0);
      await start(name);
      await isUp(name);
    }
    await load.stop();
    expect(load.losses).toEqual([]);
    expect(load.done).toBeGreaterThan(RESTARTS * CLIENTS);
    const stored = new Set(readdirSync(join(site.folder, 'shared')));
    expect(load.uploads.filter((name) => !stored.has(name))).toEqual([]);
  });

  it('loses only what a killed server had under way', async () => {
    load = new Load(front, 'kills');
    for (let kill = 0; kill < KILLS; kill++) {
      const name = NAMES[kill % NAMES.length] as Name;
      const before = load.losses.length;
      servers.get(name)?.kill('SIGKILL');
      await servers.get(name)?.ended;
      const gone = performance.now();
      await start(name);
      await isUp(name);
      const losses = load.losses.slice(before);
      expect(losses.filter(({ began }) => began > gone)).toEqual([]);
      // Each client has one request under way.
      expect(losses.length).toBeLessThanOrEqual(CLIENTS);
    }
    await load.stop();
    for (const name of load.uploads) {
      expect(readFileSync(join(site.folder, 'shared', name), 'utf8')).toBe(name.repeat(100));
    }
  });

  it('goes on with a download at another server', async () => {
    const agent = new Agent();
    const from = async (name: Name, range: string): Promise<Answer> => {
      for (const each of NAMES)
        await tell(`set server webserv/${each} state ${each === name ? 'ready' : 'maint'}`);
      await isUp(name);
      return send(agent, front, 'GET', '/large.bin', range);
    };
    const [first, second, third] = [
      await from('web1', 'bytes=0-9'),
      await from('web2', 'bytes=10-99'),
      await from('web3', 'bytes=100-'),
    ];
    for (const name of NAMES) await tell(`set server webserv/${name} state ready`);
    expect(first.tag).toMatch(/^".+"$/);
    expect([second.tag, third.tag]).toEqual([first.tag, first.tag]);
    expect([first, second, third].map(({ status, body }) => [status, body.length])).toEqual([
      [206, 10],
      [206, 90],
      [206, LARGE - 100],
    ]);
  });
});
