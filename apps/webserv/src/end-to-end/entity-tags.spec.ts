import { copyFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { driverOptions, WAYS } from '../testing/drivers.ts';
import { type Answer, fetchOnce, get } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const CONFIG = `
server {
  listen 127.0.0.1:0;
  root www;
  default_file index.html;
  access_log off;
  cache_entry 600k;
  precompressed gzip;
  location / { method GET DELETE; }
  location /again { root other; }
  location /content { method GET DELETE; etag content; compress gzip; compress_min 1; }
  location /none { etag off; }
}
server {
  listen 127.0.0.1:0;
  server_name uncached;
  root www;
  access_log off;
  etag content;
  cache_size 0;
  location / { }
}
`;

const THEN = new Date('2024-02-03T04:05:06.789Z');
const LAST_MODIFIED = 'Sat, 03 Feb 2024 04:05:06 GMT';
const EPOCHS = [0, 1];

describe.each(WAYS)('entity tags on %s', (use) => {
  const site = new TestSite();

  beforeAll(() => {
    dated('www/index.html', 'index', THEN);
    dated('www/a.txt', 'content', THEN);
    dated('www/pair.txt', 'twins', THEN);
    dated('www/pair.txt.gz', 'twins', THEN);
    for (const seconds of EPOCHS) dated(`www/at-${seconds}.txt`, 'faked', new Date(seconds * 1000));
    dated('www/middle.txt', 'm'.repeat(550 << 10), THEN);
    dated('www/large.txt', 'l'.repeat(700 << 10), THEN);
    dated('www/empty.txt', '', THEN);
    // Another inode with all that a copy keeps.
    dated('other/a.txt', '', THEN);
    copyFileSync(join(site.folder, 'www/a.txt'), join(site.folder, 'other/a.txt'));
    utimesSync(join(site.folder, 'other/a.txt'), THEN, THEN);
    site.start(CONFIG, driverOptions(use));
  });

  afterAll(() => site.close());

  function dated(path: string, content: string, time: Date): string {
    const full = site.file(path, content);
    utimesSync(full, time, time);
    return full;
  }

  const ask = (target: string, fields = ''): Promise<Answer> => fetchOnce(site.port(0), get(target, fields));
  const tagOf = (answer: Answer): string => answer.headers.get('etag') ?? '';

  it('are the same for a copy of a file with its time, on another machine', async () => {
    const [one, other] = [await ask('/a.txt'), await ask('/again/a.txt')];
    expect(tagOf(one)).toMatch(/^"[\w-]+"$/);
    expect(tagOf(other)).toBe(tagOf(one));
    expect((await ask('/again/a.txt', `If-None-Match: ${tagOf(one)}\r\n`)).status).toBe(304);
  });

  it('differ for a file and its precompressed sibling of the same time and size', async () => {
    const [plain, coded] = [await ask('/pair.txt'), await ask('/pair.txt', 'Accept-Encoding: gzip\r\n')];
    expect(coded.headers.get('content-encoding')).toBe('gzip');
    expect(tagOf(coded)).not.toBe(tagOf(plain));
  });

  describe.each(EPOCHS)('of a file whose time is %d', (seconds) => {
    const target = `/at-${seconds}.txt`;
    it.each([
      ['nothing', '', 200],
      ['If-Modified-Since', 'If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n', 200],
      ['If-None-Match', 'If-None-Match: "x"\r\n', 200],
      ['If-Unmodified-Since', 'If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n', 200],
      ['If-Match', 'If-Match: "x"\r\n', 412],
      ['Range', 'Range: bytes=0-0\r\n', 206],
      ['If-Range', 'Range: bytes=0-0\r\nIf-Range: Thu, 01 Jan 1970 00:00:00 GMT\r\n', 200],
    ])('there is none, whatever is asked: %s', async (_what, fields, status) => {
      for (let twice = 0; twice < 2; twice++) {
        const answer = await ask(target, fields);
        expect(answer.status).toBe(status);
        expect([answer.headers.has('etag'), answer.headers.has('last-modified')]).toEqual([false, false]);
      }
    });
  });

  it('are left out by "etag off", and the time stays', async () => {
    const answer = await ask('/none/a.txt');
    expect([tagOf(answer), answer.headers.get('last-modified')]).toEqual(['', LAST_MODIFIED]);
    const same = await ask('/none/a.txt', `If-Modified-Since: ${LAST_MODIFIED}\r\n`);
    expect(same.status).toBe(304);
    expect((await ask('/none/a.txt', 'If-Match: "x"\r\n')).status).toBe(412);
  });

  describe('of content', () => {
    const CASES = [
      ['nothing', () => '', 200],
      ['the tag', (tag: string) => `If-None-Match: ${tag}\r\n`, 304],
      ['another tag', () => 'If-None-Match: "x"\r\n', 200],
      ['the tag that must match', (tag: string) => `If-Match: ${tag}\r\n`, 200],
      ['another tag that must match', () => 'If-Match: "x"\r\n', 412],
      ['a date', () => 'If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n', 200],
    ] as const;

    it.each(CASES)(
      'are known before and after the file is kept: asked with %s',
      async (what, fields, status) => {
        // A file for each, so that the first request finds nothing kept.
        const name = `/content/fresh ${what}.txt`.replace(/ /g, '-');
        const content = `${'fresh'.repeat(100)}${what}`;
        dated(`www/${name.slice('/content/'.length)}`, content, THEN);
        dated('www/twin.txt', content, new Date(0));
        const tag = tagOf(await ask('/content/twin.txt'));
        expect(tag).toMatch(/^"[\w-]{22}"$/);
        for (let times = 0; times < 3; times++) {
          const answer = await ask(name, fields(tag));
          expect([answer.status, answer.headers.has('last-modified')]).toEqual([status, false]);
          if (status !== 412) expect(tagOf(answer)).toBe(tag);
          if (status === 200) expect(answer.body.toString()).toBe(content);
        }
      },
    );

    it('follow the content although time and size stay', async () => {
      const path = dated('www/faked.txt', 'version 1', new Date(1000));
      const first = tagOf(await ask('/content/faked.txt'));
      expect((await ask('/content/faked.txt', `If-None-Match: ${first}\r\n`)).status).toBe(304);
      // In place of the other one, as a tree of faked times is put in place of another.
      rmSync(path);
      dated('www/faked.txt', 'version 2', new Date(1000));
      const second = await ask('/content/faked.txt', `If-None-Match: ${first}\r\n`);
      expect([second.status, second.body.toString()]).toEqual([200, 'version 2']);
      expect(tagOf(second)).not.toBe(first);
    });

    it('are there for what the start has kept, for HEAD of it, for ranges and for its codings', async () => {
      const tag = tagOf(await ask('/content/'));
      expect(tag).toMatch(/^"[\w-]{22}"$/);
      const bare = await fetchOnce(site.port(0), get('/content/').replace('GET', 'HEAD'));
      expect(tagOf(bare)).toBe(tag);
      const part = await ask('/content/', `Range: bytes=0-1\r\nIf-Range: ${tag}\r\n`);
      expect([part.status, part.body.toString(), tagOf(part)]).toEqual([206, 'in', tag]);
      const other = await ask('/content/', 'Range: bytes=0-1\r\nIf-Range: "x"\r\n');
      expect([other.status, tagOf(other)]).toEqual([200, tag]);
    });

    it('are weak for a coding that the server makes', async () => {
      dated('www/text.txt', 'text '.repeat(1000), THEN);
      const tag = tagOf(await ask('/content/text.txt'));
      let coded = await ask('/content/text.txt', 'Accept-Encoding: gzip\r\n');
      while (!coded.headers.has('content-encoding')) {
        await new Promise((resolve) => setImmediate(resolve));
        coded = await ask('/content/text.txt', 'Accept-Encoding: gzip\r\n');
      }
      expect(tagOf(coded)).toBe(`W/${tag.slice(0, -1)}-gzip"`);
      expect(gunzipSync(coded.body).length).toBe(5000);
    });

    it('are made in slices of what is larger', async () => {
      const [first, second] = [await ask('/content/middle.txt'), await ask('/content/middle.txt')];
      expect(first.body.equals(Buffer.alloc(550 << 10, 'm'))).toBe(true);
      expect(tagOf(first)).toMatch(/^"[\w-]{22}"$/);
      expect(tagOf(second)).toBe(tagOf(first));
    });

    it('guard a DELETE', async () => {
      dated('www/gone.txt', 'gone', THEN);
      const tag = tagOf(await ask('/content/gone.txt'));
      const request = (match: string): string =>
        `DELETE /content/gone.txt HTTP/1.1\r\nHost: localhost\r\nIf-Match: ${match}\r\n\r\n`;
      expect((await fetchOnce(site.port(0), request('"x"'))).status).toBe(412);
      expect((await fetchOnce(site.port(0), request(tag))).status).toBe(204);
    });

    it.each([
      ['too large to be kept', 'localhost', '/content/large.txt'],
      ['empty', 'localhost', '/content/empty.txt'],
      ['of a server without a cache', 'uncached', '/a.txt'],
    ])('there is none of what is %s', async (_what, host, target) => {
      const request = get(target).replace('localhost', host);
      for (const each of [request, request.replace('GET', 'HEAD')]) {
        const answer = await fetchOnce(site.port(0), each);
        expect(answer.status).toBe(200);
        expect([answer.headers.has('etag'), answer.headers.has('last-modified')]).toEqual([false, false]);
      }
    });
  });
});
