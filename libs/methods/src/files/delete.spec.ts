import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, linkSync, lstatSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { strongEtag } from '@webserv/response';
import { Fixture, LONG_AGO, type LocationPatch } from '../testing/fixture.ts';

const E = constants.errno;
let site: Fixture;

beforeEach(() => {
  site = new Fixture();
  location({});
});

afterEach(() => site.close());

function location(patch: LocationPatch): void {
  site.location('/', { methods: ['GET', 'DELETE'], ...patch });
}

/** All names below the fixture; links are not followed, for some of them lead in circles. */
function tree(folder = site.folder): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? [path, ...tree(path)] : [path];
  });
}

it('removes a file, and has it forgotten right before', async () => {
  const path = site.file('www/a b.txt', 'x');
  const { files } = site.services;
  const seen: string[] = [];
  const remove: typeof files.remove = (root, target) => {
    seen.push(...site.forgotten);
    return files.remove(root, target);
  };
  site.services = { ...site.services, files: { ...files, remove } };
  const answer = await site.send('DELETE', '/a%20b.txt');
  expect(answer).toMatchObject({ status: 204, text: '' });
  expect(existsSync(path)).toBe(false);
  expect(seen).toEqual([path]);
  expect(site.forgotten).toEqual([path]);
  expect((await site.send('DELETE', '/a%20b.txt')).status).toBe(404);
});

it('takes the prefix off and the root of its location', async () => {
  site.file('www/a.txt');
  const upload = site.file('uploads/a.txt');
  site.location('/delete', { methods: ['DELETE'], root: site.uploads });
  expect((await site.send('DELETE', '/delete/a.txt')).status).toBe(204);
  expect(existsSync(upload)).toBe(false);
  expect(existsSync(join(site.root, 'a.txt'))).toBe(true);
});

describe('what is refused, and leaves everything as it was', () => {
  beforeEach(() => {
    site.file('secret.txt');
    site.file('www/folder/a.txt');
    site.file('www/.hidden');
    site.file('www/.git/config');
    site.file('www/.webserv-upload-1-abcdefgh-0.part');
    site.mkdir('www/empty');
    symlinkSync('../secret.txt', join(site.root, 'out'));
    symlinkSync('..', join(site.root, 'up'));
    symlinkSync('../www', join(site.root, 'here'));
    symlinkSync('/nowhere', join(site.root, 'dangling'));
    symlinkSync('loop', join(site.root, 'loop'));
    symlinkSync('folder', join(site.root, 'to-folder'));
    execFileSync('mkfifo', [join(site.root, 'fifo')]);
  });

  const cases: readonly (readonly [target: string, status: number, why: string])[] = [
    ['/none', 404, 'nothing there'],
    ['/none/none', 404, 'no folder there'],
    ['/', 403, 'the root'],
    ['/folder', 403, 'a folder'],
    ['/folder/', 403, 'a folder with its slash'],
    ['/empty', 403, 'an empty folder'],
    ['/folder/a.txt/', 404, 'a slash behind a file'],
    ['/folder/a.txt/x', 404, 'a file as a folder'],
    ['/.hidden', 404, 'a dotfile'],
    ['/.git/config', 404, 'a folder with a dot'],
    ['/.webserv-upload-1-abcdefgh-0.part', 404, 'an upload that is not whole'],
    ['/up/secret.txt', 404, 'through a link out of the root'],
    ['/out', 404, 'a link to a file outside'],
    ['/dangling', 404, 'a link that leads nowhere'],
    ['/loop', 404, 'a link to itself'],
    ['/to-folder', 403, 'a link to a folder'],
    ['/fifo', 404, 'a FIFO'],
    [`/${'a'.repeat(300)}`, 404, 'too long a name'],
  ];

  it.each(cases)('%s: %i, %s', async (target, status) => {
    const before = tree();
    expect((await site.send('DELETE', target)).status).toBe(status);
    expect(tree()).toEqual(before);
  });

  it('through a link out of the root, even where links may be followed', async () => {
    location({ symlinks: true, dotfiles: true });
    expect((await site.send('GET', '/up/secret.txt')).status).toBe(200);
    expect((await site.send('DELETE', '/up/secret.txt')).status).toBe(404);
    expect(site.cause?.errno).toBe(-E.EXDEV);
    expect(existsSync(join(site.folder, 'secret.txt'))).toBe(true);
  });

  it('a folder above the root that only begins alike', async () => {
    mkdirSync(`${site.root}-more`);
    site.file('www-more/a.txt');
    symlinkSync('../www-more', join(site.root, 'more'));
    expect((await site.send('DELETE', '/more/a.txt')).status).toBe(404);
    expect(existsSync(join(site.folder, 'www-more/a.txt'))).toBe(true);
  });
});

