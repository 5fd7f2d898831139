import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Command } from '../testing/command.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

let site: TestSite;
let server: Command;
let port: number;
const peers: Peer[] = [];

function conf(root: string, more = '', pid = 'pid webserv.pid;'): string {
  return site.file(
    'site.conf',
    `error_log error.log notice flush=1ms; ${pid}
     server {
       listen 127.0.0.1:0; root ${root}; access_log access.log combined flush=1ms; ${more}
       location / { default_file index.html; }
     }`,
  );
}

beforeEach(async () => {
  site = new TestSite();
  site.aged('one/index.html', 'one');
  site.aged('two/index.html', 'two');
  server = new Command(['-c', conf('one')]);
  port = await server.port();
});

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  server.kill('SIGKILL');
  await server.ended;
  await site.close();
});

async function body(): Promise<string> {
  const peer = await Peer.open(port);
  peers.push(peer);
  return String((await peer.send(get('/')).answer()).body);
}

const path = (name: string): string => join(site.folder, name);
const log = (): string => readFileSync(path('error.log'), 'utf8');
const reload = () => new Command(['reload', '-c', path('site.conf')]).ended;

it('webserv reload turns the server to what its config says now', async () => {
  conf('two');
  const { code, stderr } = await reload();
  expect([code, stderr]).toEqual([0, `webserv: ${path('site.conf')} is served\n`]);
  expect(await body()).toBe('two');
  expect(log()).toContain('reload: serving on');
});

it('HUP does the same, and opens the logs again', async () => {
  conf('two');
  server.kill('SIGHUP');
  await until(() => log().includes('reload: serving on'));
  expect(await body()).toBe('two');
});

it('a second HUP meanwhile is heard when the first is over', async () => {
  conf('two');
  server.kill('SIGHUP');
  await until(() => readFileSync(path('webserv.pid.reload'), 'utf8').includes('"busy":true'));
  server.kill('SIGHUP');
  await until(() => log().match(/reload: serving on/g)?.length === 2);
});

it('a config that is bad changes nothing: every problem is reported', async () => {
  const bad = conf('nowhere', 'max_conect 3;');
  const { code, stderr } = await reload();
  expect(code).toBe(1);
  expect(stderr).toMatch(/unknown directive "max_conect"/);
  expect(stderr).toMatch(/there is no folder ".*nowhere"/);
  server.kill('SIGHUP');
  await until(() => log().includes('reload: nothing has changed'));
  expect(log()).toContain('max_conect');
  expect(log()).toContain('nowhere');
  expect(await body()).toBe('one');
  expect(existsSync(bad)).toBe(true);
});

it('an address that is taken changes nothing, and is said', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port: taken } = other.address() as { port: number };
  conf('two', `listen 127.0.0.1:${taken};`);
  const { code, stderr } = await reload();
  other.close();
  expect(code).toBe(1);
  expect(stderr).toContain(`site.conf:3:`);
  expect(stderr).toContain(`cannot listen on 127.0.0.1:${taken}: EADDRINUSE`);
  expect(await body()).toBe('one');
});

it('a second webserv reload meanwhile is refused', async () => {
  const both = await Promise.all([reload(), reload()]);
  const refused = both.filter(({ code }) => code === 1);
  for (const { stderr } of refused)
    expect(stderr).toMatch(/another reload or upgrade is under way: try again/);
  expect(refused.length).toBeLessThan(2);
  expect(await body()).toBe('one');
});

it('a pid file that is overwritten while the server runs', async () => {
  writeFileSync(path('webserv.pid'), 'rubbish');
  const { code, stderr } = await reload();
  expect(code).toBe(1);
  expect(stderr).toMatch(/webserv\.pid holds no number of a process/);
  expect(await body()).toBe('one');
});

it('a server that was killed is not taken for one that runs', async () => {
  server.kill('SIGKILL');
  await server.ended;
  const { code, stderr } = await reload();
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/webserv\.pid: the server that wrote it has ended \(process \d+\)/),
  ]);
});

describe('without a pid file, by the admin address', () => {
  const door = 'admin unix:admin.sock;';

  /** The server begins to listen there. */
  async function listening(main = door): Promise<void> {
    conf('one', '', main);
    server.kill('SIGHUP');
    await until(() => existsSync(path('admin.sock')) && log().includes('reload: serving on'));
  }

  it('webserv reload finds the server', async () => {
    await listening();
    conf('two', '', door);
    const { code, stderr } = await reload();
    expect([code, stderr]).toEqual([0, `webserv: ${path('site.conf')} is served\n`]);
    expect(await body()).toBe('two');
  });

  it('it hears of every problem that only the server finds', async () => {
    await listening();
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port: taken } = other.address() as { port: number };
    conf('two', `listen 127.0.0.1:${taken};`, door);
    const { code, stderr } = await reload();
    other.close();
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`cannot listen on 127.0.0.1:${taken}: EADDRINUSE`),
    ]);
    expect(await body()).toBe('one');
  });

  it('it is answered although the config moves the address', async () => {
    await listening();
    conf('two', '', 'admin unix:other.sock;');
    server.kill('SIGHUP');
    await until(() => existsSync(path('other.sock')) && !existsSync(path('admin.sock')));
    expect((await reload()).code).toBe(0);
    expect(await body()).toBe('two');
  });

  it('a server that was killed leaves a socket at which nobody listens', async () => {
    await listening();
    server.kill('SIGKILL');
    await server.ended;
    expect(existsSync(path('admin.sock'))).toBe(true);
    const { code, stderr } = await reload();
    expect([code, stderr]).toEqual([1, expect.stringContaining('no server listens at the admin address')]);
  });
});

it('the pid file comes with the server, follows a reload, and goes with it', async () => {
  expect(readFileSync(path('webserv.pid'), 'utf8')).toBe(`${server.pid}\n`);
  const second = await new Command(['-c', path('site.conf')]).ended;
  expect([second.code, second.stderr]).toEqual([
    1,
    expect.stringContaining(`another server holds it (process ${server.pid})`),
  ]);
  conf('two', '', 'pid other.pid;');
  server.kill('SIGHUP');
  await until(() => existsSync(path('other.pid')) && !existsSync(path('webserv.pid')));
  await until(() => log().includes('reload: serving on'));
  server.kill('SIGTERM');
  await server.ended;
  expect(['other.pid', 'other.pid.reload'].map((name) => existsSync(path(name)))).toEqual([false, false]);
});

it('stop_timeout of the new config holds', async () => {
  site.file('up/.keep');
  const more = 'location /up { method POST; upload_path up; }';
  conf('one', more);
  expect((await reload()).code).toBe(0);
  conf('one', more, 'pid webserv.pid; stop_timeout 50ms;');
  expect((await reload()).code).toBe(0);
  const peer = await Peer.open(port);
  peers.push(peer);
  peer.send('POST /up/new HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 8\r\n\r\n');
  await peer.until((bytes) => bytes.includes('100 Continue'));
  server.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
});
