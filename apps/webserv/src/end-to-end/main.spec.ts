import { copyFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from '../testing/command.ts';
import { fetchOnce, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const DIST = resolve(__dirname, '../../dist');
const SHIPPED = resolve(__dirname, '../../conf/webserv.conf');

describe('the webserv command', () => {
  let site: TestSite;
  let conf = '';

  beforeEach(() => {
    site = new TestSite();
    site.file('static/index.html', 'home');
    conf = site.file(
      'site.conf',
      `error_log error.log info;
server {
  listen 127.0.0.1:0; root static; default_file index.html; access_log access.log combined flush=1h;
  location / { method GET; }
}`,
    );
  });

  afterEach(() => site.close());

  it.each(['SIGINT', 'SIGTERM', 'SIGQUIT'] as const)(
    'serves, and ends on %s with its logs written',
    async (signal) => {
      const command = new Command(['-c', conf]);
      const port = await command.port();
      expect((await fetchOnce(port, get('/'))).body.toString()).toBe('home');
      command.kill(signal);
      expect((await command.ended).code).toBe(0);
      expect(readFileSync(join(site.folder, 'access.log'), 'utf8')).toContain('"GET / HTTP/1.1" 200 4');
      expect(readFileSync(join(site.folder, 'error.log'), 'utf8')).toContain('serving on 127.0.0.1');
    },
  );

  it('opens its logs anew on SIGUSR1', async () => {
    const command = new Command(['-c', conf]);
    const port = await command.port();
    await fetchOnce(port, get('/one'));
    const log = join(site.folder, 'access.log');
    const { renameSync } = await import('node:fs');
    renameSync(log, `${log}.1`);
    command.kill('SIGUSR1');
    while (!existsSync(log)) await fetchOnce(port, get('/between'));
    await fetchOnce(port, get('/two'));
    command.kill('SIGTERM');
    await command.ended;
    expect(readFileSync(`${log}.1`, 'utf8')).toContain('/one');
    expect(readFileSync(log, 'utf8')).toContain('/two');
  });

  it('makes a certificate that it serves with, and that nobody else can read', async () => {
    const words = ['certificate', 'self-signed', 'localhost', '127.0.0.1', '::1'];
    const made = await new Command(words, {}, { cwd: site.folder }).ended;
    expect([made.code, made.stderr, made.stdout]).toEqual([
      0,
      '',
      'certificate localhost.pem localhost.key;\n',
    ]);
    expect(statSync(join(site.folder, 'localhost.key')).mode & 0o777).toBe(0o600);
    const secure = site.file(
      'secure.conf',
      `server { listen 127.0.0.1:0 tls; ${made.stdout} access_log off; root static; location / { } }`,
    );
    const command = new Command(['-c', secure]);
    const ca = readFileSync(join(site.folder, 'localhost.pem'));
    const peer = await Peer.secure(await command.port(), { ca, rejectUnauthorized: true });
    expect((await peer.send(get('/')).answer()).body.toString()).toBe('home');
    peer.close();
    command.kill('SIGTERM');
    await command.ended;
    const again = await new Command(words, {}, { cwd: site.folder }).ended;
    expect([again.code, again.stderr]).toEqual([
      1,
      'webserv: localhost.pem exists already: remove it first\n',
    ]);
    const wrong = await new Command(['certificate', 'self-signed', 'a b'], {}, { cwd: site.folder }).ended;
    expect(wrong.code).toBe(1);
  });

  it('reports every problem of a broken config and starts nothing', async () => {
    const broken = site.file(
      'broken.conf',
      'server {\n  listen 8080\n  rooot x;\n  location / { method GTE; }\n}\n',
    );
    const { code, stderr } = await new Command(['-c', broken]).ended;
    expect(code).toBe(1);
    expect(stderr).toContain('broken.conf:2:14: error: "listen" does not end with ";"');
    expect(stderr).toContain('did you mean "root"?');
    expect(stderr).toContain('did you mean "GET"?');
    const json = await new Command(['-t', '--json', '-c', broken]).ended;
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toContainEqual(
      expect.objectContaining({ code: 'missing-semicolon', line: 2, column: 14, severity: 'error' }),
    );
  });

  it('checks the shipped config, and prints an effective one that is a config again', async () => {
    const checked = await new Command(['-t', '-c', SHIPPED]).ended;
    expect(checked).toMatchObject({ code: 0, stdout: '' });
    expect(checked.stderr.endsWith(`${SHIPPED}: the configuration is good\n`)).toBe(true);
    // As root, that its scripts run as root is all that there is to say about it.
    const warned = checked.stderr.match(/\[[a-z-]+\]$/gm) ?? [];
    expect(warned).toEqual(process.geteuid?.() === 0 ? ['[scripts-as-root]'] : []);
    const printed = await new Command(['-T', '-c', SHIPPED]).ended;
    expect(printed.stdout).toContain('# server,');
    const again = site.file('effective.conf', printed.stdout);
    expect((await new Command(['-t', '-c', again]).ended).code).toBe(0);
  });

  it('says what is wrong with its words, its file and its driver', async () => {
    const words = await new Command(['--wrong']).ended;
    expect([words.code, words.stderr]).toEqual([2, expect.stringContaining('usage: webserv')]);
    const missing = await new Command(['-c', join(site.folder, 'none.conf')]).ended;
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('cannot be read')]);
    const driver = await new Command(['-c', conf], { WEBSERV_USE: 'nothing' }).ended;
    expect([driver.code, driver.stderr]).toEqual([1, expect.stringContaining('WEBSERV_USE')]);
  });

  it('prints the directives, all or one', async () => {
    const all = await new Command(['--directives']).ended;
    expect(all).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('\n  auto_index on|off|missing\n'),
    });
    // It is no terminal that this goes to.
    expect(Math.max(...all.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    const one = await new Command(['--directives', 'auto_index']).ended;
    expect(one).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^auto_index on\|off\|missing;\n/),
    });
    const none = await new Command(['--directives', 'autoindx']).ended;
    const message = 'webserv: there is no directive "autoindx"; did you mean "auto_index"?\n';
    expect(none).toEqual({ code: 2, stdout: '', stderr: message });
    const stray = await new Command(['--directives', 'root', 'method']).ended;
    expect(stray).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^webserv: unexpected argument "method"\n/),
    });
  });

  it('takes the driver that the environment forces', async () => {
    const command = new Command(['-c', conf], { WEBSERV_USE: 'select' });
    await command.port();
    command.kill('SIGTERM');
    expect((await command.ended).stderr).toContain('(select)');
  });

  it.each<[string, Buffer | null]>([
    ['missing', null],
    ['damaged', Buffer.from('not bytecode')],
    ['cut short', readFileSync(join(DIST, 'command.js.cache')).subarray(0, 4096)],
  ])('starts where its bytecode is %s', async (_state, bytecode) => {
    // The folder needs files of its own: those of the build are in use by the other tests.
    const main = site.file('dist/main.js');
    for (const name of ['main.js', 'command.js', 'package.json']) {
      copyFileSync(join(DIST, name), join(site.folder, 'dist', name));
    }
    if (bytecode !== null) site.file('dist/command.js.cache', bytecode);
    // koffi is looked for beside the build, as it would be installed.
    const env = { NODE_PATH: resolve(__dirname, '../../../../node_modules') };
    const command = new Command(['-c', conf], env, { main });
    expect((await fetchOnce(await command.port(), get('/'))).body.toString()).toBe('home');
    command.kill('SIGTERM');
    expect((await command.ended).code).toBe(0);
  });
});
