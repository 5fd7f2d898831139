import { execFileSync } from 'node:child_process';
import { symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fixture, PLAIN_LISTING } from '../testing/fixture.ts';
import { byTable, crc32 } from './crc32.ts';

const LONG = `${'long name '.repeat(20)}.txt`;
const WHEN = new Date('2021-03-04T05:06:07Z');

/** Python reads both formats with code of its own: it lists names, sizes, times and contents. */
const READERS = {
  zip: `import zipfile,sys,json
z=zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(json.dumps([[i.filename,i.file_size,list(i.date_time),'' if i.is_dir() else z.read(i).decode('latin1')[:20]] for i in z.infolist()]))`,
  tar: `import tarfile,sys,json,time
t=tarfile.open(sys.argv[1])
print(json.dumps([[m.name+('/' if m.isdir() else ''),m.size,list(time.gmtime(m.mtime)[:6]),'' if m.isdir() else t.extractfile(m).read().decode('latin1')[:20]] for m in t.getmembers()]))`,
} as const;

type Kind = keyof typeof READERS;
type Row = readonly [name: string, size: number, time: readonly number[], content: string];

const KINDS = ['zip', 'tar'] as const;
const LISTING = { ...PLAIN_LISTING, archive: KINDS };

let site: Fixture;

beforeEach(() => {
  site = new Fixture();
  site.location('/', { autoIndex: 'on', listing: LISTING });
});

afterEach(() => site.close());

async function packed(kind: Kind, path = '/'): Promise<Row[]> {
  const answer = await site.send('GET', `${path}?archive=${kind}`);
  expect([answer.status, site.memory.bytes]).toEqual([200, 0]);
  return rowsOf(kind, answer.body);
}

function rowsOf(kind: Kind, bytes: Buffer): Row[] {
  const file = join(site.folder, `archive.${kind}`);
  writeFileSync(file, bytes);
  const text = execFileSync('python3', ['-c', READERS[kind], file], { encoding: 'utf8' });
  const rows = JSON.parse(text) as Row[];
  return [...rows].sort(([one], [other]) => (one < other ? -1 : 1));
}

async function namesIn(kind: Kind, path = '/'): Promise<string[]> {
  return (await packed(kind, path)).map(([name]) => name);
}