describe('symbolic links', () => {
  it('within the root go, and their target stays', async () => {
    const target = site.file('www/a.txt');
    symlinkSync('a.txt', join(site.root, 'link'));
    expect((await site.send('DELETE', '/link')).status).toBe(204);
    expect(readdirSync(site.root)).toEqual(['a.txt']);
    expect(lstatSync(target).isFile()).toBe(true);
  });

  it('to a file outside go where links may be followed, and their target stays', async () => {
    location({ symlinks: true });
    const target = site.file('secret.txt');
    symlinkSync(target, join(site.root, 'link'));
    expect((await site.send('DELETE', '/link')).status).toBe(204);
    expect(readdirSync(site.root)).toEqual([]);
    expect(existsSync(target)).toBe(true);
  });

  it('within the root are followed to the folder that a file lies in', async () => {
    site.file('www/folder/a.txt');
    symlinkSync('folder', join(site.root, 'link'));
    expect((await site.send('DELETE', '/link/a.txt')).status).toBe(204);
    expect(readdirSync(join(site.root, 'folder'))).toEqual([]);
  });

  it('that the root itself is are no way out', async () => {
    site.file('www/a.txt');
    symlinkSync('www', join(site.folder, 'current'));
    location({ root: join(site.folder, 'current') });
    expect((await site.send('DELETE', '/a.txt')).status).toBe(204);
  });
});

it('removes one of several names of a file', async () => {
  const path = site.file('www/a.txt');
  linkSync(path, join(site.root, 'b.txt'));
  expect((await site.send('DELETE', '/a.txt')).status).toBe(204);
  expect(readdirSync(site.root)).toEqual(['b.txt']);
});

it('removes dotfiles where the location shows them', async () => {
  location({ dotfiles: true });
  site.file('www/.hidden');
  expect((await site.send('DELETE', '/.hidden')).status).toBe(204);
});

it('without permission for the folder is 403', async () => {
  site.file('www/locked/a.txt');
  // Whatever the umask is, somebody else reaches the locked folder.
  for (const folder of [site.folder, site.root]) chmodSync(folder, 0o755);
  chmodSync(join(site.root, 'locked'), 0o555);
  // Root may do everything: the test becomes somebody else for the one call.
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  let status = 0;
  try {
    const outcome = site.dispatch('DELETE', '/locked/a.txt');
    if ('status' in outcome) status = outcome.status;
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(join(site.root, 'locked'), 0o755);
  }
  expect(status).toBe(403);
  expect(site.cause).toMatchObject({ errno: -E.EACCES, place: 'unlink' });
  expect(existsSync(join(site.root, 'locked/a.txt'))).toBe(true);
});

describe('conditions', () => {
  const BEFORE = 'Sat, 03 Feb 2024 04:05:05 GMT';
  const THEN = 'Sat, 03 Feb 2024 04:05:06 GMT';

  it.each([
    ['If-Match: "other"', 412],
    ['If-Match: *', 204],
    ['If-Match: ETAG', 204],
    ['If-Match: "other", ETAG', 204],
    ['If-Match: W/ETAG', 412],
    ['If-Match: nonsense', 412],
    [`If-Unmodified-Since: ${BEFORE}`, 412],
    [`If-Unmodified-Since: ${THEN}`, 204],
    ['If-None-Match: *', 412],
    ['If-None-Match: "other"', 204],
    ['If-None-Match: ETAG', 412],
    [`If-Modified-Since: ${THEN}`, 204],
  ])('%s: %i', async (field, status) => {
    const path = site.file('www/a.txt', 'x');
    const { mtimeMs, size } = lstatSync(path);
    expect(mtimeMs).toBe(LONG_AGO.getTime());
    const line = field.replace('ETAG', strongEtag({ mtimeMs, size }));
    expect((await site.send('DELETE', '/a.txt', `${line}\r\n`)).status).toBe(status);
    expect(existsSync(path)).toBe(status === 412);
  });

  it('change nothing about what is not there', async () => {
    expect((await site.send('DELETE', '/a.txt', 'If-Match: *\r\n')).status).toBe(404);
  });
});
