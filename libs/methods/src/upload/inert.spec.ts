import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Answer, Fixture } from '../testing/fixture.ts';

let site: Fixture;

beforeEach(() => {
  site = new Fixture();
  site.file('uploads/page.html', '<p>theirs');
  site.file('www/page.html', '<p>own');
  site.location('/up', { root: site.uploads, uploadPath: site.uploads, methods: ['GET', 'POST'] });
});

afterEach(() => {
  site.close();
});

function isInert(answer: Answer): boolean {
  const fields = [answer.header('X-Content-Type-Options'), answer.header('Content-Security-Policy')];
  // A listing has a policy of its own.
  if (fields[1]?.startsWith('default-src')) fields.pop();
  expect(fields).toEqual(
    fields[0] === undefined ? [undefined, undefined].slice(0, fields.length) : ['nosniff', 'sandbox'],
  );
  return fields[0] !== undefined;
}

describe('what clients can upload does nothing in a browser', () => {
  it.each([
    ['GET', '', 200],
    ['HEAD', '', 200],
    ['GET', 'Range: bytes=0-3\r\n', 206],
    ['GET', 'Range: bytes=0-1,4-5\r\n', 206],
    ['GET', 'If-Modified-Since: Sun, 01 Jun 2025 00:00:00 GMT\r\n', 304],
  ])('%s %j', async (method, fields, status) => {
    const answer = await site.send(method, '/up/page.html', fields);
    expect(answer.status).toBe(status);
    expect(isInert(answer)).toBe(true);
    expect(isInert(await site.send(method, '/page.html', fields))).toBe(false);
  });

  it('whichever location serves it, and whatever name led to it', async () => {
    site.location('/all', { root: site.folder });
    site.location('/links', { symlinks: true });
    symlinkSync(join(site.uploads, 'page.html'), join(site.root, 'link.html'));
    symlinkSync('../www/page.html', join(site.uploads, 'own.html'));
    site.location('/folder', { root: site.uploads, defaultFiles: ['page.html'] });
    expect(isInert(await site.send('GET', '/all/uploads/page.html'))).toBe(true);
    expect(isInert(await site.send('GET', '/links/link.html'))).toBe(true);
    expect(isInert(await site.send('GET', '/folder/'))).toBe(true);
    expect(isInert(await site.send('GET', '/all/www/page.html'))).toBe(false);
    expect(isInert(await site.send('GET', '/all/uploads/own.html'))).toBe(false);
  });

  it('but for a file whose name no upload can have: one with a dot in front', async () => {
    site.file('uploads/.own.html', '<script>ours</script>');
    site.location('/desk', { root: site.uploads, defaultFiles: ['.own.html'] });
    expect(isInert(await site.send('GET', '/desk/'))).toBe(false);
    expect(isInert(await site.send('GET', '/desk/page.html'))).toBe(true);
  });

  it('unless the location says so', async () => {
    site.location('/acts', { root: site.uploads, uploadInert: false });
    expect(isInert(await site.send('GET', '/acts/page.html'))).toBe(false);
  });

  it('but is no listing, error or receipt of the server', async () => {
    site.location('/list', { root: site.uploads, autoIndex: 'on' });
    expect(isInert(await site.send('GET', '/list/'))).toBe(false);
    expect(isInert(await site.send('GET', '/up/none'))).toBe(false);
    expect(isInert(await site.send('POST', '/up/new.txt', 'Content-Length: 1\r\n', 'x'))).toBe(false);
  });
});

describe('what clients can upload has no coded form beside it', () => {
  const coded = 'Accept-Encoding: gzip\r\n';

  beforeEach(() => {
    site.file('uploads/page.html.gz', 'coded');
    site.file('www/page.html.gz', 'coded');
    site.location('/both', { root: site.folder, precompressed: ['gzip'] });
  });

  it('so nobody replaces it for those who accept one', async () => {
    expect((await site.send('GET', '/both/www/page.html', coded)).text).toBe('coded');
    const answer = await site.send('GET', '/both/uploads/page.html', coded);
    expect(answer.text).toBe('<p>theirs');
    expect(answer.header('Content-Encoding')).toBeUndefined();
    expect((await site.send('GET', '/both/uploads/page.html.gz', coded)).text).toBe('coded');
  });

  it('nor is it the coded form of anything else', async () => {
    site.file('www/other.html', 'own');
    symlinkSync('../uploads/page.html.gz', join(site.root, 'other.html.gz'));
    expect((await site.send('GET', '/both/www/other.html', coded)).text).toBe('own');
  });
});
