import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Command } from '../testing/command.ts';
import { lives } from '../testing/lives.ts';
import { type Answer, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

const CLIENTS = 8;
const LINE = /^127\.0\.0\.1 - - \[[^\]]+\] "GET \/[^ ]* HTTP\/1\.1" \d{3} \d+ "-" "-"/;

/** A few here; a run by hand may ask for a thousand. */
const RELOADS = Number(process.env['WEBSERV_RELOADS'] ?? 6);
/** By then the parent has what it keeps. */
const WARM = 2;
/** KiB by which the parent's memory may grow in a thousand reloads: its heap is not collected between them. */
const GROWTH_MAX = 64 << 10;

jest.setTimeout(120_000 + 3000 * RELOADS);

let site: TestSite;
let server: Command;
let port: number;

interface Row {
  readonly pid: number;
  readonly state: string;
  readonly restarts: number;
}

interface Status {
  readonly state: string;
  readonly totals: { readonly requests: number };
  readonly work: { readonly scripts: number; readonly waitingForScripts: number };
  readonly workers: readonly Row[];
}

const path = (name: string): string => join(site.folder, name);
const door = (): string => path('admin.sock');
const log = (): string => readFileSync(path('error.log'), 'utf8');

/** Waits for the next script to end until there is a file `go`. */
const PATIENT = `#!/bin/sh
while [ ! -e "$(dirname "$0")/go" ]; do sleep 0.02; done
printf 'Content-Type: text/plain\\r\\n\\r\\nscript'
`;

function conf({ workers = 2, root = 'one', listen = '127.0.0.1:0', more = '' } = {}): string {
  return site.file(
    'site.conf',
    `workers ${workers}; pid webserv.pid; admin unix:admin.sock; error_log error.log notice flush=1ms; stop_timeout 5s;
     server {
       listen ${listen}; ${more} root ${root}; max_cgi 4; max_share_per_address 100;
       access_log logs/access.log combined flush=5ms;
       location / { default_file index.html; cgi .sh /bin/sh; }
     }`,
  );
}

async function once(target: number | string, request: string): Promise<Answer> {
  const peer = await Peer.open(target);
  try {
    return await peer.send(request).answer();
  } finally {
    peer.close();
  }
}

const page = (): Promise<Answer> => once(port, get('/', 'Connection: close\r\n'));
const body = async (): Promise<string> => String((await page()).body);

async function status(): Promise<Status> {
  const { body: text } = await once(door(), get('/status.json', 'Connection: close\r\n'));
  return JSON.parse(String(text)) as Status;
}

