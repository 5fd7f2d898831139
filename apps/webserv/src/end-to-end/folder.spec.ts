// Serving a folder without a configuration, as somebody at a shell does.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from '../testing/command.ts';
import { fetchOnce, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

describe('webserv without a configuration', () => {
  let site: TestSite;
  const commands: Command[] = [];

  beforeEach(() => {
    site = new TestSite();
    site.file('public/index.html', 'home');
    site.file('public/.secret', 'hidden');
    site.file('plain/a.txt', 'text');
  });

  afterEach(async () => {
    // A test that has failed leaves one behind.
    for (const command of commands.splice(0)) command.kill('SIGKILL');
    await site.close();
  });

  const state = (): NodeJS.ProcessEnv => ({ XDG_STATE_HOME: join(site.folder, 'state') });

  async function started(words: string[], cwd = site.folder): Promise<[Command, number, string]> {
    const command = new Command(words, state(), { cwd });
    commands.push(command);
    const [, scheme, port] = await command.says(/on this machine +(https?):\/\/127\.0\.0\.1:(\d+)\//);
    await command.says(/Ctrl-C stops it/);
    return [command, Number(port), scheme as string];
  }

  async function stop(command: Command): Promise<void> {
    command.kill('SIGINT');
    expect((await command.ended).code).toBe(0);
  }

  it('serves a folder and logs to its standard output', async () => {
    const [command, port] = await started(['public', '-p', '0']);
    expect((await fetchOnce(port, get('/'))).body.toString()).toBe('home');
    expect((await fetchOnce(port, get('/.secret'))).status).toBe(404);
    await stop(command);
    const { stdout, stderr } = await command.ended;
    expect(stdout).toContain('"GET / HTTP/1.1" 200 4');
    expect(stderr).toContain(`serves ${site.folder}/public (`);
  });

  it('serves the working directory, if no configuration lies there', async () => {
    const [command, port] = await started([], join(site.folder, 'plain')).catch(() => {
      // The usual port is taken by something else on this machine.
      return started(['--port-auto'], join(site.folder, 'plain'));
    });
    expect((await fetchOnce(port, get('/'))).body.toString()).toContain('a.txt');
    await stop(command);
  });

  it('serves by webserv.conf, if it lies there', async () => {
    site.file('webserv.conf', 'server { listen 127.0.0.1:0; root plain; location / { } }');
    const command = new Command([], {}, { cwd: site.folder });
    expect((await fetchOnce(await command.port(), get('/a.txt'))).body.toString()).toBe('text');
    command.kill('SIGTERM');
    await command.ended;
  });

  it('says that a port is taken, and takes the next one if it may', async () => {
    const [command, port] = await started(['public', '-p', '0']);
    const taken = await new Command(['plain', '-p', String(port)], {}, { cwd: site.folder }).ended;
    expect([taken.code, taken.stderr]).toEqual([
      1,
      `webserv: port ${port} is taken by another program; choose another with -p PORT, or take the next free one with --port-auto\n`,
    ]);
    const [other, next] = await started(['plain', '-p', String(port), '--port-auto']);
    expect(next).toBeGreaterThan(port);
    await stop(other);
    await stop(command);
  });

  it('stores uploads, and lets nobody overwrite them', async () => {
    const [command, port] = await started(['plain', '-p', '0', '--upload']);
    const post = (path: string): string =>
      `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nnew`;
    expect((await fetchOnce(port, post('/b.txt'))).status).toBe(201);
    expect(readFileSync(join(site.folder, 'plain/b.txt'), 'utf8')).toBe('new');
    expect((await fetchOnce(port, post('/a.txt'))).status).toBe(409);
    await stop(command);
  });

  it('serves https with a certificate of its own, which it keeps', async () => {
    const [command, port, scheme] = await started(['public', '-p', '0', '--tls']);
    expect(scheme).toBe('https');
    const ca = readFileSync(join(site.folder, 'state/webserv/self-signed.pem'));
    const peer = await Peer.secure(port, { ca, rejectUnauthorized: true });
    expect((await peer.send(get('/')).answer()).body.toString()).toBe('home');
    peer.close();
    await stop(command);
    const [again] = await started(['public', '-p', '0', '--tls']);
    expect(readFileSync(join(site.folder, 'state/webserv/self-signed.pem'))).toEqual(ca);
    await stop(again);
  });

  it('prints the configuration that it stands for', async () => {
    const printed = await new Command(['public', '-p', '0', '--print-config'], {}, { cwd: site.folder })
      .ended;
    expect([printed.code, printed.stderr]).toEqual([0, '']);
    const conf = site.file('elsewhere/site.conf', printed.stdout);
    const command = new Command(['-c', conf]);
    expect((await fetchOnce(await command.port(), get('/'))).body.toString()).toBe('home');
    command.kill('SIGTERM');
    await command.ended;
  });

  it('writes a configuration that it serves by, once', async () => {
    const cwd = join(site.folder, 'public');
    const written = await new Command(['init'], {}, { cwd }).ended;
    expect([written.code, written.stderr]).toEqual([0, 'webserv.conf is written: webserv serves by it\n']);
    const again = await new Command(['init'], {}, { cwd }).ended;
    expect([again.code, again.stderr]).toEqual([
      1,
      'webserv: webserv.conf exists already, and is left as it is\n',
    ]);
    const text = readFileSync(join(cwd, 'webserv.conf'), 'utf8').replace('127.0.0.1:8080', '127.0.0.1:0');
    expect(text).not.toContain('8080');
    site.file('public/webserv.conf', text);
    const command = new Command([], {}, { cwd });
    const port = await command.port();
    expect((await fetchOnce(port, get('/'))).body.toString()).toBe('home');
    expect((await fetchOnce(port, get('/webserv.conf'))).body.toString()).not.toContain('server {');
    command.kill('SIGTERM');
    await command.ended;
  });

  it.each([
    [['none'], 2, 'webserv: there is no folder or file "none"\n'],
    [['public', '--upload=none'], 1, 'webserv: there is no folder "none" for uploads: make it first\n'],
    [['public', '-c', 'x'], 2, 'webserv: --config is about a configuration, and "public" serves without one'],
    [['completion', 'tcsh'], 2, 'webserv: completion knows no "tcsh": expected bash, zsh, fish\n'],
  ])('refuses %j', async (words, code, problem) => {
    const ended = await new Command(words, {}, { cwd: site.folder }).ended;
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(problem)]);
  });

  it('serves a file alone, at every path', async () => {
    const [command, port] = await started(['plain/a.txt', '-p', '0']);
    for (const path of ['/a.txt', '/', '/other', '/public/index.html']) {
      const answer = await fetchOnce(port, get(path));
      expect([path, answer.status, answer.body.toString()]).toEqual([path, 200, 'text']);
    }
    await stop(command);
  });

  it('answers for the routes of an application', async () => {
    const [command, port] = await started(['public', '-p', '0', '--spa']);
    expect((await fetchOnce(port, get('/a/route', 'Accept: text/html\r\n'))).body.toString()).toBe('home');
    expect((await fetchOnce(port, get('/lost.js', 'Accept: text/html\r\n'))).status).toBe(404);
    await stop(command);
  });

  it('lets other sites read it', async () => {
    const [command, port] = await started(['public', '-p', '0', '--cors']);
    const answer = await fetchOnce(port, get('/', 'Origin: http://other.test\r\n'));
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    await stop(command);
  });

  it('prints help, the manual page and completions', async () => {
    for (const words of [['-h'], ['init', '-h'], ['man'], ['completion', 'bash'], ['completion', 'zsh']]) {
      const { code, stdout, stderr } = await new Command(words).ended;
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain('webserv');
    }
  });

  it('colors what it says as it is told to', async () => {
    for (const [when, colored] of [
      ['always', true],
      ['never', false],
      ['auto', false],
    ] as const) {
      const { stderr } = await new Command(['-t', '-c', site.file('bad.conf', 'x;'), '--color', when]).ended;
      expect(stderr.includes('\x1b[')).toBe(colored);
    }
  });
});
