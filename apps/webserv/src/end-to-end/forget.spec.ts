import { linkSync, mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { driverOptions, WAYS } from '../testing/drivers.ts';
import { type Answer, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

/** What the server itself changes: known at once under every name, and nobody else's page pays for it. */

const LONG_AGO = new Date('2024-02-03T04:05:06.789Z');
const TEXT = 'a line of text that can be made smaller\n'.repeat(500);

describe.each(WAYS)('a file that clients change, on %s', (use) => {
  let site: TestSite;
  let port: number;
  let peer: Peer;

  function settled(name: string, content: string): string {
    const path = site.file(name, content);
    utimesSync(path, LONG_AGO, LONG_AGO);
    return path;
  }

  beforeEach(async () => {
    site = new TestSite();
    mkdirSync(join(site.folder, 'www/files'), { recursive: true });
    settled('www/page.txt', TEXT);
    symlinkSync('files', join(site.folder, 'www/linked'));
    port = site.start(
      `error_log error.log;
      server { access_log off; listen 127.0.0.1:0; root www; compress gzip; precompressed gzip; symlinks on;
        location / { method GET; }
        location /files { root www/files; method GET DELETE; }
        location /upload { upload_path www/files; upload_overwrite on; method POST; } }`,
      driverOptions(use),
    );
    peer = await Peer.open(port);
  });

  afterEach(async () => {
    peer.close();
    await site.close();
  });

  function upload(name: string, content: string): Promise<Answer> {
    const head = `POST /upload/${name} HTTP/1.1\r\nHost: a\r\nContent-Length: ${content.length}\r\n\r\n`;
    return peer.send(head + content).answer();
  }

  async function text(target: string): Promise<string> {
    const { status, body } = await peer.send(get(target)).answer();
    return status === 200 ? body.toString() : String(status);
  }

  it('is new by every path right behind the answer', async () => {
    settled('www/files/a.txt', 'old');
    linkSync(join(site.folder, 'www/files/a.txt'), join(site.folder, 'www/hard.txt'));
    for (let again = 0; again < 3; again++) {
      for (const path of ['/files/a.txt', '/linked/a.txt', '/hard.txt']) expect(await text(path)).toBe('old');
    }
    expect((await upload('a.txt', 'new')).status).toBe(201);
    for (const path of ['/files/a.txt', '/linked/a.txt']) expect(await text(path)).toBe('new');
    expect((await peer.send('DELETE /files/a.txt HTTP/1.1\r\nHost: a\r\n\r\n').answer()).status).toBe(204);
    for (const path of ['/files/a.txt', '/linked/a.txt']) expect(await text(path)).toBe('404');
    // Its other name has the file still.
    expect(await text('/hard.txt')).toBe('old');
  });

  it('a link to a folder that a file replaces leads to nothing any more', async () => {
    mkdirSync(join(site.folder, 'www/deep'));
    settled('www/deep/page.txt', 'deep');
    symlinkSync('../deep', join(site.folder, 'www/files/link'));
    for (let again = 0; again < 3; again++) expect(await text('/files/link/page.txt')).toBe('deep');
    expect((await upload('link', 'a file')).status).toBe(201);
    expect(await text('/files/link/page.txt')).toBe('404');
  });

  it('thirty a second leave all other pages in the cache, compressed', async () => {
    const ask = (): Promise<Answer> => peer.send(get('/page.txt', 'Accept-Encoding: gzip\r\n')).answer();
    // Made once, on a thread.
    while ((await ask()).headers.get('content-encoding') !== 'gzip');
    for (let turn = 0; turn < 30; turn++) {
      expect((await upload(`file-${turn % 3}`, String(turn))).status).toBe(201);
      for (let again = 0; again < 8; again++) {
        expect((await ask()).headers.get('content-encoding')).toBe('gzip');
      }
    }
  });

  it('is compressed for the first time while others upload', async () => {
    const asked = async (): Promise<string | undefined> =>
      (await peer.send(get('/page.txt', 'Accept-Encoding: gzip\r\n')).answer()).headers.get(
        'content-encoding',
      );
    let uploads = 0;
    while ((await asked()) !== 'gzip') {
      uploads++;
      expect((await upload(`file-${uploads % 3}`, 'x')).status).toBe(201);
      // Before, each upload made the coder's work void, and it never came to an end.
      expect(uploads).toBeLessThan(1000);
    }
  });
});
