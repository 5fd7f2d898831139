import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SyscallName } from '@webserv/event-loop/testing';
import { Command } from '../testing/command.ts';
import { DRIVERS } from '../testing/drivers.ts';
import { fetchOnce, get } from '../testing/peer.ts';
import { type Refusal, Sandbox } from '../testing/sandbox.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

/** Old kernels do not know a call, and sandboxes refuse it: each of them alone, and the server serves all the same. */
const REFUSALS: readonly (readonly [SyscallName, ...string[]])[] = [
  ['PIDFD_OPEN', 'ENOSYS', 'EPERM', 'EACCES'],
  ['STATX', 'ENOSYS', 'EPERM', 'EOPNOTSUPP'],
  ['PREADV2', 'ENOSYS', 'EPERM', 'EACCES', 'EOPNOTSUPP', 'EINVAL'],
  ['SENDFILE', 'ENOSYS', 'EPERM', 'EACCES', 'EINVAL'],
  ['OPENAT2', 'ENOSYS', 'EPERM', 'EACCES'],
  ['INOTIFY_INIT1', 'ENOSYS', 'EPERM', 'EACCES', 'EMFILE'],
  ['INOTIFY_ADD_WATCH', 'EPERM', 'ENOSPC'],
  ['RENAMEAT2', 'ENOSYS', 'EPERM', 'EACCES', 'EINVAL'],
  ['LINKAT', 'EPERM'],
  ['CLOSE_RANGE', 'ENOSYS', 'EPERM'],
  ['SYNC_FILE_RANGE', 'ENOSYS', 'EPERM'],
  ['FLOCK', 'ENOSYS', 'EPERM'],
  ['FADVISE64', 'EPERM'],
  ['ACCEPT4', 'ENOSYS', 'EPERM', 'EACCES'],
  ['CLONE3', 'ENOSYS'],
  ['FACCESSAT2', 'EPERM'],
];

/** All of them on epoll, each once on io_uring; poll and select make the same calls as epoll. */
function refusalsFor(use: string): [string, Refusal][] {
  const asked = use === 'poll' || use === 'select' ? REFUSALS.slice(0, 1) : REFUSALS;
  return asked.flatMap(([call, ...errnos]) =>
    (use === 'epoll' ? errnos : errnos.slice(-1)).map((errno): [string, Refusal] => [
      `${call} (${errno})`,
      { calls: [call], errno },
    ]),
  );
}

/** A sandbox as old as Linux 3.10. */
const OLD: Refusal = {
  calls: REFUSALS.map(([call]) => call).filter((call) => !['LINKAT', 'SENDFILE'].includes(call)),
  errno: 'ENOSYS',
};

/** Every call is there. */
const NOTHING: Refusal = { calls: [], errno: 'ENOSYS' };

const LARGE = Buffer.alloc(3_000_000, 'a page that is not kept in memory ');
const linux = process.platform === 'linux';
// Skipped elsewhere: seccomp(2) is of Linux.
const onLinux = linux ? describe : describe.skip;

let site: TestSite;
let command: Command | null;
let sandbox: Sandbox;

beforeAll(() => {
  sandbox = new Sandbox();
});

afterAll(() => sandbox.dispose());

beforeEach(() => {
  site = new TestSite();
  command = null;
  site.file('static/index.html', 'home');
  site.file('static/large.bin', LARGE);
  site.file('static/list/one.txt', 'one');
  site.file('static/list/two.txt', 'two');
  site.file('static/run.sh', "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; cat; echo run\n");
  chmodSync(join(site.folder, 'static/run.sh'), 0o755);
  mkdirSync(join(site.folder, 'uploads'));
});

afterEach(async () => {
  command?.kill('SIGKILL');
  await command?.ended;
  await site.close();
});

/** @returns the port */
function start(use: string, refusal: Refusal, env: NodeJS.ProcessEnv = {}): Promise<number> {
  const conf = site.file(
    'site.conf',
    `use ${use};
error_log error.log info text flush=1ms;
server {
  listen 127.0.0.1:0; root static; default_file index.html; access_log access.log combined flush=10ms;
  max_cgi 2;
  location / { method GET; }
  location /list { root static/list; auto_index on; }
  location /s { method GET POST; cgi run.sh; }
  location /up { method GET POST DELETE; upload_path uploads; root uploads; }
}`,
  );
  command = new Command(['-c', conf], { ...sandbox.env(refusal), ...env });
  return command.port();
}

