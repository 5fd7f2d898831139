// deploy/haproxy on two machines: real keepalived moves the address of the site from one to the other, and real HAProxy serves
// by it. Each machine has a network namespace, so that the files are run as they are shipped, with their own addresses.

import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pairFor } from '../testing/certificates.ts';
import { Command } from '../testing/command.ts';
import { ip, Network } from '../testing/network.ts';
import { TestSite } from '../testing/site.ts';
import { ended, until } from '../testing/until.ts';

const SHIPPED = resolve(__dirname, '../../../../deploy/haproxy');
/** What clients ask for: the address that moves. */
const ADDRESS = '192.0.2.10';
const HOST = 'www.example.org';
const SERVERS = { web1: '192.0.2.11', web2: '192.0.2.12' };
const NETWORK = new Network('192.0.2.1', { first: '192.0.2.8', second: '192.0.2.9', ...SERVERS });

// keepalived notices by checks and notices of one second each, some of them in a row.
jest.setTimeout(120_000);

/** One of the two machines with HAProxy and keepalived. */
class Balancer {
  private readonly name: string;
  private readonly site: TestSite;
  private readonly rules: string;
  private readonly children: ChildProcess[] = [];
  private haproxy: ChildProcess | null = null;
  private keepalived: ChildProcess | null = null;
  private log = '';
  /** What its monitor of addresses has said. */
  private changes = '';
  private marks = 0;
  private complaints = '';

  /** @param rules the file of keepalived */
  constructor(name: string, site: TestSite, rules: string) {
    this.name = name;
    this.site = site;
    this.rules = join(SHIPPED, rules);
  }

  async begin(): Promise<void> {
    this.start('ip', '-o', 'monitor', 'address').stdout?.on('data', (bytes) => {
      this.changes += bytes;
    });
    await this.seesAll();
    this.haproxy = this.startHaproxy();
    this.keepalived = this.startKeepalived();
  }

  /** For each time that it got the address or lost it: whether it got it. */
  get moves(): boolean[] {
    const lines = this.changes.split('\n').filter((line) => line.includes(`${ADDRESS}/`));
    return lines.map((line) => !line.startsWith('Deleted'));
  }

  /** Whether it has the address now. */
  get has(): boolean {
    return this.moves.at(-1) ?? false;
  }

  /** Waits until it has seen all that has changed: then it sees one more change, which means nothing. */
  async seesAll(): Promise<void> {
    const mark = `127.0.1.${++this.marks}/8`;
    await until(() => {
      ip(`-n ${NETWORK.namespace(this.name)} address replace ${mark} dev lo`);
      return this.changes.includes(mark);
    });
  }

  /** Throws what its programs have complained of, if one has ended that should not. */
  expectRunning(): void {
    for (const { exitCode } of this.children) if (exitCode) throw new Error(this.complaints);
  }

  /** Whether its HAProxy has answered a request for this path. It logs each when it has ended. */
  answered(path: string): boolean {
    return this.log.includes(`${path} `);
  }

  /** What an operator fears, and how it is over again. */
  readonly troubles: Readonly<Record<string, readonly [begin: () => void, end: () => void | Promise<void>]>> =
    {
      'HAProxy is killed': [
        () => this.haproxy?.kill('SIGKILL'),
        async () => {
          if (this.haproxy !== null) await ended(this.haproxy);
          this.haproxy = this.startHaproxy();
        },
      ],
      // It is there, and its port takes connections.
      'HAProxy hangs': [() => this.haproxy?.kill('SIGSTOP'), () => void this.haproxy?.kill('SIGCONT')],
      // It gives the address up before it ends, and another one would not start until then.
      'keepalived stops': [
        () => this.keepalived?.kill('SIGTERM'),
        async () => {
          if (this.keepalived !== null) await ended(this.keepalived);
          this.keepalived = this.startKeepalived();
        },
      ],
      'its cable is pulled': [
        () => NETWORK.connect(this.name, false),
        () => NETWORK.connect(this.name, true),
      ],
    };

  async stop(): Promise<void> {
    for (const child of this.children) {
      // HAProxy that hangs goes on to end.
      child.kill('SIGCONT');
      child.kill('SIGTERM');
    }
    for (const child of this.children) await ended(child);
  }

  private startHaproxy(): ChildProcess {
    const child = this.start('haproxy', '-db', '-f', join(this.site.folder, 'haproxy.cfg'));
    child.stdout?.on('data', (bytes) => {
      this.log += bytes;
    });
    return child;
  }