async function untilSo(so: (now: Status) => boolean): Promise<Status> {
  for (;;) {
    const now = await status();
    if (so(now)) return now;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const reload = () => new Command(['reload', '-c', path('site.conf')]).ended;

beforeEach(async () => {
  site = new TestSite();
  site.aged('one/index.html', 'one');
  site.aged('two/index.html', 'two');
  site.file('one/run.sh', PATIENT);
  site.file('logs/.keep');
  server = new Command(['-c', conf()]);
  port = await server.port();
});

afterEach(async () => {
  server.kill('SIGKILL');
  await server.ended;
  await site.close();
});

/** Asks again and again, on a connection each, until `over` says so. */
async function client(over: () => boolean): Promise<{ answered: number; lost: number; refused: number }> {
  const sum = { answered: 0, lost: 0, refused: 0 };
  while (!over()) {
    const peer = await Peer.open(port).catch(() => null);
    if (peer === null) {
      sum.refused++;
      continue;
    }
    const answer = await peer
      .send(get('/', 'Connection: close\r\n'))
      .answer()
      .catch(() => null);
    if (answer === null) sum.lost++;
    else sum.answered++;
    peer.close();
  }
  return sum;
}

it('a worker that is killed under load loses only what it had under way', async () => {
  let over = false;
  const clients = Array.from({ length: CLIENTS }, () => client(() => over));
  const kills = 4;
  for (let kill = 1; kill <= kills; kill++) {
    const { workers } = await untilSo((now) => now.workers.every(({ state }) => state === 'serving'));
    process.kill(workers[kill % 2]?.pid ?? -1, 'SIGKILL');
    await untilSo(({ workers: now }) => now.reduce((sum, { restarts }) => sum + restarts, 0) === kill);
  }
  await untilSo((now) => now.workers.every(({ state }) => state === 'serving'));
  over = true;
  const sums = await Promise.all(clients);
  const total = (of: 'answered' | 'lost' | 'refused') => sums.reduce((sum, each) => sum + each[of], 0);
  expect(total('refused')).toBe(0);
  expect(total('lost')).toBeLessThanOrEqual(kills * CLIENTS);
  expect(total('answered')).toBeGreaterThan(kills * CLIENTS);
  // Log lines are whole, whoever writes them. Only those of a killed worker that waited for its flush are missing.
  server.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
  const lines = readFileSync(path('logs/access.log'), 'latin1').split('\n').slice(0, -1);
  expect(lines.filter((line) => !LINE.test(line))).toEqual([]);
  expect(log()).toContain('was ended by signal 9');
});

it('what bounds the machine holds for all workers together, and the operator sees their sum', async () => {
  const asked = Array.from({ length: 24 }, () => once(port, get('/run.sh', 'Connection: close\r\n')));
  const { work } = await untilSo((now) => now.work.scripts + now.work.waitingForScripts === 24);
  expect(work.scripts).toBe(4);
  site.file('one/go');
  expect((await Promise.all(asked)).map(({ body: text }) => String(text))).toEqual(Array(24).fill('script'));
  expect((await status()).totals.requests).toBe(24);
  const metrics = String((await once(door(), get('/metrics', 'Connection: close\r\n'))).body);
  expect(metrics).toContain('webserv_workers 2');
  expect(metrics).toMatch(/webserv_requests_total\{[^}]*status="2xx"[^}]*\} 24\n/);
});

it('the operator sees the last runs of scripts of all workers, the newest first', async () => {
  site.file('one/go');
  const look = async (query = '') => {
    const { status, body } = await once(door(), get(`/runs${query}`, 'Connection: close\r\n'));
    return { status, said: JSON.parse(status === 200 ? String(body) : 'null') };
  };
  // The system chooses the worker of each connection.
  const pids = new Set<string>();
  let runs: { id: string; startedAt: number }[] = [];
  while (pids.size < 2) {
    await once(port, get('/run.sh', 'Connection: close\r\n'));
    runs = (await look()).said;
    for (const { id } of runs) pids.add(id.replace(/-.*/, ''));
  }
  const { workers } = await status();
  expect([...pids].sort()).toEqual(workers.map(({ pid }) => String(pid)).sort());
  const times = runs.map(({ startedAt }) => startedAt);
  expect(times).toEqual([...times].sort((one, other) => other - one));
  for (const { id } of runs.slice(0, 4))
    expect((await look(`?id=${id}`)).said).toMatchObject({ id, status: 200 });
  expect((await look('?id=1-1')).status).toBe(404);
  const printed = await new Command(['runs', '-c', path('site.conf'), '--json']).ended;
  expect(JSON.parse(printed.stdout)).toEqual((await look()).said);
});

it('lines in a pipe are whole, whoever writes them', async () => {
  const file = site.file(
    'pipe.conf',
    `workers 3; server { listen 127.0.0.1:0; root one; access_log /dev/stdout combined buffer=64k flush=20ms; location / { } }`,
  );
  const piped = new Command(['-c', file]);
  try {
    const target = await piped.port();
    const long = 'x'.repeat(700);
    const ask = get(`/?${long}`).repeat(90) + get(`/?${long}`, 'Connection: close\r\n');
    const peers = await Promise.all(Array.from({ length: 24 }, () => Peer.open(target)));
    for (const peer of peers) peer.send(ask);
    await Promise.all(peers.map(({ closed }) => closed));
    piped.kill('SIGTERM');
    const lines = (await piped.ended).stdout.split('\n').slice(0, -1);
    expect(lines).toHaveLength(24 * 91);
    expect(lines.filter((line) => !LINE.test(line) || line.length > 900)).toEqual([]);
  } finally {
    piped.kill('SIGKILL');
    await piped.ended;
  }
});

