import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fetchOnce, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

let site: TestSite;
let child: ChildProcess | null = null;

beforeEach(() => {
  site = new TestSite();
});

afterEach(async () => {
  await ended();
  await site.close();
});

/** A server over `www` without a cache, so that every request goes to the disk. */
function start(location: string, server = ''): number {
  return site.start(
    `error_log error.log; server { access_log off; listen 127.0.0.1:0; root www; cache_size 0; ${server} location / { method GET DELETE; ${location} } }`,
  );
}

/** Starts a child that turns a folder into a link and back, as fast as it can. */
function swap(path: string, outside: string): Promise<void> {
  const script = `
    const fs = require('node:fs');
    const [path, outside] = process.argv.slice(1);
    process.stdout.write('on');
    for (;;) {
      fs.renameSync(path, path + '.kept');
      fs.symlinkSync(outside, path);
      fs.unlinkSync(path);
      fs.renameSync(path + '.kept', path);
    }`;
  const started = spawn(process.execPath, ['-e', script, path, outside], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  return new Promise((resolve) => started.stdout.once('data', () => resolve()));
}

function ended(): Promise<void> {
  const running = child;
  child = null;
  return new Promise((resolve) => {
    if (running === null) resolve();
    running?.once('exit', () => resolve());
    running?.kill('SIGKILL');
  });
}

it('never gives, lists or deletes what lies outside, while a folder turns into a link and back', async () => {
  site.file('www/sub/deep/file.txt', 'inside');
  site.file('outer/deep/file.txt', 'outside');
  site.file('outer/deep/only-outside.txt', 'outside');
  const port = start('auto_index on;');
  await swap(join(site.folder, 'www/sub'), join(site.folder, 'outer'));
  let peer = await Peer.open(port);
  const statuses = new Map<string, number>();
  const bodies: string[] = [];
  const count = (what: string): number => statuses.get(what) ?? 0;
  const enough = (): boolean => count('file 200') > 20 && count('file 404') > 20 && count('list 200') > 10;
  for (let round = 0; round < 20_000 && !enough(); round++) {
    if (round % 100 === 99) {
      peer.close();
      peer = await Peer.open(port);
    }
    for (const [name, request, method] of [
      ['file', get('/sub/deep/file.txt'), 'GET'],
      ['list', get('/sub/deep/?format=json'), 'GET'],
      ['delete', get('/sub/deep/only-outside.txt').replace('GET', 'DELETE'), 'DELETE'],
    ] as const) {
      const answer = await peer.send(request).answer(method);
      const what = `${name} ${answer.status}`;
      statuses.set(what, count(what) + 1);
      if (answer.body.includes('outside')) bodies.push(answer.body.toString());
    }
  }
  peer.close();
  await ended();
  expect(bodies).toEqual([]);
  expect(readdirSync(join(site.folder, 'outer/deep')).sort()).toEqual(['file.txt', 'only-outside.txt']);
  expect(enough()).toBe(true);
  expect(count('delete 204')).toBe(0);
}, 60_000);

describe('links', () => {
  beforeEach(() => {
    site.file('www/a.txt', 'a');
    site.file('www/sub/b.txt', 'b');
    site.file('outside.txt', 'outside');
    symlinkSync(join(site.folder, 'www/a.txt'), join(site.folder, 'www/absolute'));
    symlinkSync('../a.txt', join(site.folder, 'www/sub/relative'));
    symlinkSync('../www/sub', join(site.folder, 'www/around'));
    symlinkSync('../outside.txt', join(site.folder, 'www/out'));
  });

  it.each([
    ['/absolute', 200, 200],
    ['/sub/relative', 200, 200],
    ['/around/b.txt', 200, 200],
    ['/out', 404, 200],
  ])('%s is %i, and %i with `symlinks on`', async (path, off, on) => {
    expect((await fetchOnce(start(''), get(path))).status).toBe(off);
    await site.running?.close();
    expect((await fetchOnce(start('symlinks on;'), get(path))).status).toBe(on);
  });

  it.each([
    ['', ['absolute', 'a.txt']],
    ['symlinks on;', ['absolute', 'a.txt', 'out']],
  ])('are listed where they would be served: %j', async (option, files) => {
    const answer = await fetchOnce(start(`auto_index on; ${option}`), get('/?format=json'));
    const { entries } = JSON.parse(answer.body.toString()) as { entries: { name: string; type: string }[] };
    const names = entries.filter(({ type }) => type === 'file').map(({ name }) => name);
    expect(names.sort()).toEqual([...files].sort());
  });

  it('go where DELETE is meant for them, and their targets stay', async () => {
    const port = start('symlinks on;');
    expect((await fetchOnce(port, get('/out').replace('GET', 'DELETE'))).status).toBe(204);
    expect(existsSync(join(site.folder, 'www/out'))).toBe(false);
    expect(existsSync(join(site.folder, 'outside.txt'))).toBe(true);
  });
});

it('serves the new root at once where a link to it is switched', async () => {
  site.file('releases/1/a.txt', 'one');
  site.file('releases/2/a.txt', 'two');
  symlinkSync('releases/1', join(site.folder, 'www'));
  const peer = await Peer.open(start(''));
  expect((await peer.send(get('/a.txt')).answer()).body.toString()).toBe('one');
  symlinkSync('releases/2', join(site.folder, 'next'));
  renameSync(join(site.folder, 'next'), join(site.folder, 'www'));
  expect((await peer.send(get('/a.txt')).answer()).body.toString()).toBe('two');
  renameSync(join(site.folder, 'www'), join(site.folder, 'gone'));
  expect((await peer.send(get('/a.txt')).answer()).status).toBe(404);
  mkdirSync(join(site.folder, 'www'));
  writeFileSync(join(site.folder, 'www/a.txt'), 'three');
  expect((await peer.send(get('/a.txt')).answer()).body.toString()).toBe('three');
  peer.close();
});

it.each(['', 'symlinks on;'])('opens no FIFO, socket or device, and lists none: %j', async (option) => {
  site.file('www/a.txt', 'a');
  const at = (name: string): string => join(site.folder, 'www', name);
  execFileSync('mkfifo', [at('fifo')]);
  symlinkSync('/dev/zero', at('zero'));
  symlinkSync('fifo', at('to-fifo'));
  const unix = createServer().listen(at('socket'));
  await new Promise<void>((resolve) => unix.once('listening', resolve));
  const port = start(`auto_index on; ${option}`);
  // A reader that opens the FIFO would let this writer go on.
  const writer = spawn('sh', ['-c', 'echo x > "$0"', at('fifo')], { stdio: 'ignore' });
  const left = new Promise<void>((resolve) => writer.once('exit', () => resolve()));
  for (const name of ['fifo', 'zero', 'to-fifo', 'socket']) {
    const answers = [
      await fetchOnce(port, get(`/${name}`)),
      await fetchOnce(port, get(`/${name}`).replace('GET', 'DELETE')),
    ];
    expect([name, ...answers.map(({ status }) => status)]).toEqual([name, 404, 404]);
  }
  const list = await fetchOnce(port, get('/?format=json'));
  const { entries } = JSON.parse(list.body.toString()) as { entries: { name: string }[] };
  expect(entries.map(({ name }) => name)).toEqual(['a.txt']);
  expect(writer.exitCode).toBeNull();
  writer.kill('SIGKILL');
  await left;
  await new Promise((resolve) => unix.close(resolve));
});