  private startKeepalived(): ChildProcess {
    const pid = (kind: string): string => join(this.site.folder, `${this.name}-${kind}.pid`);
    return this.start('keepalived', '-n', '-p', pid('all'), '-r', pid('vrrp'), '-f', this.rules);
  }

  private start(...words: string[]): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', NETWORK.namespace(this.name), ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // keepalived ends its whole process group.
      detached: true,
    });
    child.stderr?.on('data', (bytes) => {
      this.complaints += bytes;
    });
    this.children.push(child);
    return child;
  }
}

const installed = spawnSync('/bin/sh', ['-c', 'command -v curl haproxy keepalived']).status === 0;

// .ci/run installs the programs. Networks of one's own take Linux and root.
(installed && Network.possible ? describe : describe.skip)('the address of two machines', () => {
  let site: TestSite;
  let first: Balancer;
  let second: Balancer;
  const servers: Command[] = [];
  let asked = 0;

  /** Asks by the address that moves, once. @returns the path, or '' without an answer in so many seconds */
  function ask(seconds: number): Promise<string> {
    const path = `/?${++asked}`;
    const words = [
      ...['--silent', '--fail', '--max-time', `${seconds}`, '--cacert', join(site.folder, 'certs/site.pem')],
      ...['--resolve', `${HOST}:443:${ADDRESS}`, `https://${HOST}${path}`],
    ];
    return new Promise((done) => {
      execFile('ip', ['netns', 'exec', NETWORK.namespace(), 'curl', ...words], (error, body) =>
        done(error === null && body === 'home' ? path : ''),
      );
    });
  }

  /** Waits until one has the address and the other does not, and requests by it are answered there. */
  async function isAt(one: Balancer, other: Balancer): Promise<void> {
    const moves = (): number => one.moves.length + other.moves.length;
    let before: number;
    let found: boolean[];
    let lost: boolean;
    do {
      await until(() => {
        for (const each of [one, other]) each.expectRunning();
        return one.has && !other.has;
      });
      before = moves();
      let path = '';
      await until(async () => {
        path = await ask(1);
        return path !== '';
      });
      await until(() => one.answered(path) || other.answered(path));
      found = [one.answered(path), other.answered(path)];
      // From there on none fails.
      lost = false;
      for (let request = 0; request < 10 && !lost; request++) lost = (await ask(30)) === '';
      // A check that comes late on a busy machine moves the address away and back: then nothing is known.
      for (const each of [one, other]) await each.seesAll();
    } while (moves() > before);
    expect({ found, lost }).toEqual({ found: [true, false], lost: false });
  }

  beforeAll(async () => {
    site = new TestSite();
    first = new Balancer('first', site, 'keepalived.conf');
    second = new Balancer('second', site, 'keepalived-backup.conf');
    NETWORK.make();
    site.file('www/index.html', 'home');
    const { certificate, key } = pairFor(HOST);
    site.file('certs/site.pem', `${certificate}${key}`);
    const shipped = (name: string): string => readFileSync(join(SHIPPED, name), 'utf8');
    const conf = site.file(
      'webserv.conf',
      shipped('webserv.conf').replace('/srv/www', join(site.folder, 'www')),
    );
    site.file(
      'haproxy.cfg',
      // Without the privilege to raise its own limit of descriptors.
      shipped('haproxy.cfg')
        .replace('/etc/haproxy/certs/', join(site.folder, 'certs/'))
        .replace('maxconn 20000', 'maxconn 500'),
    );
    for (const name of Object.keys(SERVERS)) {
      const within = ['ip', 'netns', 'exec', NETWORK.namespace(name)];
      const server = new Command(['-c', conf], {}, { within });
      servers.push(server);
      await server.port();
    }
    for (const each of [first, second]) await each.begin();
    await isAt(first, second);
  });

  afterAll(async () => {
    for (const server of servers) server.kill('SIGKILL');
    await Promise.all([first, second].map((each) => each.stop()));
    for (const server of servers) await server.ended;
    await site.close();
  });

  // In any case, also if one before it fails.
  afterAll(() => NETWORK.drop());

  it.each(['HAProxy is killed', 'HAProxy hangs', 'keepalived stops', 'its cable is pulled'])(
    'is at the second one while of the first %s, and comes back',
    async (name) => {
      const [begin, end] = first.troubles[name]!;
      begin();
      await isAt(second, first);
      await end();
      await isAt(first, second);
    },
  );
});