it('each worker serves what is on the disk', async () => {
  for (let round = 0; round < 20; round++) expect(await body()).toBe('one');
  site.file('one/index.html', 'new');
  await until(async () =>
    (await Promise.all(Array.from({ length: 20 }, body))).every((text) => text === 'new'),
  );
});

/**
 * Asks again and again on a connection that stays. As RFC 9112, section 9.3.1, says, it sends a request again that has found
 * the connection closed. On a new one that must not happen.
 */
async function keepingClient(over: () => boolean): Promise<number> {
  let answered = 0;
  let peer: Peer | null = null;
  while (!over()) {
    const fresh = peer === null;
    peer ??= await Peer.open(port);
    const answer = await peer
      .send(get('/'))
      .answer()
      .catch(() => null);
    if (answer === null && fresh) throw new Error('no answer on a new connection');
    if (answer !== null) answered++;
    if (answer !== null && answer.headers.get('connection') !== 'close') continue;
    peer.close();
    peer = null;
  }
  peer?.close();
  return answered;
}

/** What the parent holds: descriptors, children, resident KiB. */
function heldByParent(): { readonly fds: number; readonly children: number; readonly memory: number } {
  const proc = `/proc/${server.pid}`;
  return {
    fds: readdirSync(`${proc}/fd`).length,
    children: readdirSync(`${proc}/task`)
      .flatMap((thread) => readFileSync(`${proc}/task/${thread}/children`, 'latin1').split(' '))
      .filter((pid) => pid.trim() !== '').length,
    memory: Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`${proc}/status`, 'latin1'))?.[1]),
  };
}

const onLinux = process.platform === 'linux' ? it : it.skip; // /proc says what a process holds.

describe('a reload', () => {
  onLinux(
    'again and again, under clients that keep their connections, loses nothing and leaves nothing',
    async () => {
      let over = false;
      const clients = Array.from({ length: CLIENTS }, () => keepingClient(() => over));
      let before = heldByParent();
      for (let round = 1; round <= RELOADS; round++) {
        conf({ root: round % 2 === 0 ? 'one' : 'two' });
        expect((await reload()).stderr).toContain('is served');
        if (round !== WARM) continue;
        await until(() => heldByParent().children === 2);
        before = heldByParent();
      }
      over = true;
      expect(Math.min(...(await Promise.all(clients)))).toBeGreaterThan(RELOADS);
      await until(() => heldByParent().children === 2 && heldByParent().fds <= before.fds);
      expect(heldByParent().memory - before.memory).toBeLessThan(GROWTH_MAX);
    },
  );

  it('loses nothing under load, turns all workers at once, and ends what is under way under its own config', async () => {
    let over = false;
    const clients = Array.from({ length: CLIENTS }, () => client(() => over));
    const before = await status();
    const slow = once(port, get('/run.sh', 'Connection: close\r\n'));
    await untilSo(({ work }) => work.scripts === 1);
    conf({ root: 'two', workers: 3 });
    const { code, stderr } = await reload();
    expect([code, stderr]).toEqual([0, `webserv: ${path('site.conf')} is served\n`]);
    for (let round = 0; round < 20; round++) expect(await body()).toBe('two');
    site.file('one/go');
    expect(String((await slow).body)).toBe('script');
    over = true;
    const sums = await Promise.all(clients);
    expect(sums.map(({ lost, refused }) => lost + refused)).toEqual(Array(CLIENTS).fill(0));
    expect((await status()).workers).toHaveLength(3);
    await until(() => before.workers.every(({ pid }) => !lives(pid)));
  });

  it('of a config that cannot be served changes nothing, and says why', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const taken = (other.address() as { port: number }).port;
    const before = await status();
    conf({ root: 'two', more: `listen 127.0.0.1:${taken};` });
    const one = await reload();
    expect(one.code).toBe(1);
    expect(one.stderr).toContain(`cannot listen on 127.0.0.1:${taken}: EADDRINUSE`);
    other.close();
    // A log that only a worker opens.
    conf({ root: 'two' });
    renameSync(path('logs'), path('away'));
    const two = await reload();
    expect([two.code, two.stderr]).toEqual([1, expect.stringContaining('logs/access.log')]);
    renameSync(path('away'), path('logs'));
    expect(await body()).toBe('one');
    expect((await status()).workers.map(({ pid }) => pid)).toEqual(before.workers.map(({ pid }) => pid));
  });

  it('that comes during another one is refused', async () => {
    const post = 'POST /reload HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
    const answers = await Promise.all([once(door(), post), once(door(), post)]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409]);
  });
});

