import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from '../testing/command.ts';
import { installed } from '../testing/installed.ts';
import { fetchOnce, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

let site: TestSite;
let command: Command | null;

beforeEach(() => {
  site = new TestSite();
  command = null;
  site.file('static/index.html', 'home');
  site.file('static/page.html', 'page');
  mkdirSync(join(site.folder, 'uploads'));
});

afterEach(async () => {
  command?.kill('SIGKILL');
  await command?.ended;
  await site.close();
});

/** Starts the built server over these lines. @returns its port */
function start(main: string, server: string, limit = ''): Promise<number> {
  const conf = site.file(
    'site.conf',
    `error_log error.log info text flush=1ms;
${main}
server {
  listen 127.0.0.1:0; root static; default_file index.html; access_log access.log combined flush=10ms;
  ${server}
  location / { method GET POST DELETE; upload_path uploads; }
}`,
  );
  command = new Command(['-c', conf], {}, { limit });
  return command.port();
}

function errorLog(): string {
  return readFileSync(join(site.folder, 'error.log'), 'utf8');
}

function uploads(): string[] {
  return readdirSync(join(site.folder, 'uploads'));
}

/** Only root can become somebody else; CI runs as root. */
const asRoot = process.getuid?.() === 0 && process.platform === 'linux' ? describe : describe.skip;

asRoot('started as root, with a user', () => {
  const NOBODY = 65_534;

  beforeEach(() => {
    chmodSync(site.folder, 0o755);
    chownSync(join(site.folder, 'uploads'), NOBODY, NOBODY);
  });

  it('it serves as that user alone, with its uploads, its scripts and its logs', async () => {
    const script = site.file(
      'static/who.sh',
      '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"; id -u; id -G\n',
    );
    chmodSync(script, 0o755);
    const port = await start('user nobody;', 'location /who { method GET; cgi who.sh; }');
    const status = readFileSync(`/proc/${(command as Command).pid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
    expect(status).toMatch(/^Gid:\t65534\t65534\t65534\t65534$/m);
    expect(status).toMatch(/^Groups:\t65534 ?$/m);
    expect((await fetchOnce(port, get('/'))).status).toBe(200);
    expect((await fetchOnce(port, get('/who/who.sh'))).body.toString()).toBe('65534\n65534\n');
    const post = 'POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx';
    expect((await fetchOnce(port, post)).status).toBe(201);
    expect(statSync(join(site.folder, 'uploads/up')).uid).toBe(NOBODY);
    for (const log of ['access.log', 'error.log']) expect(statSync(join(site.folder, log)).uid).toBe(NOBODY);
  });

  it('its logs can be opened anew where the folder lets it, and are reported where not', async () => {
    const port = await start('user nobody;', '');
    const log = join(site.folder, 'access.log');
    renameSync(log, `${log}.1`);
    command?.kill('SIGUSR1');
    await until(() => errorLog().includes('access.log'));
    expect(errorLog()).toMatch(/access\.log.*EACCES/);
    chownSync(site.folder, NOBODY, NOBODY);
    command?.kill('SIGUSR1');
    await until(() => existsSync(log));
    await fetchOnce(port, get('/after'));
    await until(() => readFileSync(log, 'utf8').includes('/after'));
  });

  it('an account that is not there is an error with its place, also for a check', async () => {
    const conf = site.file(
      'bad.conf',
      'user no-such-account;\nserver { listen 127.0.0.1:0; root static; location / { } }\n',
    );
    for (const words of [
      ['-c', conf],
      ['-t', '-c', conf],
    ]) {
      const { code, stderr } = await new Command(words).ended;
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/bad\.conf:1:1: error: there is no account "no-such-account"/),
      ]);
    }
  });

  it('a folder that it cannot write is an error with its place', async () => {
    chownSync(join(site.folder, 'uploads'), 0, 0);
    await expect(start('user nobody;', '')).rejects.toThrow(
      /site\.conf:6:\d+: error: "nobody" cannot write ".*uploads"/,
    );
  });

  it('a script that it cannot run is an error with its place, also for a check', async () => {
    chmodSync(site.file('static/mine.sh', '#!/bin/sh\n'), 0o700);
    chmodSync(site.file('static/run.mine', '#!/bin/sh\n'), 0o600);
    chmodSync(site.file('program', '#!/bin/sh\n'), 0o700);
    const conf = site.file(
      'bad.conf',
      `user nobody;
server {
  listen 127.0.0.1:0; root static; access_log off; error_log off;
  location / { cgi mine.sh; cgi run.mine; cgi .mine ./program; }
}
`,
    );
    for (const words of [
      ['-c', conf],
      ['-t', '-c', conf],
    ]) {
      const { code, stderr } = await new Command(words).ended;
      expect(code).toBe(1);
      expect(stderr).toMatch(/bad\.conf:4:16: error: "nobody" cannot run ".*\/static\/mine\.sh"/);
      expect(stderr).toMatch(/bad\.conf:4:29: error: "nobody" cannot read ".*\/static\/run\.mine"/);
      expect(stderr).toMatch(/bad\.conf:4:43: error: "nobody" cannot run ".*\/program"/);
    }
  });

  // Skipped elsewhere: only Linux shows by /proc what a process was started with.
  const itOnLinux = process.platform === 'linux' ? it : it.skip;

  itOnLinux('a script of its own account cannot read what it was started with', async () => {
    chmodSync(site.folder, 0o777);
    const script =
      "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; cat /proc/$PPID/environ 2>&1; ls /proc/$PPID/fd 2>&1\n";
    chmodSync(site.file('static/read.sh', script), 0o755);
    const conf = site.file(
      'site.conf',
      'error_log error.log;\nserver { listen 127.0.0.1:0; root static; access_log off; location / { cgi read.sh; } }\n',
    );
    command = new Command(
      ['-c', conf],
      { SOME_SECRET: 'nobody may know' },
      {
        limit: 'exec setpriv --reuid=65534 --regid=65534 --clear-groups "$0" "$@"',
        main: installed(site.folder),
      },
    );
    const { body } = await fetchOnce(await command.port(), get('/read.sh'));
    expect(body.toString()).not.toContain('nobody may know');
    expect(body.toString()).toMatch(/environ: Permission denied[\s\S]*fd'?: Permission denied/);
  });

  it('and when it is not root, that is a warning', async () => {
    chmodSync(join(site.folder, 'uploads'), 0o777);
    chmodSync(site.folder, 0o777);
    const conf = site.file(
      'site.conf',
      'error_log error.log;\nuser www-data;\nserver { listen 127.0.0.1:0; root static; access_log off; location / { } }\n',
    );
    command = new Command(
      ['-c', conf],
      {},
      {
        limit: 'exec setpriv --reuid=65534 --regid=65534 --clear-groups "$0" "$@"',
        main: installed(site.folder),
      },
    );
    await command.port();
    await until(() => errorLog().includes('only root'));
    expect(errorLog()).toMatch(/\[warn\] user www-data: only root can become somebody else/);
  });
});

it('on a machine that it cannot run on it says so, and nothing else', async () => {
  const preload = site.file('arm.cjs', "Object.defineProperty(process, 'arch', { value: 'arm' });");
  command = new Command(['--version'], { NODE_OPTIONS: `--require=${preload}` });
  const { code, stdout, stderr } = await command.ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^webserv runs on 64-bit machines \(.*\); this is arm\n$/);
});

describe('what the server was handed by whoever started it', () => {
  // Skipped elsewhere: only Linux lists what another process has open.
  const itOnLinux = process.platform === 'linux' ? it : it.skip;

  itOnLinux('stays with it: no script gets a descriptor, nor a lock', async () => {
    // A supervisor that holds its lock, and leaves more open than it knows of.
    const lock = site.file('lock');
    site.file('static/held.sh', `#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; ls -l /dev/fd/\n`);
    chmodSync(join(site.folder, 'static/held.sh'), 0o755);
    const handed = ['9', '20', '200'].map((fd) => `exec ${fd}>"${lock}"`).join('; ');
    // dash knows one digit: a shell that knows more hands them on.
    const port = await start(
      '',
      'location /s { cgi held.sh; }',
      `true; exec bash -c '${handed}; exec "$0" "$@"' "$0" "$@"`,
    );
    // A server that runs scripts is closed to its own account.
    if (process.getuid?.() === 0) {
      expect(readdirSync(`/proc/${command?.pid}/fd`)).toEqual(expect.arrayContaining(['9', '20', '200']));
    }
    const { body } = await fetchOnce(port, get('/s/held.sh'));
    expect(body.toString()).toMatch(/ 0 -> .* 1 -> .* 2 -> /s);
    expect(body.toString()).not.toContain('lock');
  });
});

describe('out of descriptors', () => {
  it('accepting rests and goes on, those who are here are served, and the log has one line of it', async () => {
    const port = await start('', 'max_connect 1000; cache_size 0; min_rate 0;', 'ulimit -n 48');
    const peers: Peer[] = [];
    const told = (): number =>
      errorLog()
        .split('\n')
        .filter((line) => line.includes('accept:')).length;
    // Busy ones: a body under way. Nobody is idle or slow with a head, so nobody can be closed to make room.
    const head = (name: number): string => `POST /${name} HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n`;
    while (told() === 0) peers.push((await Peer.open(port)).send(head(peers.length)));
    const waiting = await Peer.open(port);
    const answered = waiting.send(get('/')).answer();
    // The first ones are connected: their file is opened although all descriptors have been used up.
    for (const peer of peers.splice(0, 8)) {
      expect((await peer.send('page').answer()).status).toBe(201);
      peer.close();
    }
    // A client that closes makes room for the next one in the backlog, and in the end for the last one.
    for (const peer of peers) peer.close();
    expect((await answered).status).toBe(200);
    expect(told()).toBe(1);
    waiting.close();
  });
});

describe('killed in the middle of an upload', () => {
  const SIZE = 3 << 20;
  const HEAD = `POST /big HTTP/1.1\r\nHost: a\r\nContent-Length: ${SIZE}\r\n\r\n`;
  const BODY = Buffer.alloc(SIZE, 'abcdefghijklm');

  // With its head alone an upload is nothing on the disk.
  it.each([1, 2, 100_000, 1_000_000, SIZE - 1, SIZE])(
    'after %d bytes, nothing of it is in sight after the next start',
    async (bytes) => {
      const port = await start('', 'body_size 10m;');
      const peer = await Peer.open(port);
      peer.send(HEAD).send(BODY.subarray(0, bytes));
      await until(() => uploads().some((name) => name.endsWith('.part') || name === 'big'));
      command?.kill('SIGKILL');
      await command?.ended;
      peer.close();
      // Whole under its name, or not under its name at all.
      if (uploads().includes('big')) {
        expect(readFileSync(join(site.folder, 'uploads/big')).equals(BODY)).toBe(true);
      }
      const again = await start('', 'body_size 10m;');
      expect(uploads().filter((name) => name !== 'big')).toEqual([]);
      const stored = uploads().includes('big') ? 409 : 201;
      const answer = await fetchOnce(again, 'POST /big HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx');
      expect(answer.status).toBe(stored);
    },
  );

  it('at a moment that nobody chose, again and again', async () => {
    for (let round = 0; round < 6; round++) {
      const port = await start('', 'body_size 10m; max_connect 50;');
      expect(uploads().filter((name) => name.endsWith('.part'))).toEqual([]);
      const peers = await Promise.all(Array.from({ length: 4 }, () => Peer.open(port)));
      peers.forEach((peer, index) => {
        peer.send(HEAD.replace('/big', `/r${round}-${index}`)).send(BODY);
      });
      await until(() => uploads().some((name) => name.endsWith('.part')));
      for (let turn = 0; turn < round * 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      command?.kill('SIGKILL');
      await command?.ended;
      for (const peer of peers) peer.close();
      for (const name of uploads().filter((each) => !each.startsWith('.'))) {
        expect(readFileSync(join(site.folder, 'uploads', name)).equals(BODY)).toBe(true);
      }
    }
  });
});

function mount(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function unmount(folder: string): void {
  execFileSync('umount', [folder]);
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'webserv-mount-'));
  const can = mount(folder);
  if (can) unmount(folder);
  rmdirSync(folder);
  return can;
}

/** A file system of 1 MiB needs mount(8), which needs root and, in a container, its leave. */
const withMount = canMount() ? it : it.skip;

describe('a full disk', () => {
  withMount('under the uploads and the logs is told, survived, and leaves nothing half-written', async () => {
    const disk = join(site.folder, 'uploads');
    expect(mount(disk)).toBe(true);
    try {
      const conf = `max_uploads 4; body_size 10m; error_log ${join(disk, 'full.log')} info text flush=1ms;`;
      const port = await start('', conf);
      const big = Buffer.alloc(2 << 20, 'x');
      const head = `POST /big HTTP/1.1\r\nHost: a\r\nContent-Length: ${big.length}\r\n\r\n`;
      const peer = await Peer.open(port);
      expect((await peer.send(head).send(big).answer()).status).toBe(507);
      peer.close();
      expect(uploads().filter((name) => name !== 'full.log')).toEqual([]);
      // The same of the log's own: it is full to the last byte, and requests are answered all the same.
      execFileSync('sh', ['-c', `cat /dev/zero > ${join(disk, 'filler')} 2>/dev/null || true`]);
      for (let index = 0; index < 50; index++) {
        expect((await fetchOnce(port, get('/none'))).status).toBe(404);
      }
      await until(() => errorLog().includes('full.log'));
      expect(errorLog()).toMatch(/full\.log.*ENOSPC/);
      execFileSync('rm', [join(disk, 'filler')]);
      await until(() => readFileSync(join(disk, 'full.log'), 'utf8').includes('/none'));
      const lines = readFileSync(join(disk, 'full.log'), 'utf8').trimEnd().split('\n');
      for (const line of lines) expect(line).toMatch(/^\d{4}\/\d\d\/\d\d /);
      const small = 'POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx';
      expect((await fetchOnce(port, small)).status).toBe(201);
    } finally {
      command?.kill('SIGKILL');
      await command?.ended;
      unmount(disk);
    }
  });
});
