// Serving a folder without a configuration to one user, whose password is asked for.

import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { basic } from '../testing/accounts.ts';
import { Command } from '../testing/command.ts';
import { fetchOnce, get } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

const RIGHT = basic('anna:s3cret');

describe('webserv --auth', () => {
  let site: TestSite;
  /** The last one. */
  let command: Command;
  let commands: Command[];

  beforeEach(() => {
    site = new TestSite();
    commands = [];
    site.file('public/a.txt', 'text');
    site.file('tmp/other', '');
  });

  afterEach(async () => {
    for (const each of commands) each.kill('SIGKILL');
    for (const each of commands) await each.ended;
    await site.close();
  });

  function run(words: string[], env: NodeJS.ProcessEnv = {}, cwd = site.folder): Command {
    command = new Command(words, env, { cwd });
    commands.push(command);
    return command;
  }

  /** A password is typed, unless it is '': then the standard input stays open. */
  function begin(typed: string, words: string[], env: NodeJS.ProcessEnv = {}): Command {
    const begun = run(words, { TMPDIR: join(site.folder, 'tmp'), WEBSERV_PASSWORD: undefined, ...env });
    if (typed !== '') begun.type(typed);
    return begun;
  }

  async function started(typed: string, words: string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
    const all = ['public', '-p', '0', '--auth', 'anna', ...words];
    return Number((await begin(typed, all, env).says(/http:\/\/127\.0\.0\.1:(\d+)\//))[1]);
  }

  const stored = (folder = 'tmp'): string[] => {
    return readdirSync(join(site.folder, folder)).filter((name) => name.startsWith('.webserv-'));
  };

  it('lets in who knows the password: listing, files and uploads', async () => {
    const port = await started('s3cret\n', ['--upload']);
    const post = (field: string): string =>
      `POST /b.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n${field}\r\nnew`;
    const statuses = async (field: string): Promise<number[]> => [
      (await fetchOnce(port, get('/', field))).status,
      (await fetchOnce(port, get('/a.txt', field))).status,
      (await fetchOnce(port, get('/none', field))).status,
      (await fetchOnce(port, post(field))).status,
    ];
    expect(await statuses('')).toEqual([401, 401, 401, 401]);
    expect(await statuses(basic('anna:secret'))).toEqual([401, 401, 401, 401]);
    expect(existsSync(join(site.folder, 'public/b.txt'))).toBe(false);
    expect(await statuses(RIGHT)).toEqual([200, 200, 404, 201]);
    command.kill('SIGTERM');
    const { code, stdout, stderr } = await command.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/ - anna \[.*"GET \/a\.txt HTTP\/1\.1" 200 4/);
    expect(stdout + stderr).not.toContain('s3cret');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('stores the hash for its own account until %s', async (signal) => {
    await started('s3cret\n', []);
    const [folder = ''] = stored();
    const file = join(site.folder, 'tmp', folder, 'users');
    expect(statSync(join(site.folder, 'tmp', folder)).mode & 0o777).toBe(0o700);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toMatch(/^anna:\$argon2id\$[^\n]*\n$/);
    command.kill(signal);
    expect((await command.ended).code).toBe(0);
    expect(stored()).toEqual([]);
  });

  it('shows the hash to nobody, even if the place for such files is served', async () => {
    const port = await started('s3cret\n', [], { TMPDIR: join(site.folder, 'public') });
    const [folder] = stored('public');
    expect((await fetchOnce(port, get(`/${folder}/users`, RIGHT))).status).toBe(404);
    expect((await fetchOnce(port, get('/', RIGHT))).body.toString()).not.toContain('.webserv-');
  });

  it('takes the password from the environment, which nothing that it starts inherits', async () => {
    const seen = join(site.folder, 'seen');
    for (const name of ['open', 'xdg-open'])
      chmodSync(site.file(`bin/${name}`, `#!/bin/sh\nenv >${seen}.new\nmv ${seen}.new ${seen}\n`), 0o755);
    const { PATH: path } = process.env;
    const env = { WEBSERV_PASSWORD: 's3cret', PATH: `${site.folder}/bin:${path}` };
    const port = await started('', ['--open'], env);
    expect((await fetchOnce(port, get('/a.txt', RIGHT))).status).toBe(200);
    await until(() => existsSync(seen));
    expect(readFileSync(seen, 'utf8')).toContain('TMPDIR=');
    expect(readFileSync(seen, 'utf8')).not.toContain('s3cret');
  });

  it('leaves nothing behind if it cannot start', async () => {
    const port = await started('s3cret\n', []);
    const before = stored();
    const second = begin('s3cret\n', ['public', '-p', String(port), '--auth', 'anna']);
    expect(await second.ended).toMatchObject({ code: 1, stderr: expect.stringContaining('is taken') });
    expect(stored()).toEqual(before);
  });

  it.each<[string, number, string, string]>([
    ['webserv: the password is empty\n', 1, 'anna', '\n'],
    ['webserv: there is a control character in the password', 1, 'anna', 'a\x1bb\n'],
    ['webserv: the password has more than 255 bytes\n', 1, 'anna', 'x'.repeat(256)],
    ['webserv: --auth is "an:na": expected a name that a file of users can hold', 2, 'an:na', 's3cret\n'],
  ])('says %j', async (problem, code, user, typed) => {
    const ended = await begin(typed, ['public', '-p', '0', '--auth', user]).ended;
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(problem) });
    expect(ended.stderr).not.toContain('s3cret');
    expect(stored()).toEqual([]);
  });

  it('prints a configuration without asking, which serves once "webserv passwd" has set the password', async () => {
    const words = ['public', '-p', '0', '--auth', 'anna', '--print-config'];
    const printed = await begin('', words).ended;
    expect([printed.code, printed.stderr]).toEqual([0, '']);
    // It may lie in the very folder that is served.
    const conf = site.file('public/webserv.conf', printed.stdout);
    const [, file = '', user = ''] = /"webserv passwd (\S+) (\S+)"/.exec(printed.stdout) ?? [];
    const passwd = run(['passwd', file, user], {}, join(site.folder, 'public'));
    passwd.type('s3cret\n');
    expect((await passwd.ended).code).toBe(0);
    const port = await run(['-c', conf]).port();
    expect((await fetchOnce(port, get('/a.txt'))).status).toBe(401);
    expect((await fetchOnce(port, get('/a.txt', RIGHT))).status).toBe(200);
    expect((await fetchOnce(port, get(`/${file}`, RIGHT))).status).toBe(404);
  });
});