describe.each(KINDS)('%s', (kind) => {
  it('holds names in UTF-8, sizes, times and contents, at any depth', async () => {
    site.file('www/a.txt', 'content', WHEN);
    site.file('www/empty', '', WHEN);
    site.file('www/größe 한국.bin', 'x'.repeat(300_000), WHEN);
    site.file(`www/deep/er/${LONG}`, 'long', WHEN);
    const rows = await packed(kind);
    // The times of ZIP are even.
    const time = [2021, 3, 4, 5, 6, kind === 'zip' ? 6 : 7];
    expect(rows.filter(([name]) => !name.endsWith('/'))).toEqual([
      ['a.txt', 7, time, 'content'],
      [`deep/er/${LONG}`, 4, time, 'long'],
      ['empty', 0, time, ''],
      ['größe 한국.bin', 300_000, time, 'x'.repeat(20)],
    ]);
    expect(rows.map(([name]) => name)).toEqual(expect.arrayContaining(['deep/', 'deep/er/']));
  });

  it('holds what listings show, and no more', async () => {
    site.file('www/shown.txt', 'a');
    site.file('www/.hidden', 'b');
    site.file('www/.webserv-upload-1-abcdefgh-0.part', 'c');
    site.file('www/folder/.git/config', 'd');
    site.file('www/folder/x', 'e');
    site.file('outside.txt', 'secret');
    symlinkSync('shown.txt', join(site.root, 'inside link'));
    symlinkSync('folder', join(site.root, 'folder link'));
    symlinkSync('../outside.txt', join(site.root, 'outside link'));
    symlinkSync('..', join(site.root, 'folder/back'));
    symlinkSync('.', join(site.root, 'self'));
    symlinkSync('nowhere', join(site.root, 'broken'));
    execFileSync('mkfifo', [join(site.root, 'fifo')]);
    expect(await namesIn(kind)).toEqual([
      'folder link/',
      'folder link/x',
      'folder/',
      'folder/x',
      'inside link',
      'shown.txt',
    ]);
  });

  it('holds nothing of other locations, and no source of a script', async () => {
    site.location('/', {
      autoIndex: 'on',
      listing: LISTING,
      symlinks: true,
      cgi: [{ kind: 'extension', ext: '.php', interpreter: '/bin/sh', application: null }],
    });
    site.location('/private', { autoIndex: 'off' });
    site.location('/other', {
      root: join(site.folder, 'scripts'),
      cgi: [{ kind: 'extension', ext: '.txt', interpreter: '/bin/sh', application: null }],
    });
    for (const path of ['a.php', 'a.html', 'a.php.gz', 'private/x']) site.file(`www/${path}`, path);
    site.file('scripts/script.txt', 'source');
    site.file('scripts/data', 'data');
    symlinkSync('a.php', join(site.root, 'link.txt'));
    symlinkSync('../scripts', join(site.root, 'linked'));
    expect(await namesIn(kind)).toEqual(['a.html', 'linked/', 'linked/data']);
  });

  it('leaves out a folder with a default file, which has no listing', async () => {
    site.location('/', { autoIndex: 'missing', defaultFiles: ['index.html'], listing: LISTING });
    for (const path of ['a', 'own/index.html', 'own/secret', 'list/b']) site.file(`www/${path}`, path);
    expect(await namesIn(kind)).toEqual(['a', 'list/', 'list/b']);
    expect((await site.send('GET', `/own/?archive=${kind}`)).text).toBe('own/index.html');
  });

  it('is named as its folder, and HEAD says the same', async () => {
    site.file('www/a "b" ü/x', 'y');
    const target = `/${encodeURIComponent('a "b" ü')}/?archive=${kind}`;
    const answer = await site.send('GET', target);
    expect(answer.header('Content-Disposition')).toBe(
      `attachment; filename="a _b_ _.${kind}"; filename*=UTF-8''a%20%22b%22%20%C3%BC.${kind}`,
    );
    const head = await site.send('HEAD', target);
    expect(head.reply.headers.entries()).toEqual(answer.reply.headers.entries());
    expect([head.body.length, site.memory.bytes, site.services.listings.count]).toEqual([0, 0, 0]);
  });

  it('an empty folder is an archive too', async () => {
    expect(await namesIn(kind, '/')).toEqual([]);
  });

  it('is cut where a file becomes shorter, and holds nothing then', async () => {
    const path = site.file('www/shrinks', Buffer.alloc(500_000));
    const outcome = site.dispatch('GET', `/?archive=${kind}`);
    if (!('body' in outcome) || outcome.body.kind !== 'stream') throw new Error('no stream');
    const { source } = outcome.body;
    const end = await new Promise<string>((resolve) => {
      source.open({
        data: () => {
          truncateSync(path, 1000);
          setImmediate(() => source.pull());
        },
        end: () => resolve('whole'),
        fail: (_errno, place) => resolve(place),
      });
      source.pull();
    });
    outcome.release();
    expect(end).toBe('archive: the file became shorter');
    expect([site.memory.bytes, site.services.listings.count]).toEqual([0, 0]);
  });
});

it('is there only where the location says so', async () => {
  site.location('/', { autoIndex: 'on', listing: { ...PLAIN_LISTING, archive: ['tar'] } });
  site.file('www/a');
  const { text } = await site.send('GET', '/?archive=zip');
  expect(text).toContain('href="?archive=tar" download');
  expect(text).not.toContain('archive=zip');
});

it('a client that goes gives up everything', async () => {
  site.file('www/a', Buffer.alloc(500_000));
  const outcome = site.dispatch('GET', '/?archive=zip');
  if (!('body' in outcome) || outcome.body.kind !== 'stream') throw new Error('no stream');
  expect(site.services.listings.count).toBe(1);
  const { source } = outcome.body;
  await new Promise<void>((resolve) => {
    source.open({ data: () => resolve(), end: () => {}, fail: () => {} });
    source.pull();
  });
  outcome.release();
  expect([site.memory.bytes, site.services.listings.count]).toEqual([0, 0]);
});

it('counts as a listing', async () => {
  Object.assign(site.server, { maxListings: 0 });
  expect((await site.send('GET', '/?archive=zip')).status).toBe(503);
});

it('its checksum is the one of zlib', () => {
  const bytes = Buffer.from('123456789');
  const own = byTable();
  expect([own(bytes), own(bytes.subarray(4), own(bytes.subarray(0, 4))), crc32(bytes)]).toEqual(
    Array(3).fill(0xcbf43926),
  );
});
