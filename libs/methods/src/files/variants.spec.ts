import { lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { strongEtag } from '@webserv/response';
import { Fixture, LONG_AGO } from '../testing/fixture.ts';

const TEXT = 'The quick brown fox jumps over the lazy dog\n';
const LATER = new Date(LONG_AGO.getTime() + 60_000);
const EARLIER = new Date(LONG_AGO.getTime() - 60_000);
const ALL = 'Accept-Encoding: gzip, br, zstd\r\n';
const GZIP = 'Accept-Encoding: gzip\r\n';

let site: Fixture;
beforeEach(() => {
  site = new Fixture();
});
afterEach(() => site.close());

function etagOf(path: string, coding = ''): string {
  const { mtimeMs, size } = lstatSync(path);
  return strongEtag({ mtimeMs, size }, coding);
}

describe('a file with coded siblings', () => {
  beforeEach(() => {
    site.location('/', { precompressed: ['br', 'zstd', 'gzip'] });
    site.file('www/a.txt', TEXT);
    site.file('www/a.txt.gz', 'as gzip', LATER);
    site.file('www/a.txt.br', 'as br');
  });

  it.each([
    ['', '', TEXT],
    [GZIP, 'gzip', 'as gzip'],
    [ALL, 'br', 'as br'],
    ['Accept-Encoding: zstd\r\n', '', TEXT],
    ['Accept-Encoding: gzip, br;q=0.5\r\n', 'gzip', 'as gzip'],
    ['Accept-Encoding: br;q=0, *;q=0.1\r\n', 'gzip', 'as gzip'],
    ['Accept-Encoding: gzip;q=0.3, identity;q=0.6\r\n', '', TEXT],
  ])('is sent to %j as %j', async (fields, coding, body) => {
    const name = coding === '' ? 'a.txt' : coding === 'br' ? 'a.txt.br' : 'a.txt.gz';
    const path = join(site.root, name);
    const answer = await site.send('GET', '/a.txt', fields);
    expect(answer).toMatchObject({ status: 200, text: body });
    expect(answer.header('Content-Encoding')).toBe(coding === '' ? undefined : coding);
    expect(answer.header('Content-Type')).toBe('text/plain; charset=utf-8');
    expect(answer.header('Vary')).toBe('Accept-Encoding');
    expect(answer.header('ETag')).toBe(etagOf(path, coding));
    expect(site.representation).toMatchObject({ path, coding });
    expect(site.representation?.original?.path).toBe(coding === '' ? undefined : join(site.root, 'a.txt'));
    expect(site.representation?.offer).toMatchObject({
      codings: ['br', 'gzip'],
      siblings: ['br', 'gzip'],
      absent: [join(site.root, 'a.txt.zst')],
    });
    const head = await site.send('HEAD', '/a.txt', fields);
    expect(head.reply.headers.entries()).toEqual(answer.reply.headers.entries());
  });

  it('has conditions and ranges of its own', async () => {
    const etag = etagOf(join(site.root, 'a.txt.gz'), 'gzip');
    const same = await site.send('GET', '/a.txt', `${GZIP}If-None-Match: ${etag}\r\n`);
    expect(same.status).toBe(304);
    expect(same.header('Vary')).toBe('Accept-Encoding');
    expect(same.header('ETag')).toBe(etag);
    const other = await site.send('GET', '/a.txt', `If-None-Match: ${etag}\r\n`);
    expect(other).toMatchObject({ status: 200, text: TEXT });
    const part = await site.send('GET', '/a.txt', `${GZIP}Range: bytes=3-\r\n`);
    expect(part).toMatchObject({ status: 206, text: 'gzip' });
    expect(part.header('Content-Encoding')).toBe('gzip');
    const stale = await site.send('GET', '/a.txt', `${GZIP}Range: bytes=3-\r\nIf-Range: "other"\r\n`);
    expect(stale).toMatchObject({ status: 200, text: 'as gzip' });
  });

  it('goes without one that is older, no file, or behind a link out of the root', async () => {
    site.file('www/a.txt.gz', 'of before', EARLIER);
    expect((await site.send('GET', '/a.txt', GZIP)).text).toBe(TEXT);
    site.file('www/b.txt', TEXT);
    mkdirSync(join(site.root, 'b.txt.gz'));
    const bare = await site.send('GET', '/b.txt', GZIP);
    expect(bare.text).toBe(TEXT);
    expect(bare.header('Vary')).toBeUndefined();
    site.file('www/c.txt', TEXT);
    symlinkSync(site.file('outside', 'out', LATER), join(site.root, 'c.txt.gz'));
    expect((await site.send('GET', '/c.txt', GZIP)).text).toBe(TEXT);
  });

  it('is the default file too, and a sibling asked for by its name is itself', async () => {
    site.file('www/index.html', '<p>');
    site.file('www/index.html.br', 'coded');
    const index = await site.send('GET', '/', ALL);
    expect(index.text).toBe('coded');
    expect(index.header('Content-Type')).toBe('text/html; charset=utf-8');
    const itself = await site.send('GET', '/a.txt.gz', GZIP);
    expect(itself).toMatchObject({ status: 200, text: 'as gzip' });
    expect(itself.header('Content-Encoding')).toBeUndefined();
  });
});

describe('a file that the cache may compress', () => {
  beforeEach(() => {
    site.location('/', { compress: ['br', 'gzip'] });
    site.file('www/a.txt', TEXT);
  });

  it('is sent as it is meanwhile, and says that it varies', async () => {
    const answer = await site.send('GET', '/a.txt', GZIP);
    expect(answer.text).toBe(TEXT);
    expect(answer.header('Vary')).toBe('Accept-Encoding');
    expect(answer.header('Content-Encoding')).toBeUndefined();
    expect(site.representation?.offer).toMatchObject({ codings: ['br', 'gzip'], siblings: [], absent: [] });
  });

  it.each([
    ['another type', 'a.png', TEXT],
    ['a small one', 'small.txt', 'small'],
    ['one that the cache does not keep', 'large.txt', 'x'.repeat((1 << 16) + 1)],
  ])('is none where it is %s', async (_what, name, content) => {
    site.file(`www/${name}`, content);
    const answer = await site.send('GET', `/${name}`, GZIP);
    expect(answer.header('Vary')).toBeUndefined();
    expect(site.representation?.offer).toBeNull();
  });

  it('prefers what the client does over what lies there, but for ranges', async () => {
    site.location('/', { compress: ['br'], precompressed: ['gzip'] });
    site.file('www/a.txt.gz', 'as gzip');
    expect((await site.send('GET', '/a.txt', GZIP)).text).toBe('as gzip');
    expect((await site.send('GET', '/a.txt', 'Accept-Encoding: gzip;q=0.5, br\r\n')).text).toBe(TEXT);
    const fields = 'Accept-Encoding: gzip;q=0.5, br\r\nRange: bytes=0-1\r\n';
    expect(await site.send('GET', '/a.txt', fields)).toMatchObject({ status: 206, text: 'as' });
  });
});