describe('an end', () => {
  it('comes when the requests under way are answered', async () => {
    const slow = once(port, get('/run.sh', 'Connection: close\r\n'));
    const { workers } = await untilSo(({ work }) => work.scripts === 1);
    server.kill('SIGTERM');
    await until(async () => (await once(door(), get('/readyz', 'Connection: close\r\n'))).status === 503);
    site.file('one/go');
    expect(String((await slow).body)).toBe('script');
    expect((await server.ended).code).toBe(0);
    expect(workers.map(({ pid }) => lives(pid))).toEqual([false, false]);
    expect([existsSync(path('webserv.pid')), existsSync(door())]).toEqual([false, false]);
  });

  it('of the parent takes its workers along', async () => {
    const { workers } = await status();
    server.kill('SIGKILL');
    await server.ended;
    await until(() => workers.every(({ pid }) => !lives(pid)));
  });
});

it('a worker that dies at each start is started again after longer and longer pauses, and serves when it can', async () => {
  const { workers } = await status();
  renameSync(path('logs'), path('away'));
  process.kill(workers[0]?.pid ?? -1, 'SIGKILL');
  await until(() => /worker 1 could not start: cannot open the log .* again_in_ms=400/.test(log()));
  // The other one serves meanwhile.
  expect((await status()).workers[1]).toMatchObject({ state: 'serving', restarts: 0 });
  renameSync(path('away'), path('logs'));
  await untilSo((now) => now.workers.every(({ state }) => state === 'serving'));
});

const asRoot = process.geteuid?.() === 0 ? it : it.skip; // Only root can become another account.

asRoot('workers become the user, and their logs are theirs, also after a rotation', async () => {
  chmodSync(site.folder, 0o755);
  const file = site.file(
    'user.conf',
    `workers 2; user nobody; pid user.pid; error_log user.log notice flush=1ms;
     server { listen 127.0.0.1:0; root one; access_log user-access.log; location / { } }`,
  );
  const other = new Command(['-c', file]);
  try {
    await other.port();
    const owner = statSync(path('user-access.log')).uid;
    renameSync(path('user.log'), path('user.old'));
    other.kill('SIGUSR1');
    await until(() => existsSync(path('user.log')) && statSync(path('user.log')).uid === owner);
    expect([owner === 0, statSync(path('user.old')).uid]).toEqual([false, owner]);
    expect(readFileSync(path('user.old'), 'utf8')).not.toContain('cannot be given');
  } finally {
    other.kill('SIGTERM');
    await other.ended;
  }
});

it('what counts for one client address holds in each worker by itself', async () => {
  const file = site.file(
    'rate.conf',
    `workers 2; server { listen 127.0.0.1:0; root one; access_log off; rate_limit 1/m burst=0; location / { default_file index.html; } }`,
  );
  const other = new Command(['-c', file]);
  try {
    const target = await other.port();
    const asked = Array.from({ length: 40 }, () => once(target, get('/', 'Connection: close\r\n')));
    const answers = await Promise.all(asked);
    expect(answers.filter(({ status: code }) => code === 200)).toHaveLength(2);
  } finally {
    other.kill('SIGTERM');
    await other.ended;
  }
});

it('a start at which no worker serves says why, and leaves nothing', async () => {
  const chain = site.file('chain.pem', 'no certificate');
  const file = site.file(
    'bad.conf',
    `workers 2; pid bad.pid;
     server { listen 127.0.0.1:0 tls; certificate ${chain} ${chain}; root one; access_log off; location / { } }`,
  );
  const { code, stderr } = await new Command(['-c', file]).ended;
  expect(code).toBe(1);
  expect(stderr).toContain('chain.pem');
  expect(existsSync(path('bad.pid'))).toBe(false);
});
