// Under a supervisor as systemd is one: sockets that are passed on, what the server says, and the units in deploy/systemd.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { Command } from '../testing/command.ts';
import { lives } from '../testing/lives.ts';
import { fetchOnce, get } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

const UNITS = resolve(__dirname, '../../../../deploy/systemd');
const MAIN = resolve(__dirname, '../../dist/main.js');

/** Prints each datagram as one line of JSON. */
const LISTENER = `
import json, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print(json.dumps("bound"), flush=True)
while True:
    print(json.dumps(s.recv(4096).decode()), flush=True)
`;

function has(program: string): boolean {
  return spawnSync('/bin/sh', ['-c', `command -v ${program}`]).status === 0;
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}

/** What a service says to its supervisor, as systemd would read it. */
class NotifyListener {
  readonly said: string[] = [];
  private readonly child: ChildProcess;
  private wake: () => void = () => {};

  constructor(path: string) {
    this.child = spawn('python3', ['-c', LISTENER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    let rest = '';
    this.child.stdout?.on('data', (bytes) => {
      const lines = `${rest}${bytes}`.split('\n');
      rest = lines.pop() ?? '';
      this.said.push(...lines.map((line) => JSON.parse(line) as string));
      this.wake();
    });
  }

  /** Waits for a message, and drops those before it. */
  async hears(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      for (let next = this.said.shift(); next !== undefined; next = this.said.shift()) {
        const found = pattern.exec(next);
        if (found !== null) return found;
      }
      await new Promise<void>((done) => {
        this.wake = done;
      });
    }
  }

  close(): Promise<void> {
    return new Promise((done) => {
      this.child.on('close', () => done());
      this.child.kill();
    });
  }
}

describe('under a supervisor', () => {
  let site: TestSite;

  beforeEach(() => {
    site = new TestSite();
    site.file('www/index.html', 'home');
  });

  afterEach(() => site.close());

  const config = (listen: string): string =>
    site.file('site.conf', `server { listen ${listen}; root www; access_log off; location / { } }`);

  // python3 may be missing: .ci/run installs it.
  (has('python3') ? it : it.skip)('says when it serves, opens its logs, lives and ends', async () => {
    const path = join(site.folder, 'notify');
    const listener = new NotifyListener(path);
    await listener.hears(/bound/);
    const env = { NOTIFY_SOCKET: path, WATCHDOG_USEC: '100000' };
    const command = new Command(['-c', config('127.0.0.1:0')], env);
    const [, port] = await listener.hears(/^READY=1\nSTATUS=serving on 127\.0\.0\.1:(\d+) \(\w+\)$/);
    expect((await fetchOnce(Number(port), get('/'))).body.toString()).toBe('home');
    await listener.hears(/^WATCHDOG=1$/);
    await listener.hears(/^WATCHDOG=1$/);
    command.kill('SIGHUP');
    await listener.hears(/^RELOADING=1\nMONOTONIC_USEC=\d+$/);
    await listener.hears(/^READY=1\n/);
    command.kill('SIGTERM');
    await listener.hears(/^STOPPING=1\nEXTEND_TIMEOUT_USEC=35000000$/);
    expect((await command.ended).code).toBe(0);
    await listener.close();
  });

  // python3 may be missing: .ci/run installs it.
  (has('python3') ? it : it.skip)('says which process follows it at an upgrade', async () => {
    const path = join(site.folder, 'notify');
    const listener = new NotifyListener(path);
    await listener.hears(/bound/);
    const env = { NOTIFY_SOCKET: path, WATCHDOG_USEC: '100000' };
    const command = new Command(['-c', config('127.0.0.1:0')], env);
    const [, first] = await listener.hears(/^READY=1\nSTATUS=serving on 127\.0\.0\.1:(\d+) /);
    command.kill('SIGURG');
    await listener.hears(/^RELOADING=1\n/);
    const [, pid] = await listener.hears(/^MAINPID=(\d+)$/);
    const [, second] = await listener.hears(/^READY=1\nSTATUS=serving on 127\.0\.0\.1:(\d+) /);
    expect(second).toBe(first);
    await until(() => !lives(command.pid));
    await listener.hears(/^WATCHDOG=1$/);
    process.kill(Number(pid), 'SIGTERM');
    await listener.hears(/^STOPPING=1\n/);
    await command.ended;
    await listener.close();
  });

  describe('with sockets', () => {
    // systemd may be missing: .ci/run installs it.
    const given = has('systemd-socket-activate') ? it : it.skip;

    /** The command, with a listening socket as descriptor 3. It starts at the first connection. */
    const activated = (port: number, words: string[]): Command =>
      new Command(
        words,
        {},
        { limit: `exec systemd-socket-activate -l 127.0.0.1:${port} --fdname=web "$0" "$@"` },
      );

    given('serves on the one that is passed on', async () => {
      const port = await freePort();
      const command = activated(port, ['-c', config(`127.0.0.1:${port}`)]);
      await command.says(/Listening on/);
      // The client that starts it is served too: it waits in the queue of the socket.
      expect((await fetchOnce(port, get('/'))).body.toString()).toBe('home');
      expect(await command.port()).toBe(port);
      expect((await fetchOnce(port, get('/'))).body.toString()).toBe('home');
      command.kill('SIGTERM');
      expect((await command.ended).code).toBe(0);
    });

    given('refuses one that no listen names', async () => {
      const port = await freePort();
      const command = activated(port, ['-c', config('127.0.0.1:0')]);
      await command.says(/Listening on/);
      await fetchOnce(port, get('/')).catch(() => {});
      const { code, stderr } = await command.ended;
      expect(code).toBe(1);
      expect(stderr).toContain(
        `the socket "web" that was passed on is 127.0.0.1:${port}, and no listen names that address: add "listen 127.0.0.1:${port};"`,
      );
    });
  });

  it('refuses what is no socket', async () => {
    const limit = 'exec 3</dev/null; export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=odd';
    const { code, stderr } = await new Command(['-c', config('127.0.0.1:0')], {}, { limit }).ended;
    expect(code).toBe(1);
    expect(stderr).toContain('the descriptor "odd" that was passed on is no listening socket: ENOTSOCK');
  });

  // systemd may be missing: .ci/run installs it.
  (has('systemd-analyze') ? it : it.skip)('runs by units without a fault', () => {
    const { stdout: version } = spawnSync('systemctl', ['--version'], { encoding: 'utf8' });
    const older = Number(/^systemd (\d+)/.exec(version)?.[1]) < 253;
    const unit = readFileSync(join(UNITS, 'webserv.service'), 'utf8').replace('/usr/bin/webserv', MAIN);
    expect(unit).toContain('Type=notify-reload');
    // Type=notify-reload came with systemd 253.
    site.file('units/webserv.service', older ? unit.replace(/^Type=notify-reload$/m, 'Type=notify') : unit);
    writeFileSync(join(site.folder, 'units/webserv.socket'), readFileSync(join(UNITS, 'webserv.socket')));
    const files = ['service', 'socket'].map((kind) => join(site.folder, `units/webserv.${kind}`));
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', ...files], { encoding: 'utf8' });
    expect([verified.status, verified.stderr]).toEqual([0, '']);
    const security = ['security', '--offline=yes', '--threshold=20', files[0] as string];
    expect(spawnSync('systemd-analyze', security).status).toBe(0);
  });
});
