import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { driverOptions, WAYS } from '../testing/drivers.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

/** The logs lie apart: not every driver tells which entry of a folder was written, and one here is a link. */
const CONFIG = `
error_log logs/error.log info;
server {
  listen 127.0.0.1:0;
  root current/www;
  default_file index.html;
  access_log logs/access.log combined flush=10ms;
  location / { method GET; symlinks on; }
}
`;
/** Settled, so that pages are kept from their first request on. */
const LONG_AGO = new Date('2024-02-03T04:05:06.789Z');

describe.each(WAYS)('the cache on %s', (use) => {
  const site = new TestSite();
  let peer: Peer;
  let turn = 0;

  function write(name: string, content: string): string {
    const path = site.file(name, content);
    utimesSync(path, LONG_AGO, LONG_AGO);
    return path;
  }

  async function ask(target: string): Promise<[number, string]> {
    const answer = await peer.send(get(target)).answer();
    return [answer.status, answer.status === 200 ? answer.body.toString() : ''];
  }

  beforeAll(async () => {
    write('1/www/index.html', 'index 1');
    write('2/www/index.html', 'index 2');
    symlinkSync('1', join(site.folder, 'current'));
    mkdirSync(join(site.folder, 'logs'));
    peer = await Peer.open(site.start(CONFIG, driverOptions(use)));
  });

  afterAll(async () => {
    peer.close();
    await site.close();
  });

  const changes: [string, (path: string) => void, string | null][] = [
    ['written in place', (path) => writeFileSync(path, 'after'), 'after'],
    ['appended to', (path) => appendFileSync(path, ' and after'), 'before and after'],
    [
      'replaced by a file of the same size and time',
      (path) => renameSync(write('new', 'beyond'), path),
      'beyond',
    ],
    ['removed', (path) => unlinkSync(path), null],
    [
      'removed and made again',
      (path) => {
        unlinkSync(path);
        writeFileSync(path, 'again');
      },
      'again',
    ],
    [
      'made a link to another',
      (path) => {
        symlinkSync(write('other', 'other'), `${path}.l`);
        renameSync(`${path}.l`, path);
      },
      'other',
    ],
  ];

  it.each(changes)('never serves what was of a file that is %s', async (_what, change, after) => {
    const name = `page-${turn++}`;
    const path = write(`1/www/${name}`, 'before');
    for (let again = 0; again < 3; again++) expect(await ask(`/${name}`)).toEqual([200, 'before']);
    change(path);
    expect(await ask(`/${name}`)).toEqual(after === null ? [404, ''] : [200, after]);
  });

  it('follows a folder that is moved, and one that takes its place', async () => {
    const path = write('1/www/folder/deep/page', 'before');
    for (let again = 0; again < 2; again++) expect(await ask('/folder/deep/page')).toEqual([200, 'before']);
    renameSync(join(site.folder, '1/www/folder'), join(site.folder, '1/www/gone'));
    expect(await ask('/folder/deep/page')).toEqual([404, '']);
    mkdirSync(join(path, '..'), { recursive: true });
    write('1/www/folder/deep/page', 'beyond');
    expect(await ask('/folder/deep/page')).toEqual([200, 'beyond']);
    rmSync(join(site.folder, '1/www/folder'), { recursive: true });
    expect(await ask('/folder/deep/page')).toEqual([404, '']);
  });

  it('follows the link that its root goes through', async () => {
    for (const release of ['1', '2', '1', '2', '1']) {
      symlinkSync(release, join(site.folder, 'next'));
      renameSync(join(site.folder, 'next'), join(site.folder, 'current'));
      for (let again = 0; again < 3; again++) expect(await ask('/')).toEqual([200, `index ${release}`]);
    }
  });

  it('does so a hundred times in a row, while others ask', async () => {
    const path = write('1/www/often', '0');
    const other = await Peer.open(site.port(0));
    let asking = true;
    const asked = (async () => {
      let count = 0;
      while (asking) {
        expect((await other.send(get('/often')).answer()).status).toBe(200);
        count++;
      }
      return count;
    })();
    for (let version = 1; version <= 100; version++) {
      const next = `${path}.new`;
      writeFileSync(next, String(version));
      utimesSync(next, LONG_AGO, LONG_AGO);
      renameSync(next, path);
      expect(await ask('/often')).toEqual([200, String(version)]);
    }
    asking = false;
    expect(await asked).toBeGreaterThan(0);
    other.close();
  });

  it('answers from memory meanwhile, and tells so', async () => {
    write('1/www/kept', 'kept');
    for (let again = 0; again < 20; again++) await ask(`/kept?${use}`);
    const hits = () =>
      readFileSync(join(site.folder, 'logs/access.log'), 'utf8')
        .split('\n')
        .filter((line) => line.includes(`/kept?${use} `) && line.includes('cache=hit')).length;
    site.running?.reportCaches();
    site.running?.flushLogs();
    expect(hits()).toBe(19);
    const told = readFileSync(join(site.folder, 'logs/error.log'), 'utf8');
    expect(told).toMatch(/cache of server 1 hits=\d+ misses=\d+ .*evictions=\d+/);
  });
});
