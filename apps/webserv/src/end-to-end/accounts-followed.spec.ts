import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { basic, USERS } from '../testing/accounts.ts';
import { Command } from '../testing/command.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

const CONFIG = `
  error_log error.log flush=0;
  server {
    listen 127.0.0.1:0; access_log off; root www;
    location / { auth_basic staff; auth_file users; }
  }`;

describe('a file of users that changes', () => {
  let site: TestSite;

  beforeEach(() => {
    site = new TestSite();
    site.file('users', USERS);
    site.file('www/page.html', 'page');
  });

  afterEach(() => site.close());

  async function status(port: number, credentials: string): Promise<number> {
    const peer = await Peer.open(port);
    const { status: got } = await peer.send(get('/page.html', basic(credentials))).answer();
    peer.close();
    return got;
  }

  const log = () => readFileSync(join(site.folder, 'error.log'), 'utf8');

  it('counts within seconds, and what was remembered counts no more', async () => {
    const port = site.start(CONFIG);
    expect(await status(port, 'anna:secret')).toBe(200);
    site.file('users', USERS.replace('anna', 'ben'));
    await until(() => log().includes('has changed'));
    expect([await status(port, 'anna:secret'), await status(port, 'ben:secret')]).toEqual([401, 200]);
  });

  it('is reported and not used while a line is bad', async () => {
    const port = site.start(CONFIG);
    site.file('users', `${USERS.replace('anna', 'ben')}carl:secret\n`);
    await until(() => log().includes('the users that it had stay'));
    expect(log()).toMatch(/line 3: behind the user is no hash/);
    expect([await status(port, 'anna:secret'), await status(port, 'ben:secret')]).toEqual([200, 401]);
    site.remove('users');
    await until(() => log().includes('cannot be read (ENOENT)'));
    expect(await status(port, 'anna:secret')).toBe(200);
  });

  it('counts at once after a reload', async () => {
    const port = site.start(CONFIG);
    site.file('users', USERS.replace('anna', 'ben'));
    expect(await site.reload(CONFIG)).toBe('');
    expect(await status(port, 'ben:secret')).toBe(200);
  });

  it('counts in every worker after "webserv passwd"', async () => {
    site.file(
      'site.conf',
      `workers 2; ${CONFIG.replace('error.log', 'stderr')}`.replace('stderr flush=0', '/dev/stderr'),
    );
    const server = new Command(['-c', join(site.folder, 'site.conf')]);
    const port = await server.port();
    const hurry = new Command(['passwd', join(site.folder, 'users'), 'ben']);
    hurry.type('new secret\n');
    expect(await hurry.ended).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('ben has a new password'),
    });
    await server.says(/has changed[\s\S]*has changed/);
    // Each connection may come to the other worker.
    for (let turn = 0; turn < 10; turn++) expect(await status(port, 'ben:new secret')).toBe(200);
    expect(await status(port, 'anna:secret')).toBe(200);
    server.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
  });
});
