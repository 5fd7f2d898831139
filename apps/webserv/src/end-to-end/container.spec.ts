// deploy/container without an engine: the last stage of the Containerfile, step by step, in a root file system of its own
// that is then made read-only. It takes the place of an image where none can be built.

import { execFileSync, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fetchOnce, get } from '../testing/peer.ts';

const TREE = resolve(__dirname, '../../../..');
const FILE = join(TREE, 'deploy/container/Containerfile');
const TINI = '/usr/bin/tini-static';

/** The words of the last stage: `COPY`, `USER` and so on, with what follows. */
const STEPS = readFileSync(FILE, 'utf8')
  .split(/^FROM .*$/m)
  .at(-1)!
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line))
  .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const);

function step(name: string): string {
  const found = STEPS.find(([each]) => each === name);
  if (found === undefined) throw new Error(`the last stage has no ${name}`);
  return found[1];
}

/** Where a path of the stage `build` comes from here. */
function built(path: string): string {
  if (path.startsWith('/app/')) return join(TREE, path.slice('/app/'.length));
  return path.startsWith('/src/') ? join(TREE, path.slice('/src/'.length)) : path;
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, dereference: true });
}

/** Node and the libraries that it and koffi load, in the places where the base image has them. */
function base(root: string): void {
  copy(process.execPath, join(root, 'usr/local/bin/node'));
  const loaded = execFileSync('ldd', [process.execPath], { encoding: 'utf8' });
  for (const [library] of loaded.matchAll(/\/\S+/g)) copy(library, join(root, library));
  for (const folder of ['proc', 'dev', 'tmp', 'etc', 'run'])
    mkdirSync(join(root, folder), { recursive: true });
}

/** What `unshare` runs: the root file system read-only, with /proc and a few devices, and in it the account of the image. */
const ENTER = `
set -e
mount --bind "$0" "$0"
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
mount -o remount,bind,ro "$0"
exec chroot --userspec="$1" "$0" /usr/bin/env -i PATH=/usr/local/bin "\${@:2}"
`;

const possible =
  process.geteuid?.() === 0 &&
  process.platform === 'linux' &&
  existsSync(TINI) &&
  spawnSync('unshare', ['-m', '-p', '--fork', 'mount', '--bind', '/tmp', '/tmp']).status === 0;

// It needs root, tini and mounts: .ci/run installs tini, and some containers permit no mounts.
(possible ? describe : describe.skip)('the container', () => {
  let root = '';

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'webserv-container-'));
    // The account of the image must be able to enter it.
    chmodSync(root, 0o755);
    base(root);
    copy('/usr/bin/env', join(root, 'usr/bin/env'));
    for (const [name, rest] of STEPS) {
      if (name !== 'COPY') continue;
      const [first = '', ...others] = rest.split(' ');
      const [from, to] =
        first === '--from=build' ? [built(others[0]!), others[1]!] : [join(TREE, first), others[0]!];
      if (to === '/opt/webserv/node_modules') {
        for (const each of ['koffi', '@koromix']) copy(join(from, each), join(root, to, each));
      } else copy(from, join(root, to));
    }
  });

  afterAll(() => rmSync(root, { recursive: true }));

  const entering = (words: string[]): string[] => [
    ...['-m', '-p', '--fork', '--kill-child', '/bin/bash', '-c', ENTER, root, step('USER')],
    ...words,
  ];

  const within = (words: string[]): SpawnSyncReturns<string> =>
    spawnSync('unshare', entering(words), { encoding: 'utf8' });

  it('has no root and cannot write', () => {
    const script =
      "const fs = require('fs'); let e = ''; try { fs.writeFileSync('/opt/x', '') } catch (x) { e = x.code }; console.log(process.getuid(), e)";
    expect(within(['node', '-e', script]).stdout).toBe('10001 EROFS\n');
  });

  it('checks its configuration', () => {
    const entry = JSON.parse(step('ENTRYPOINT')) as string[];
    const checked = within([...entry, '-t', ...(JSON.parse(step('CMD')) as string[])]);
    expect([checked.status, checked.stderr]).toEqual([
      0,
      '/etc/webserv/webserv.conf: the configuration is good\n',
    ]);
  });

  it('serves under tini, is healthy, and ends on TERM', async () => {
    const port = await new Promise<number>((done) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => done(typeof address === 'object' ? (address?.port ?? 0) : 0));
      });
    });
    const conf = readFileSync(join(root, 'etc/webserv/webserv.conf'), 'utf8');
    expect(conf).toContain('listen 8080;');
    cpSync(join(root, 'etc/webserv/webserv.conf'), join(root, 'etc/webserv/image.conf'));
    writeFileSync(join(root, 'etc/webserv/webserv.conf'), conf.replace('8080', `127.0.0.1:${port}`));
    const words = [...(JSON.parse(step('ENTRYPOINT')) as string[]), ...(JSON.parse(step('CMD')) as string[])];
    const child = spawn('unshare', entering(words), { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise<number | null>((done) => child.on('close', done));
    let said = '';
    await new Promise<void>((done, fail) => {
      child.stderr.on('data', (bytes) => {
        said += bytes;
        if (said.includes('serving on')) done();
      });
      void ended.then(() => fail(new Error(said)));
    });
    expect((await fetchOnce(port, get('/'))).body.toString()).toContain('webserv serves');
    const health = JSON.parse(step('HEALTHCHECK').replace(/^.*CMD /, '')) as string[];
    const url = (of: number): string => `WEBSERV_HEALTH_URL=http://127.0.0.1:${of}/`;
    expect(within([url(port), ...health]).status).toBe(0);
    expect(within([url(1), ...health]).status).toBe(1);
    // The first process of the namespace is tini, with the server as its child.
    const [, tini = ''] =
      /(\d+)/.exec(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')) ?? [];
    expect(readFileSync(`/proc/${tini}/comm`, 'utf8')).toBe('tini\n');
    process.kill(Number(tini), 'SIGTERM');
    expect(await ended).toBe(0);
  });
});
