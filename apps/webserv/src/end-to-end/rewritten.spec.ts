import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { System } from '@webserv/hosting';
import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { type Answer, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { systemWith } from '../testing/system-with.ts';

/** Files that are rewritten in place between the look at them and the end of reading them. */

const OLD = 'o'.repeat(5000);

let site: TestSite;
let path: string;

beforeEach(() => {
  site = new TestSite();
  path = site.file('public/page.txt', OLD);
});

afterEach(async () => {
  await site.close();
});

/** Has `change` run whenever a file is looked at that was read meanwhile. */
function during(change: () => void, times: number): System {
  let remaining = times;
  return systemWith((files) => {
    const open = files.open.bind(files);
    const inspect = files.inspect.bind(files);
    const opened = new Set<number>();
    const ahead = files.ahead ?? null;
    return {
      ahead:
        ahead === null
          ? null
          : {
              get bytes() {
                return ahead.bytes;
              },
              get count() {
                return ahead.count;
              },
              read: (fd) => {
                opened.delete(fd);
                return ahead.read(fd);
              },
            },
      open: (root, name, beneath) => {
        const fd = open(root, name, beneath);
        opened.add(fd);
        return fd;
      },
      inspect: (fd, facts) => {
        if (!opened.delete(fd) && remaining-- > 0) change();
        return inspect(fd, facts);
      },
    };
  });
}

function start(use: (typeof DRIVERS)[number], cache: string, system: System): number {
  return site.start(
    `error_log off;
     server {
       listen 127.0.0.1:0; root public; access_log access.log; error_log error.log notice flush=1ms; ${cache}
       location / { method GET; }
     }`,
    { ...driverOptions(use), system },
  );
}

async function ask(port: number, fields = ''): Promise<Answer> {
  const peer = await Peer.open(port);
  try {
    return await peer.send(get('/page.txt', fields)).answer();
  } finally {
    peer.close();
  }
}

const CHANGES: readonly [string, () => string][] = [
  ['is longer', () => 'n'.repeat(7000)],
  ['is shorter', () => 'n'.repeat(3000)],
  ['is as long', () => 'n'.repeat(5000)],
  ['is empty', () => ''],
];

describe.each(DRIVERS)('on %s', (use) => {
  describe.each(['cache_size 1m;', 'cache_size 0;'])('with %s', (cache) => {
    it.each(CHANGES)('a file that %s when it has been read is looked at again', async (_, content) => {
      const port = start(
        use,
        cache,
        during(() => writeFileSync(path, content()), 1),
      );
      const answer = await ask(port);
      expect([answer.status, answer.body.toString()]).toEqual([200, content()]);
      const again = await ask(port);
      expect([again.body.toString(), again.headers.get('etag')?.replace('W/', '')]).toEqual([
        content(),
        answer.headers.get('etag')?.replace('W/', ''),
      ]);
    });

    it('so is one of which a part is asked for', async () => {
      const port = start(
        use,
        cache,
        during(() => writeFileSync(path, 'n'.repeat(2500)), 1),
      );
      const answer = await ask(port, 'Range: bytes=2000-2999\r\n');
      expect([answer.status, answer.headers.get('content-range'), answer.body.toString()]).toEqual([
        206,
        'bytes 2000-2499/2500',
        'n'.repeat(500),
      ]);
    });

    it('one that is changed whenever it is looked at is cut, and both logs say so', async () => {
      let size = 5000;
      const port = start(
        use,
        cache,
        during(() => truncateSync(path, --size), 1000),
      );
      const peer = (await Peer.open(port)).send(get('/page.txt'));
      expect((await peer.rest()).length).toBe(0);
      expect(size).toBeGreaterThan(4900);
      await site.running?.close();
      const [access, error] = ['access.log', 'error.log'].map((name) =>
        readFileSync(join(site.folder, name), 'utf8'),
      );
      expect(access).toMatch(/"GET \/page\.txt HTTP\/1\.1" 499 0 .*stage=response .*place=file\\x20changed/);
      expect(error).toMatch(/\[error\] file changed while it was read/);
    });
  });
});
