import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { nodeFiles } from './disk/node-files.ts';
import { ErrorPages } from './errors/error-pages.ts';
import { statusOf, uploadStatusOf } from './status-of.ts';
import { Fixture, NOW } from './testing/fixture.ts';
import { UploadRoots } from './upload/upload-roots.ts';

const E = constants.errno;

it.each([
  ['ENOENT', E.ENOENT, 404, 500],
  ['ENOTDIR', E.ENOTDIR, 404, 500],
  ['ENAMETOOLONG', E.ENAMETOOLONG, 404, 500],
  ['ELOOP', E.ELOOP, 404, 500],
  ['EXDEV', E.EXDEV, 404, 500],
  ['ENXIO', E.ENXIO, 404, 500],
  ['EACCES', E.EACCES, 403, 403],
  ['EPERM', E.EPERM, 403, 403],
  ['EROFS', E.EROFS, 403, 403],
  ['EISDIR', E.EISDIR, 403, 409],
  ['ENOTEMPTY', E.ENOTEMPTY, 500, 409],
  ['EEXIST', E.EEXIST, 409, 409],
  ['EFBIG', E.EFBIG, 413, 413],
  ['EMFILE', E.EMFILE, 503, 503],
  ['ENFILE', E.ENFILE, 503, 503],
  ['ENOMEM', E.ENOMEM, 503, 503],
  ['ENOSPC', E.ENOSPC, 507, 507],
  ['EDQUOT', E.EDQUOT, 507, 507],
  ['EIO', E.EIO, 500, 500],
  ['EBADF', E.EBADF, 500, 500],
])('%s is %i: %i for a file, %i for an upload folder', (_name, errno, file, upload) => {
  expect(statusOf(-errno)).toBe(file);
  expect(uploadStatusOf(-errno)).toBe(upload);
});

describe('error pages', () => {
  let site: Fixture;

  beforeEach(() => {
    site = new Fixture();
  });

  afterEach(() => site.close());

  it('of the server stand in for the built-in ones', async () => {
    site.errorPages({ 404: site.file('404.html', '<p>own') });
    const answer = await site.send('GET', '/none');
    expect(answer).toMatchObject({ status: 404, text: '<p>own' });
    expect(answer.header('Content-Type')).toBe('text/html; charset=utf-8');
    expect((await site.send('GET', '/')).text).toContain('<b>403</b>');
  });

  it('that are gone, empty or folders leave it to the built-in ones', async () => {
    mkdirSync(join(site.folder, 'page'));
    for (const path of [join(site.folder, 'gone'), site.file('empty.html'), join(site.folder, 'page')]) {
      site.errorPages({ 404: path });
      const answer = await site.send('GET', '/none');
      expect(answer.status).toBe(404);
      expect(answer.text).toContain('<b>404</b>');
    }
  });

  it('hold for 405 and keep its Allow', async () => {
    site.errorPages({ 405: site.file('405.txt', 'no') });
    const answer = await site.send('POST', '/');
    expect(answer).toMatchObject({ status: 405, text: 'no' });
    expect(answer.header('Allow')).toBe('GET, HEAD');
    expect(answer.header('Content-Type')).toBe('text/plain; charset=utf-8');
  });

  it('that cannot be read are told when the server starts', () => {
    const gone = join(site.folder, 'gone');
    site.errorPages({ 404: gone, 403: site.file('403.html', 'x') });
    expect(new ErrorPages(nodeFiles, new UploadRoots([])).preload(site.server, NOW)).toEqual([gone]);
  });

  it('are read again once they have changed, at the latest after a second', () => {
    const path = site.file('404.html', 'one', new Date(1000));
    site.errorPages({ 404: path });
    let reads = 0;
    const open: typeof nodeFiles.open = (...args) => {
      reads++;
      return nodeFiles.open(...args);
    };
    const pages = new ErrorPages({ ...nodeFiles, open }, new UploadRoots([]));
    const page = (ms: number): string => {
      const body = pages.reply(site.server, site.server.base.errors, 404, NOW + ms)?.body;
      return body?.kind === 'bytes' ? Buffer.from(body.bytes).toString() : '';
    };
    pages.preload(site.server, NOW);
    expect([page(0), page(999), page(1500)]).toEqual(['one', 'one', 'one']);
    expect(reads).toBe(1);
    site.file('404.html', 'two', new Date(2000));
    expect([page(2499), page(2500), page(2600)]).toEqual(['one', 'two', 'two']);
    expect(reads).toBe(2);
  });

  it('that are scripts of the server are not sent, whatever leads to them', async () => {
    const script = site.file('www/err.php', 'source');
    const listed = site.file('www/man', 'source');
    symlinkSync(script, join(site.folder, '404.html'));
    linkSync(listed, join(site.folder, '405.html'));
    site.location('/app', {
      cgi: [
        { kind: 'extension', ext: '.PHP', interpreter: '/bin/php', application: null },
        { kind: 'script', name: 'man', path: listed },
      ],
    });
    const pages = { 404: join(site.folder, '404.html'), 405: join(site.folder, '405.html') };
    site.errorPages({ ...pages, 403: site.file('403.html', 'own') });
    expect((await site.send('GET', '/none')).text).toContain('<b>404</b>');
    expect((await site.send('POST', '/')).text).toContain('<b>405</b>');
    expect((await site.send('GET', '/')).text).toBe('own');
    site.location('/app', { cgi: [{ kind: 'all' }] });
    site.errorPages({ ...pages, 403: site.file('www/403.html', 'own') });
    expect((await site.send('GET', '/')).text).toContain('<b>403</b>');
  });

  it('that clients can upload do nothing in a browser', async () => {
    site.location('/up', { uploadPath: site.uploads });
    site.errorPages({ 404: site.file('uploads/404.html', 'theirs'), 403: site.file('403.html', 'own') });
    const answer = await site.send('GET', '/none');
    expect(answer.text).toBe('theirs');
    expect(answer.header('Content-Security-Policy')).toBe('sandbox');
    expect(answer.header('X-Content-Type-Options')).toBe('nosniff');
    expect((await site.send('GET', '/')).header('Content-Security-Policy')).toBeUndefined();
  });

  it('of a megabyte are enough', () => {
    const path = site.file('404.html');
    site.errorPages({ 404: path });
    writeFileSync(path, Buffer.alloc((1 << 20) + 1));
    expect(site.pages.reply(site.server, site.server.base.errors, 404, NOW)).toBeNull();
  });
});
