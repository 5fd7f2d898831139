import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { driverOptions, WAYS } from '../testing/drivers.ts';
import { fetchOnce, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { until } from '../testing/until.ts';

/** Large files come and go: what they were is let go of by threads, and afterwards all is as it was before. */

const SIZE = 8 << 20;

/** Descriptors of this process that lead into a folder, or led there once. */
function held(folder: string): string[] {
  if (!existsSync('/proc/self/fd')) return [];
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // The one that the list was read with.
      return '';
    }
  });
  return targets.filter((target) => target.startsWith(folder));
}

function post(bytes: Buffer): Buffer {
  const head = `POST /file.bin HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

const REMOVE = get('/file.bin').replace('GET', 'DELETE');

describe.each(WAYS)('a large file, %s', (use) => {
  let site: TestSite;
  let port: number;
  let files: string;

  beforeEach(() => {
    site = new TestSite();
    site.file('www/.keep');
    files = join(site.folder, 'www');
  });
  afterEach(() => site.close());

  function start(rules: string): void {
    port = site.start(
      `error_log error.log; server { access_log off; listen 127.0.0.1:0; root www; body_size 16m;
        location / { method GET POST DELETE; upload_path www; upload_overwrite on; ${rules} } }`,
      driverOptions(use),
    );
  }

  /** What is open when nothing is under way. */
  async function quiet(before: readonly string[]): Promise<void> {
    await until(() => held(files).length <= before.length);
    expect(held(files)).toEqual(before);
  }

  async function open(rules: string): Promise<string[]> {
    start(rules);
    // The root is opened for the first request, and stays so.
    expect((await fetchOnce(port, get('/none'))).status).toBe(404);
    return held(files);
  }

  it.each(['', 'upload_fsync on;'])('is replaced again and again, and deleted (%s)', async (rules) => {
    const before = await open(rules);
    for (const letter of 'abc') {
      const bytes = Buffer.alloc(SIZE, letter);
      expect((await fetchOnce(port, post(bytes).toString('latin1'))).status).toBe(201);
      expect(readdirSync(files).sort()).toEqual(['.keep', 'file.bin']);
      expect(readFileSync(join(files, 'file.bin')).equals(bytes)).toBe(true);
      await quiet(before);
    }
    expect((await fetchOnce(port, REMOVE)).status).toBe(204);
    expect(readdirSync(files)).toEqual(['.keep']);
    await quiet(before);
  });

  it('goes while it is read, and who reads it has all of it', async () => {
    const before = await open('');
    const bytes = Buffer.alloc(SIZE, 'read');
    site.file('www/file.bin', bytes);
    const reader = await Peer.open(port);
    reader.send(get('/file.bin'));
    await until(() => held(files).length > before.length);
    expect((await fetchOnce(port, REMOVE)).status).toBe(204);
    expect((await reader.answer()).body.equals(bytes)).toBe(true);
    reader.close();
    await quiet(before);
  });

  it('that breaks off on its way leaves nothing', async () => {
    const before = await open('');
    const peer = await Peer.open(port);
    peer.send(post(Buffer.alloc(SIZE, 'x')).subarray(0, 6 << 20));
    await until(() => readdirSync(files).length > 1);
    peer.reset();
    await peer.closed;
    await until(() => readdirSync(files).length === 1);
    await quiet(before);
  });
});