const post = (target: string, body: string): string =>
  `POST ${target} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** Status and body; of a page in HTML the status alone. */
async function ask(port: number, request: string): Promise<string> {
  const { status, body } = await fetchOnce(port, request);
  if (body.equals(LARGE)) return `${status} large`;
  const text = body.toString();
  return text.startsWith('<') ? `${status}` : `${status} ${text}`.trim();
}

/** Children of the server that have not been collected. */
function children(pid: number): string[] {
  const tasks = readdirSync(`/proc/${pid}/task`);
  return tasks.flatMap((task) => {
    const list = `/proc/${pid}/task/${task}/children`;
    return existsSync(list)
      ? readFileSync(list, 'utf8')
          .split(' ')
          .filter((word) => word.trim() !== '')
      : [];
  });
}

async function everything(port: number): Promise<void> {
  const seen: Record<string, string> = {};
  const note = async (name: string, request: string): Promise<void> => {
    seen[name] = await ask(port, request);
  };
  await note('file', get('/'));
  await note('large file', get('/large.bin'));
  await note('range', get('/large.bin', 'Range: bytes=2999990-\r\n'));
  await note('nothing there', get('/none'));
  await note('list', get('/list/'));
  await note('script', get('/s/run.sh'));
  await note('script with a body', post('/s/run.sh', 'word '));
  await note('upload', post('/up/a.txt', 'uploaded'));
  await note('upload to a name that is taken', post('/up/a.txt', 'other'));
  await note('what was uploaded', get('/up/a.txt'));
  await note('delete', get('/up/a.txt').replace('GET', 'DELETE'));
  await note('what was deleted', get('/up/a.txt'));
  expect(seen).toEqual({
    file: '200 home',
    'large file': '200 large',
    range: expect.stringMatching(/^206 .{10}$/),
    'nothing there': '404',
    list: '200',
    script: '200 run',
    'script with a body': '200 word run',
    upload: expect.stringMatching(/^201/),
    'upload to a name that is taken': expect.stringMatching(/^409/),
    'what was uploaded': '200 uploaded',
    delete: '204',
    'what was deleted': '404',
  });
  // By a notice, or by a look now and then.
  site.file('static/index.html', 'changed');
  await until(async () => (await ask(port, get('/'))) === '200 changed');
}

/** TERM ends it, nothing is left behind, and it has not complained of more than it has to. */
async function ended({ calls }: Refusal): Promise<void> {
  const { pid, ended: end } = command as Command;
  await until(() => children(pid).length === 0);
  command?.kill('SIGTERM');
  expect((await end).code).toBe(0);
  const lines = readFileSync(join(site.folder, 'error.log'), 'utf8').split('\n');
  const complaints = lines.filter((line) => /\[(warn|error)\]/.test(line));
  const expected = calls.includes('FLOCK') ? [expect.stringContaining('[warn] uploads: no lock in')] : [];
  expect(complaints).toEqual(expected);
}

onLinux.each(DRIVERS)('on %s', (use) => {
  it.each(refusalsFor(use))('without %s everything is served', async (_name, refusal) => {
    await everything(await start(use, refusal));
    await ended(refusal);
  });

  it('in a sandbox as old as Linux 3.10 everything is served', async () => {
    await everything(await start(use, OLD));
    await ended(OLD);
  });

  it.each(['1', '0', '2'])('with UV_THREADPOOL_SIZE=%s everything is served', async (size) => {
    await everything(await start(use, NOTHING, { UV_THREADPOOL_SIZE: size }));
    await ended(NOTHING);
  });

  it('without PIDFD_OPEN scripts by the hundred have their turn, and all are collected', async () => {
    const refusal = { calls: ['PIDFD_OPEN'], errno: 'EPERM' } as const;
    const port = await start(use, refusal);
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(port, get('/s/run.sh'))));
    expect(new Set(answers)).toEqual(new Set(['200 run']));
    await ended(refusal);
    const log = readFileSync(join(site.folder, 'error.log'), 'utf8');
    expect(log.match(/\[notice\] missing here: .*/g)).toEqual([
      expect.stringContaining('missing here: pidfd_open: EPERM; the server looks for ended children'),
    ]);
  });
});

/** As a container's default profile refuses it, and as an old kernel has none of it. */
onLinux.each(['EPERM', 'ENOSYS'])('io_uring that is refused (%s)', (errno) => {
  const refusal = { calls: ['IO_URING_SETUP', 'IO_URING_ENTER', 'IO_URING_REGISTER'], errno } as const;
  const why = {
    EPERM: 'EPERM, a seccomp filter or a security module forbids it',
    ENOSYS: 'ENOSYS, the kernel has no io_uring, or a seccomp filter hides it',
  }[errno];

  it('is one line in the log, and epoll serves', async () => {
    await everything(await start('auto', refusal));
    await ended(refusal);
    const log = readFileSync(join(site.folder, 'error.log'), 'utf8');
    expect(log).toMatch(/\[notice\] serving on \S+ driver=epoll\n/);
    expect(log.match(/.*io_uring.*/g)).toEqual([
      expect.stringContaining(`[notice] driver passed over: io_uring: ${why}`),
    ]);
  });

  it('is an error at the start where the config asks for it', async () => {
    const conf = site.file(
      'site.conf',
      'use io_uring;\nserver { listen 127.0.0.1:0; root static; location / { } }\n',
    );
    const { code, stderr } = await new Command(['-c', conf], sandbox.env(refusal)).ended;
    const message = `this driver is not available: io_uring: ${why}; "use auto" lets the server choose`;
    expect([code, stderr]).toEqual([1, `${conf}:1:1: error: ${message}\n`]);
  });
});
