import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { Command } from '../testing/command.ts';
import { fetchOnce, get } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

/** The account `nobody`. */
const OTHER = 65_534;

/** Only root can be led astray by links; CI runs as root. */
const asRoot = process.getuid?.() === 0 && process.platform === 'linux' ? describe : describe.skip;

asRoot('logs of a server that is started as root', () => {
  let site: TestSite;
  let command: Command | null;

  beforeEach(() => {
    site = new TestSite();
    command = null;
    chmodSync(site.folder, 0o755);
    site.file('static/index.html', 'home');
    site.file('secret', 'secret');
    mkdirSync(join(site.folder, 'theirs'));
    chownSync(join(site.folder, 'theirs'), OTHER, OTHER);
  });

  afterEach(async () => {
    command?.kill('SIGKILL');
    await command?.ended;
    await site.close();
  });

  function start(accessLog: string, errorLog: string): Command {
    const conf = site.file(
      'site.conf',
      `user nobody; error_log ${errorLog} info buffer=0;
server { listen 127.0.0.1:0; root static; access_log ${accessLog} buffer=0; location / { } }`,
    );
    command = new Command(['-c', conf]);
    return command;
  }

  it.each([
    ['access log', 'theirs/log', '/dev/stderr'],
    ['error log', '/dev/null', 'theirs/log'],
  ])('an %s is not opened through a link of the account', async (_which, accessLog, errorLog) => {
    for (const make of [symlinkSync, linkSync]) {
      make(join(site.folder, 'secret'), join(site.folder, 'theirs/log'));
      const { code, stderr } = await start(accessLog, errorLog).ended;
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/cannot open the log .*theirs\/log: E(LOOP|MLINK)/),
      ]);
      expect([
        readFileSync(join(site.folder, 'secret'), 'utf8'),
        statSync(join(site.folder, 'secret')).uid,
      ]).toEqual(['secret', 0]);
      site.remove('theirs/log');
    }
  });

  it('a log is not opened through a link to a file, not even one of root', async () => {
    symlinkSync('secret', join(site.folder, 'link'));
    const { code, stderr } = await start('link', '/dev/stderr').ended;
    expect([code, stderr]).toEqual([1, expect.stringMatching(/cannot open the log .*link: ELOOP/)]);
    expect(readFileSync(join(site.folder, 'secret'), 'utf8')).toBe('secret');
  });

  it('the account opens its logs anew', async () => {
    const running = start('theirs/log', '/dev/stderr');
    const port = await running.port();
    const log = join(site.folder, 'theirs/log');
    expect(statSync(log).uid).toBe(OTHER);
    renameSync(log, `${log}.1`);
    running.kill('SIGUSR1');
    for (;;) {
      await fetchOnce(port, get('/'));
      if (statSync(log, { throwIfNoEntry: false }) !== undefined) break;
    }
    expect(statSync(log).uid).toBe(OTHER);
  });

  it('a log that was there before keeps its owner, with a warning', async () => {
    site.file('kept.log', 'kept\n');
    const running = start('kept.log', '/dev/stderr');
    await running.port();
    expect(statSync(join(site.folder, 'kept.log')).uid).toBe(0);
    await running.says(/kept\.log cannot be given/);
  });
});
