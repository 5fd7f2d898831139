import { execFileSync } from 'node:child_process';
import { closeSync, fstatSync, lstatSync, symlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { strongEtag } from '@webserv/response';
import { Fixture, LONG_AGO } from '../testing/fixture.ts';

const E = constants.errno;
const TEXT = 'The quick brown fox\n';
const THEN = 'Sat, 03 Feb 2024 04:05:06 GMT';
const BEFORE = 'Sat, 03 Feb 2024 04:05:05 GMT';

let site: Fixture;
let opened: Set<number>;

beforeEach(() => {
  site = new Fixture();
  opened = new Set();
  const { files } = site.services;
  site.services = {
    ...site.services,
    files: {
      ...files,
      open: (root, path, beneath) => {
        const fd = files.open(root, path, beneath);
        if (fd >= 0) opened.add(fd);
        return fd;
      },
      close: (fd) => {
        expect(opened.delete(fd)).toBe(true);
        closeSync(fd);
      },
    },
  };
});

afterEach(() => {
  expect([...opened]).toEqual([]);
  site.close();
});

function etagOf(path: string): string {
  const { mtimeMs, size } = lstatSync(path);
  return strongEtag({ mtimeMs, size });
}

describe('a file', () => {
  it('comes with its type, length and validators', async () => {
    const path = site.file('www/a.txt', TEXT);
    const answer = await site.send('GET', '/a.txt');
    expect(answer.text).toBe(TEXT);
    expect(answer.reply.headers.entries()).toEqual([
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['Last-Modified', THEN],
      ['ETag', etagOf(path)],
      ['Accept-Ranges', 'bytes'],
    ]);
    expect(site.cause).toBeNull();
    expect(site.representation?.path).toBe(path);
    expect(site.representation?.stamp).toMatchObject({
      mtimeMs: LONG_AGO.getTime(),
      size: TEXT.length,
      ino: lstatSync(path).ino,
    });
  });

  it('has the same head for HEAD', async () => {
    site.file('www/a.txt', TEXT);
    const got = await site.send('GET', '/a.txt');
    const outcome = site.dispatch('HEAD', '/a.txt');
    if ('take' in outcome) throw new Error('an intake for HEAD');
    expect(outcome.status).toBe(200);
    expect(outcome.headers.entries()).toEqual(got.reply.headers.entries());
    expect(outcome.body).toEqual({ kind: 'unsent', length: TEXT.length });
  });

  it('may be empty', async () => {
    site.file('www/empty');
    const answer = await site.send('GET', '/empty');
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(answer.header('Content-Type')).toBe('application/octet-stream');
  });

  it('is found by its decoded name below the prefix', async () => {
    site.location('/sub', { root: site.uploads });
    site.file('uploads/deep/한 %41?.txt', 'found');
    expect((await site.send('GET', '/sub/deep/%ED%95%9C%20%2541%3F.txt')).text).toBe('found');
    expect((await site.send('GET', '/deep/%ED%95%9C%20%2541%3F.txt')).status).toBe(404);
  });
});

describe('conditions', () => {
  it.each([
    ['If-None-Match: ETAG', 304],
    ['If-None-Match: W/ETAG', 304],
    ['If-None-Match: "other"', 200],
    ['If-None-Match: *', 304],
    [`If-Modified-Since: ${THEN}`, 304],
    [`If-Modified-Since: ${BEFORE}`, 200],
    [`If-None-Match: "other"\r\nIf-Modified-Since: ${THEN}`, 200],
    ['If-Match: ETAG', 200],
    ['If-Match: "other"', 412],
    [`If-Unmodified-Since: ${BEFORE}`, 412],
    [`If-Unmodified-Since: ${THEN}`, 200],
    ['If-Match: "other"\r\nRange: bytes=0-1', 412],
    ['If-None-Match: ETAG\r\nRange: bytes=0-1', 304],
  ])('%s: %i', async (fields, status) => {
    const path = site.file('www/a.txt', TEXT);
    for (const method of ['GET', 'HEAD']) {
      const answer = await site.send(method, '/a.txt', `${fields.replaceAll('ETAG', etagOf(path))}\r\n`);
      expect([method, answer.status]).toEqual([method, status]);
      if (status === 304) expect(answer.header('ETag')).toBe(etagOf(path));
      if (status !== 200) expect(site.representation).toBeNull();
    }
  });
});

describe('ranges', () => {
  it.each([
    ['bytes=0-2', 206, 'The', 'bytes 0-2/20'],
    ['bytes=16-', 206, 'fox\n', 'bytes 16-19/20'],
    ['bytes=-4', 206, 'fox\n', 'bytes 16-19/20'],
    ['bytes=4-999', 206, TEXT.slice(4), 'bytes 4-19/20'],
    ['bytes=20-', 416, null, 'bytes */20'],
    ['bytes=-0', 416, null, 'bytes */20'],
    ['lines=1-2', 200, TEXT, undefined],
    ['bytes=x', 200, TEXT, undefined],
  ])('%s: %i', async (range, status, text, contentRange) => {
    site.file('www/a.txt', TEXT);
    const answer = await site.send('GET', '/a.txt', `Range: ${range}\r\n`);
    expect(answer.status).toBe(status);
    expect(answer.header('Content-Range')).toBe(contentRange);
    if (text !== null) expect(answer.text).toBe(text);
    // A part is not what the cache may keep.
    if (status !== 200) expect(site.representation).toBeNull();
    expect((await site.send('HEAD', '/a.txt', `Range: ${range}\r\n`)).status).toBe(200);
  });

  it('of several parts', async () => {
    site.file('www/a.txt', TEXT);
    const answer = await site.send('GET', '/a.txt', 'Range: bytes=0-2, 16-18\r\n');
    expect(answer.status).toBe(206);
    expect(answer.header('Content-Type')).toMatch(/^multipart\/byteranges; boundary=/);
    expect(answer.text).toMatch(/\r\n\r\nThe\r\n[\s\S]*\r\n\r\nfox\r\n--[\s\S]*--/);
  });

  it.each([
    ['ETAG', 206],
    ['"other"', 200],
    [THEN, 206],
    [BEFORE, 200],
  ])('with If-Range: %s are %i', async (value, status) => {
    const path = site.file('www/a.txt', TEXT);
    const fields = `Range: bytes=0-2\r\nIf-Range: ${value.replace('ETAG', etagOf(path))}\r\n`;
    expect((await site.send('GET', '/a.txt', fields)).status).toBe(status);
  });
});

describe('folders', () => {
  it('answer with their default file', async () => {
    const path = site.file('www/sub/index.html', '<p>hi');
    const answer = await site.send('GET', '/sub/');
    expect(answer.text).toBe('<p>hi');
    expect(answer.header('Content-Type')).toBe('text/html; charset=utf-8');
    expect(site.representation?.path).toBe(path);
  });

  it.each([
    ['/sub', '/sub/'],
    ['/sub?a=b', '/sub/?a=b'],
    ['/sub?', '/sub/?'],
    ['/a%20b%25%3F%23', '/a%20b%25%3F%23/'],
    ['/%ED%95%9C', '/%ED%95%9C/'],
    ['//sub', '/sub/'],
  ])('%s without a slash lead to %s', async (target, to) => {
    site.mkdir('www/sub');
    site.mkdir('www/a b%?#');
    site.mkdir('www/한');
    const answer = await site.send('GET', target);
    expect([answer.status, answer.header('Location')]).toEqual([301, to]);
  });

  it('are the prefix of a location as well', async () => {
    site.location('/sub', { root: site.uploads });
    site.file('uploads/index.html', 'uploads');
    expect((await site.send('GET', '/sub')).header('Location')).toBe('/sub/');
    expect((await site.send('GET', '/sub/')).text).toBe('uploads');
  });

  it('without a default file are 403, and so is one that is a folder', async () => {
    site.mkdir('www/sub');
    expect((await site.send('GET', '/sub/')).status).toBe(403);
    expect(site.cause).toMatchObject({ errno: -E.ENOENT, place: 'open default file' });
    site.mkdir('www/sub/index.html');
    expect((await site.send('GET', '/sub/')).status).toBe(403);
  });

  it('may have a default file with a dot, which nobody can ask for', async () => {
    site.location('/', { defaultFiles: ['.page.html'] });
    site.file('www/.page.html', 'page');
    expect((await site.send('GET', '/')).text).toBe('page');
    expect((await site.send('GET', '/.page.html')).status).toBe(404);
  });

  it('answer with the first of several default files that is there', async () => {
    site.location('/', { defaultFiles: ['a.html', 'b.html', 'c.html'] });
    site.file('www/c.html', 'c');
    expect((await site.send('GET', '/')).text).toBe('c');
    expect(site.representation?.offer?.instead).toEqual(['a', 'b'].map((n) => join(site.root, `${n}.html`)));
    site.file('www/a.html', 'a');
    expect((await site.send('GET', '/')).text).toBe('a');
    expect(site.representation?.offer).toBeNull();
  });

  it('are listed where no default file is there', async () => {
    site.location('/', { defaultFiles: ['a.html', 'b.html'], autoIndex: 'missing' });
    site.file('www/name.txt', 'name');
    expect((await site.send('GET', '/')).text).toContain('name.txt');
    site.file('www/b.html', 'b');
    expect((await site.send('GET', '/')).text).toBe('b');
  });

  it('may have a default file in a folder below', async () => {
    site.location('/', { defaultFiles: ['pages/home.html'] });
    site.file('www/pages/home.html', 'home');
    expect((await site.send('GET', '/')).text).toBe('home');
  });
});

describe('what is not there for clients', () => {
  beforeEach(() => {
    site.file('secret.txt', 'secret');
    site.file('www/a.txt', TEXT);
    site.file('www/.env', 'x');
    site.file('www/.git/config', 'x');
    site.file('www/.well-known/a', 'public');
    site.file('www/..a', 'x');
    symlinkSync('a.txt', join(site.root, 'link'));
    symlinkSync('../secret.txt', join(site.root, 'out'));
    symlinkSync('..', join(site.root, 'up'));
    symlinkSync('gone', join(site.root, 'dangling'));
    symlinkSync('loop', join(site.root, 'loop'));
    symlinkSync('/dev/null', join(site.root, 'null'));
    execFileSync('mkfifo', [join(site.root, 'fifo')]);
  });

  it.each([
    ['/none', 404],
    ['/none/', 404],
    ['/a.txt/', 404],
    ['/a.txt/b', 404],
    ['/.env', 404],
    ['/.git/config', 404],
    ['/.git/', 404],
    ['/..a', 404],
    ['/.well-known/a', 200],
    ['/.well-known/.a', 404],
    ['/link', 200],
    ['/out', 404],
    ['/up/secret.txt', 404],
    ['/up/', 404],
    ['/dangling', 404],
    ['/loop', 404],
    ['/null', 404],
    ['/fifo', 404],
    [`/${'a'.repeat(300)}`, 404],
    [`/${'a/'.repeat(2500)}`, 404],
  ])('%s: %i', async (target, status) => {
    expect((await site.send('GET', target)).status).toBe(status);
  });

  it.each([
    [{ dotfiles: true }, '/.env', 200],
    [{ dotfiles: true }, '/.git/config', 200],
    [{ symlinks: true }, '/out', 200],
    [{ symlinks: true }, '/up/secret.txt', 200],
    [{ symlinks: true }, '/null', 404],
    [{ symlinks: true }, '/loop', 404],
  ])('%j: %s is %i', async (patch, target, status) => {
    site.location('/', patch);
    expect((await site.send('GET', target)).status).toBe(status);
  });

  it('may be unreadable', async () => {
    const { files } = site.services;
    site.services = { ...site.services, files: { ...files, open: () => -E.EACCES } };
    expect((await site.send('GET', '/a.txt')).status).toBe(403);
    expect(site.cause).toMatchObject({ errno: -E.EACCES, place: 'open' });
    site.services = { ...site.services, files: { ...files, inspect: () => -E.EIO } };
    expect((await site.send('GET', '/a.txt')).status).toBe(500);
    expect(site.cause).toMatchObject({ errno: -E.EIO, place: 'fstat' });
  });
});

it('opens files so that no child inherits them', () => {
  site.file('www/a.txt', TEXT);
  const outcome = site.dispatch('GET', '/a.txt');
  if (!('body' in outcome) || outcome.body.kind !== 'file') throw new Error('no file');
  expect(fstatSync(outcome.body.fd).isFile()).toBe(true);
  // A shell would list the descriptor if it had it.
  const listed = execFileSync('/bin/sh', [
    '-c',
    `[ -e /dev/fd/${outcome.body.fd} ] && echo open || echo closed`,
  ]);
  expect(listed.toString().trim()).toBe('closed');
  outcome.release();
});
