import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pairFor } from '../testing/certificates.ts';
import { Command } from '../testing/command.ts';
import { installed } from '../testing/installed.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

const UNPRIVILEGED = '/proc/sys/net/ipv4/ip_unprivileged_port_start';

let program: TestSite;
let main: string;
let site: TestSite;
let server: Command | null;
let port: number;

function conf(root: string, more = '', main = ''): string {
  return site.file(
    'site.conf',
    `user nobody; pid webserv.pid; admin unix:admin.sock; error_log error.log notice flush=1ms; ${main}
     server {
       listen 127.0.0.1:0; listen unix:web.sock; root ${root}; access_log access.log combined flush=1ms; ${more}
       location / { default_file index.html; }
     }`,
  );
}

beforeAll(() => {
  program = new TestSite();
  chmodSync(program.folder, 0o755);
  main = installed(program.folder);
});

afterAll(() => program.close());

beforeEach(() => {
  site = new TestSite();
  chmodSync(site.folder, 0o755);
  site.aged('one/index.html', 'one');
  site.aged('two/index.html', 'two');
  mkdirSync(join(site.folder, 'locked'), { mode: 0o700 });
  const { certificate, key } = pairFor('localhost');
  site.file('chain.pem', certificate);
  chmodSync(site.file('own.key', key), 0o600);
  server = null;
});

afterEach(async () => {
  server?.kill('SIGKILL');
  await server?.ended;
  await site.close();
});

async function start(more: string): Promise<void> {
  server = new Command(['-c', conf('one', '', more)], {}, { main });
  port = await server.port();
}

async function body(): Promise<string> {
  const peer = await Peer.open(port);
  const answer = await peer.send(get('/', 'Connection: close\r\n')).answer();
  peer.close();
  return String(answer.body);
}

const reload = () => new Command(['reload', '-c', join(site.folder, 'site.conf')], {}, { main }).ended;

/** Whether ports below 1024 need rights here. */
const guarded = existsSync(UNPRIVILEGED) && Number(readFileSync(UNPRIVILEGED, 'latin1')) > 1023;

// Only root can become another account.
(process.geteuid?.() === 0 ? describe : describe.skip).each([
  ['a server that has become nobody', ''],
  ['workers that have become nobody', 'workers 2;'],
])('%s', (_what, workers) => {
  it('turns to another config, with what was opened before: logs, sockets, the pid file', async () => {
    await start(workers);
    conf('two', '', workers);
    const { code, stderr } = await reload();
    expect([code, stderr]).toEqual([0, expect.stringContaining('site.conf is served')]);
    expect(await body()).toBe('two');
    await until(() => readFileSync(join(site.folder, 'access.log'), 'latin1').includes('GET / '));
  });

  it.each([
    ['a key', 'listen 127.0.0.2:0 tls; certificate chain.pem own.key;', /cannot read ".*own\.key"/],
    ['a root', 'location /in { root locked; }', /cannot enter ".*locked"/],
  ])(
    'refuses %s that the account cannot use, and says where it is written',
    async (_name, words, problem) => {
      await start(workers);
      conf('two', words, workers);
      const { code, stderr } = await reload();
      expect([code, stderr]).toEqual([1, expect.stringMatching(/site\.conf:3:\d+: error: /)]);
      expect(stderr).toMatch(problem);
      expect(await body()).toBe('one');
    },
  );
});

// Only root can become another account, and a machine may let everybody use these ports.
(process.geteuid?.() === 0 && guarded ? it : it.skip)(
  'a port that only root may open is refused by a server that is root no more, and opened by a parent',
  async () => {
    const words = 'listen 127.0.0.123:999;';
    await start('');
    conf('two', words);
    const { code, stderr } = await reload();
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/site\.conf:3:\d+: error: cannot listen on 127\.0\.0\.123:999: EACCES/),
    ]);
    expect(await body()).toBe('one');
    server?.kill('SIGTERM');
    await server?.ended;
    await start('workers 2;');
    conf('two', words, 'workers 2;');
    expect((await reload()).code).toBe(0);
    expect(await body()).toBe('two');
  },
);
