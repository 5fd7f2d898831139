import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Intake } from '../../intake.ts';
import { Fixture } from '../../testing/fixture.ts';

let site: Fixture;

beforeEach(() => {
  site = new Fixture();
  site.mkdir('www/sub');
  site.location('/', { methods: ['GET', 'PUT', 'DELETE'], putRoot: site.root });
});

afterEach(() => site.close());

const put = (target: string, body = 'new', fields = ''): ReturnType<Fixture['send']> =>
  site.send('PUT', target, `Content-Length: ${Buffer.byteLength(body)}\r\n${fields}`, body);

const content = (path: string): string => readFileSync(join(site.root, path), 'utf8');

/** Everything below the fixture's folder, with contents. */
function everything(folder = site.folder): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return [path, ...everything(path)];
    return [entry.isFile() ? `${path}: ${readFileSync(path, 'latin1')}` : path];
  });
}

describe('PUT', () => {
  it('stores a file where GET of the same URL finds it: 201, then 204', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
    const made = await site.send('PUT', '/sub/a%20b.bin', '', bytes, { piece: 10_000 });
    expect([made.status, made.text]).toEqual([201, '']);
    expect((await site.send('GET', '/sub/a%20b.bin')).body.equals(bytes)).toBe(true);
    expect((await put('/sub/a%20b.bin', 'short')).status).toBe(204);
    expect(content('sub/a b.bin')).toBe('short');
    expect(readdirSync(site.root)).toEqual(['sub']);
  });

  it('stores an empty file, and takes a prefix off as GET does', async () => {
    const root = site.mkdir('other');
    site.location('/files', { methods: ['GET', 'PUT'], root, putRoot: root });
    expect((await put('/files/x', '')).status).toBe(201);
    expect(readFileSync(join(root, 'x'))).toHaveLength(0);
  });

  it('names a file without changes where it could, and keeps a form as it was sent', async () => {
    const body = '--X\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nx\r\n--X--\r\n';
    const sent = await put('/form', body, 'Content-Type: multipart/form-data; boundary=X\r\n');
    expect([sent.status, content('form')]).toEqual([201, body]);
    expect([(await put('/%E2%82%AC%20')).status, content('€ ')]).toEqual([201, 'new']);
  });

  it('tells the tag of the new file, which a next change may name at once', async () => {
    const first = await put('/a', 'one');
    const tag = first.header('ETag')!;
    expect(tag).toMatch(/^"/);
    const second = await put('/a', 'two', `If-Match: ${tag}\r\n`);
    expect([second.status, second.header('ETag') === tag]).toEqual([204, false]);
    expect((await put('/a', 'bad', `If-Match: ${tag}\r\n`)).status).toBe(412);
    site.now = Date.now() + 10_000;
    expect((await site.send('GET', '/a')).header('ETag')).toBe(second.header('ETag'));
    expect((await site.send('DELETE', '/a', `If-Match: ${tag}\r\n`)).status).toBe(412);
    expect((await site.send('DELETE', '/a', `If-Match: ${second.header('ETag')}\r\n`)).status).toBe(204);
  });

  it.each([
    ['off', false],
    ['content', false],
    ['stat', true],
  ] as const)('tells a tag with etag %s: %j', async (etag, told) => {
    site.location('/', { methods: ['PUT'], putRoot: site.root, etag });
    expect((await put('/a')).header('ETag') !== undefined).toBe(told);
  });

  it.each([
    ['If-None-Match: *', '/new', 201],
    ['If-None-Match: *', '/old', 412],
    ['If-None-Match: "x"', '/old', 204],
    ['If-Match: *', '/old', 204],
    ['If-Match: *', '/new', 412],
    ['If-Match: "x"', '/old', 412],
    ['If-Match: "x"', '/new', 412],
    ['If-Match: nonsense', '/old', 412],
    ['If-Unmodified-Since: Mon, 01 Jan 2001 00:00:00 GMT', '/old', 412],
    ['If-Unmodified-Since: Mon, 01 Jan 2001 00:00:00 GMT', '/new', 201],
  ])('with %s for %s is %i', async (field, target, status) => {
    site.file('www/old', 'old');
    expect((await put(target, 'new', `${field}\r\n`)).status).toBe(status);
    expect(readdirSync(site.root).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(content('old')).toBe(target === '/old' && status < 300 ? 'new' : 'old');
    expect(existsSync(join(site.root, 'new'))).toBe(target === '/new' && status < 300);
  });

  it.each([
    ['If-None-Match: *', '/new'],
    ['If-Match: *', '/old'],
  ])('judges %s again when the body is whole', async (field, target) => {
    site.file('www/old', 'old');
    const intake = site.dispatch('PUT', target, `${field}\r\nContent-Length: 3\r\n`) as Intake;
    const reply = await new Promise<number>((resolve) => {
      intake.open({ reply: ({ status }) => resolve(status), resume: () => {} });
      intake.take(Buffer.from('one'), 0, 3);
      // Another program is quicker.
      if (target === '/new') site.file('www/new', 'other');
      else rmSync(join(site.root, 'old'));
      intake.finish();
    });
    expect(reply).toBe(412);
    expect(everything().filter((line) => line.includes('one') || line.includes('.webserv'))).toEqual([]);
  });

  it('forgets what is kept of the file, by both of its paths', async () => {
    symlinkSync('sub', join(site.root, 'link'));
    await put('/link/a');
    expect(site.forgotten).toEqual(
      expect.arrayContaining([join(site.root, 'link/a'), join(site.root, 'sub/a')]),
    );
  });

  it.each([
    ['Content-Range: bytes 0-2/9', 400],
    ['Content-Encoding: gzip', 415],
  ])('with %s is refused', async (field, status) => {
    expect((await put('/a', 'new', `${field}\r\n`)).status).toBe(status);
    expect(readdirSync(site.root)).toEqual(['sub']);
  });

  it('is 405 where the location does not allow it, and where it runs scripts', async () => {
    site.location('/', { methods: ['GET'] });
    expect((await put('/a')).header('Allow')).toBe('GET, HEAD');
    const cgi = [{ kind: 'extension', ext: '.run', interpreter: '', application: null }] as const;
    site.location('/', { methods: ['GET', 'PUT'], cgi });
    expect([(await put('/a')).status, (await put('/a.txt')).header('Allow')]).toEqual([405, 'GET, HEAD']);
    expect(readdirSync(site.root)).toEqual(['sub']);
  });

  it('leaves nothing if its client goes', async () => {
    await expect(site.send('PUT', '/a', '', 'abc', { abort: true })).rejects.toThrow('aborted');
    expect(readdirSync(site.root)).toEqual(['sub']);
  });

  it('is 409 if its folder is another one when the body is whole', async () => {
    const intake = site.dispatch('PUT', '/sub/a', 'Content-Length: 3\r\n') as Intake;
    const outside = site.mkdir('outside');
    const status = await new Promise<number>((resolve) => {
      intake.open({ reply: (reply) => resolve(reply.status), resume: () => {} });
      intake.take(Buffer.from('one'), 0, 3);
      renameSync(join(site.root, 'sub'), join(site.root, 'moved'));
      symlinkSync(outside, join(site.root, 'sub'));
      intake.finish();
    });
    expect([status, readdirSync(outside), readdirSync(join(site.root, 'moved'))]).toEqual([409, [], []]);
  });
});

/** Attacks, and what they get. None of them changes anything. */
const ATTACKS: readonly (readonly [target: string, status: number])[] = [
  ['/', 409],
  ['/sub', 409],
  ['/sub/', 409],
  ['/new/', 409],
  ['/none/a', 409],
  ['/file/a', 409],
  ['/sub/../a', 201],
  ['/sub/%2e%2e/a', 201],
  ['/a%5c..%5c..%5cb', 201],
  ['/sub/..%5c..%5ca', 403],
  ['/.hidden', 403],
  ['/.htaccess', 403],
  ['/.git/hooks/post-commit', 403],
  ['/sub/.env', 403],
  ['/.well-known', 403],
  ['/.webserv-upload-0123456789abcdef-1.part', 403],
  ['/.webserv-upload-0123456789abcdef-1.form', 403],
  ['/outside/a', 409],
  ['/outside-file/a', 409],
  ['/loop/a', 409],
  ['/to-git/hooks', 403],
  ['/to-git/config', 403],
  ['/fifo-like', 409],
  ['/a%0Ab', 400],
  ['/a%1b', 400],
  [`/${'a'.repeat(256)}`, 400],
  [`/${'%E2%82%AC'.repeat(86)}`, 400],
];

describe('an attack by PUT', () => {
  beforeEach(() => {
    const outside = site.mkdir('secret');
    site.file('secret/key', 'secret');
    site.mkdir('www/.git/hooks');
    site.file('www/file', 'file');
    symlinkSync(outside, join(site.root, 'outside'));
    symlinkSync('../secret/key', join(site.root, 'outside-file'));
    symlinkSync('loop', join(site.root, 'loop'));
    symlinkSync('.git', join(site.root, 'to-git'));
    symlinkSync('/dev/null', join(site.root, 'fifo-like'));
  });

  it.each(ATTACKS)('on %s is %i', async (target, status) => {
    for (const dotfiles of [false, true]) {
      for (const symlinks of [false, true]) {
        site.location('/', { methods: ['PUT'], putRoot: site.root, dotfiles, symlinks });
        const before = everything();
        const answer = await put(target);
        // Without links the device is nothing that GET finds: the link itself is replaced.
        if (target === '/fifo-like' && !symlinks) {
          expect([answer.status, lstatSync(join(site.root, 'fifo-like')).isFile()]).toEqual([201, true]);
          rmSync(join(site.root, 'fifo-like'));
          symlinkSync('/dev/null', join(site.root, 'fifo-like'));
          continue;
        }
        if (status !== 201) {
          expect([dotfiles, symlinks, answer.status]).toEqual([dotfiles, symlinks, status]);
          expect(everything()).toEqual(before);
          continue;
        }
        // Dot segments are resolved, and a backslash is a letter: one new file in the root, and nothing elsewhere.
        const after = everything().filter((line) => !before.includes(line));
        expect(after).toEqual(after.filter((line) => line.startsWith(`${site.root}/`)));
        expect(answer.status).toBeLessThan(300);
      }
    }
  });

  it('replaces a link in its place, and never writes through it', async () => {
    expect((await put('/outside-file')).status).toBe(201);
    expect([content('outside-file'), readFileSync(join(site.folder, 'secret/key'), 'utf8')]).toEqual([
      'new',
      'secret',
    ]);
    symlinkSync('file', join(site.root, 'to-file'));
    expect((await put('/to-file', 'changed')).status).toBe(204);
    expect([content('to-file'), content('file')]).toEqual(['changed', 'file']);
  });

  it('replaces one name of a file with two, and the other keeps its content', async () => {
    linkSync(join(site.root, 'file'), join(site.root, 'twin'));
    await put('/twin', 'changed');
    expect([content('twin'), content('file')]).toEqual(['changed', 'file']);
  });

  it('never makes a program: what it stores may not be run, whatever it replaces', async () => {
    writeFileSync(join(site.root, 'tool'), 'old', { mode: 0o755 });
    await put('/tool');
    expect(lstatSync(join(site.root, 'tool')).mode & 0o111).toBe(0);
  });

  it('does not run what it stored where another location runs it, even through a link made later', async () => {
    await put('/x.run', '#!/bin/sh\n');
    const root = site.mkdir('scripts');
    symlinkSync(join(site.root, 'x.run'), join(root, 'x.run'));
    const cgi = [{ kind: 'extension', ext: '.run', interpreter: '/bin/sh', application: null }] as const;
    site.location('/run', { root, cgi, symlinks: true });
    expect((await site.send('GET', '/run/x.run')).status).toBe(403);
  });

  it('acts in no browser: what it stored is sent inert', async () => {
    await put('/a.html', '<script>');
    expect((await site.send('GET', '/a.html')).header('Content-Security-Policy')).toBe('sandbox');
  });

  it('does not stand in for a page by a coded sibling', async () => {
    site.location('/', { methods: ['GET', 'PUT'], putRoot: site.root, precompressed: ['gzip'] });
    site.file('www/page.html', 'page');
    await put('/page.html.gz', 'evil');
    utimesSync(join(site.root, 'page.html.gz'), new Date(), new Date());
    expect((await site.send('GET', '/page.html', 'Accept-Encoding: gzip\r\n')).text).toBe('page');
    mkdirSync(join(site.root, '.well-known'));
    expect((await put('/.well-known/security.txt')).status).toBe(201);
  });
});
