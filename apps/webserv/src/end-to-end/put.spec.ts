import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { driverOptions, WAYS } from '../testing/drivers.ts';
import { type Answer, fetchOnce, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

/** Files that are stored by PUT, from the socket to the disk and back. */

const CONFIG = `
error_log error.log;
server {
  listen 127.0.0.1:0;
  access_log off;
  root www;
  body_size 8m;
  location / { method GET; }
  location /files { root files; method GET PUT DELETE; body_size 4m; }
  location /few { root few; method PUT; }
}
`;

function pattern(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 8) * 7 + (at >> 16)) & 0xff;
  return bytes;
}

function put(target: string, body: Buffer | string, fields = ''): Buffer {
  const bytes = Buffer.from(body);
  const head = `PUT ${target} HTTP/1.1\r\nHost: localhost\r\n${fields}Content-Length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

describe.each(WAYS)('PUT, %s', (use) => {
  const site = new TestSite();
  let port: number;

  beforeAll(() => {
    site.file('www/index.html', 'index');
    site.file('files/sub/kept.txt', 'kept');
    site.file('few/x');
    port = site.start(CONFIG, driverOptions(use));
  });
  afterAll(() => site.close());

  const ask = (method: string, target: string, fields = ''): Promise<Answer> =>
    fetchOnce(port, `${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`);

  async function once(request: Buffer | string): Promise<Answer> {
    const peer = await Peer.open(port);
    try {
      return await peer.send(request).answer('PUT');
    } finally {
      peer.close();
    }
  }

  it('stores what GET finds at once, however it was kept before', async () => {
    const peer = await Peer.open(port);
    let status = 201;
    for (const length of [0, 1, 5000, 70_000, 3_000_000, 10]) {
      const bytes = pattern(length);
      const answer = await peer.send(put('/files/sub/a.bin', bytes)).answer();
      expect([length, answer.status, answer.body.length]).toEqual([length, status, 0]);
      status = 204;
      for (const _twice of [1, 2]) {
        const read = await peer.send(get('/files/sub/a.bin')).answer();
        expect([read.status, read.body.equals(bytes)]).toEqual([200, true]);
      }
      expect(readFileSync(join(site.folder, 'files/sub/a.bin')).equals(bytes)).toBe(true);
    }
    expect((await ask('DELETE', '/files/sub/a.bin')).status).toBe(204);
    expect((await peer.send(get('/files/sub/a.bin')).answer()).status).toBe(404);
    peer.close();
  });

  it('in chunks, after 100 (Continue), and the connection goes on', async () => {
    const peer = await Peer.open(port);
    const fields = 'Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n';
    peer.send(`PUT /files/c HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`);
    expect(await peer.until((bytes) => bytes.includes('100 Continue'))).toBe(true);
    peer.send(`3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n`);
    expect((await peer.answer()).status).toBe(201);
    expect((await peer.send(get('/files/c')).answer()).body.toString()).toBe('abcde');
    peer.close();
  });

  it('keeps two writers apart by the tag that it answers with', async () => {
    const first = await once(put('/files/doc', 'one', 'If-None-Match: *\r\n'));
    const tag = first.headers.get('etag') ?? '';
    expect([first.status, tag]).toEqual([201, expect.stringMatching(/^"/)]);
    expect((await once(put('/files/doc', 'x', 'If-None-Match: *\r\n'))).status).toBe(412);
    const second = await once(put('/files/doc', 'two', `If-Match: ${tag}\r\n`));
    expect(second.status).toBe(204);
    expect((await once(put('/files/doc', 'lost', `If-Match: ${tag}\r\n`))).status).toBe(412);
    expect((await ask('DELETE', '/files/doc', `If-Match: ${tag}\r\n`)).status).toBe(412);
    expect((await ask('GET', '/files/doc')).body.toString()).toBe('two');
    const last = second.headers.get('etag') ?? '';
    expect((await ask('GET', '/files/doc', `If-None-Match: ${last}\r\n`)).status).toBe(304);
    expect((await ask('DELETE', '/files/doc', `If-Match: ${last}\r\n`)).status).toBe(204);
  });

  it.each([
    ['/files/a', 'Content-Range: bytes 0-1/9\r\n', 400],
    ['/files/a', 'Content-Encoding: gzip\r\n', 415],
    ['/files/.a', '', 403],
    ['/files/sub', '', 409],
    ['/files/none/a', '', 409],
    ['/index.html', '', 405],
  ])('%s with %j is %i, and stores nothing', async (target, fields, status) => {
    const before = readdirSync(join(site.folder, 'files'));
    expect((await once(put(target, 'abc', fields))).status).toBe(status);
    expect(readdirSync(join(site.folder, 'files'))).toEqual(before);
  });

  it('obeys the bounds of uploads, and leaves nothing when its client goes', async () => {
    const large = `PUT /files/l HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${(4 << 20) + 1}\r\n\r\n`;
    expect((await once(large)).status).toBe(413);
    const few = join(site.folder, 'few');
    const peer = await Peer.open(port);
    peer.send(put('/few/x', pattern(1 << 20)).subarray(0, 300_000));
    const begun = (): boolean => readdirSync(few).length > 1;
    while (!begun()) await new Promise((resolve) => setImmediate(resolve));
    expect(readdirSync(few).filter((name) => name.startsWith('.webserv-upload-'))).toHaveLength(1);
    peer.reset();
    await peer.closed;
    while (begun()) await new Promise((resolve) => setImmediate(resolve));
    expect(readFileSync(join(few, 'x'))).toHaveLength(0);
  });
});
