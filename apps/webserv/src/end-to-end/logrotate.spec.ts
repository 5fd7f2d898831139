// deploy/systemd/webserv.logrotate: what turns the logs over.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from '../testing/command.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

const SHIPPED = resolve(__dirname, '../../../../deploy/systemd/webserv.logrotate');

const installed = spawnSync('/bin/sh', ['-c', 'command -v logrotate']).status === 0;

// logrotate may be missing: .ci/run installs it.
(installed ? it : it.skip).each([1, 2])(
  'turns the logs over without a line lost, with %i worker(s)',
  async (workers) => {
    const site = new TestSite();
    site.file('www/index.html', 'home');
    const log = site.file('log/access.log', '');
    chmodSync(join(site.folder, 'log'), 0o755);
    const conf = site.file(
      'site.conf',
      `workers ${workers}; error_log off;
       server { listen 127.0.0.1:0; root www; access_log log/access.log combined flush=20ms; location / { default_file index.html; } }`,
    );
    const server = new Command(['-c', conf]);
    try {
      const port = await server.port();
      const rules = readFileSync(SHIPPED, 'utf8')
        .replace('/var/log/webserv', join(site.folder, 'log'))
        // What there is of systemd, and of the account.
        .replace(/systemctl kill .*/, `kill -USR1 ${server.pid}`)
        .replace(/^ *su .*\n/m, '');
      const file = site.file('logrotate.conf', rules);
      chmodSync(file, 0o644);
      const lines = (path: string): string[] =>
        existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
      let asked = 0;
      for (let turn = 1; turn <= 3; turn++) {
        const peer = await Peer.open(port);
        for (let request = 0; request < 5; request++) await peer.send(get(`/?${++asked}`)).answer();
        peer.close();
        await until(() => lines(log).length === 5);
        const { status, stderr } = spawnSync(
          'logrotate',
          ['--force', '--state', join(site.folder, 'state'), file],
          {
            encoding: 'utf8',
          },
        );
        expect([status, stderr]).toEqual([0, '']);
        await until(() => existsSync(log) && lines(log).length === 0);
        expect(lines(`${log}.1`).map((line) => /\?(\d+)/.exec(line)?.[1])).toEqual(
          Array.from({ length: 5 }, (_, index) => String(asked - 4 + index)),
        );
      }
    } finally {
      server.kill('SIGKILL');
      await server.ended;
      await site.close();
    }
  },
);
