import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { driverOptions, itOfBytes, WAYS } from '../testing/drivers.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

/** Uploads from the socket to the disk: what is stored is what was sent, however it comes. */

const SIZE = (3 << 20) + 4321;

function pattern(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 8) * 7 + (at >> 16)) & 0xff;
  return bytes;
}

function post(fields: string, ...body: readonly Buffer[]): Buffer {
  const head = `POST /upload/file.bin HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), ...body]);
}

function chunked(bytes: Buffer, size: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = bytes.subarray(at, at + size);
    // An extension here and there: their sum is bounded.
    const extension = at % 64_000 === 0 ? ';name=value' : '';
    parts.push(Buffer.from(`${chunk.length.toString(16)}${extension}\r\n`), chunk, Buffer.from('\r\n'));
  }
  return post('Transfer-Encoding: chunked', ...parts, Buffer.from('0\r\nDigest: none\r\n\r\n'));
}

function form(bytes: Buffer): Buffer {
  const head = Buffer.from('--X\r\nContent-Disposition: form-data; name=f; filename=file.bin\r\n\r\n');
  const tail = Buffer.from('\r\n--X--\r\n');
  const length = head.length + bytes.length + tail.length;
  const fields = `Content-Type: multipart/form-data; boundary=X\r\nContent-Length: ${length}`;
  return post(fields, head, bytes, tail);
}

const FORMS: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
  ['raw', (bytes) => post(`Content-Length: ${bytes.length}`, bytes)],
  ['in large chunks', (bytes) => chunked(bytes, 300_000)],
  ['in chunks of a kilobyte', (bytes) => chunked(bytes, 1000)],
  ['in a form', form],
];

describe.each(WAYS)('an upload, %s', (use) => {
  const ofBytes = itOfBytes(use);
  let site: TestSite;
  let port: number;
  let uploads: string;

  beforeEach(() => {
    site = new TestSite();
    site.file('www/page.html', 'still here');
    site.file('www/uploads/.keep');
    uploads = join(site.folder, 'uploads');
    site.file('uploads/.keep');
    port = site.start(
      `error_log error.log; server { access_log off; listen 127.0.0.1:0; root www; body_size 8m; location / { }
        location /upload { method POST; upload_path uploads; upload_overwrite on; } }`,
      driverOptions(use),
    );
  });
  afterEach(() => site.close());

  it.each(FORMS)('%s, twice on one connection, with the next request behind it', async (_name, wrap) => {
    const peer = await Peer.open(port);
    for (const bytes of [pattern(SIZE), pattern(SIZE - 99_999).reverse()]) {
      peer.send(Buffer.concat([wrap(bytes), Buffer.from(get('/page.html'))]));
      expect((await peer.answer()).status).toBe(201);
      expect((await peer.answer()).body.toString()).toBe('still here');
      expect(readFileSync(join(uploads, 'file.bin')).equals(bytes)).toBe(true);
    }
    expect((await peer.send(get('/page.html')).answer()).body.toString()).toBe('still here');
    peer.close();
  });

  it.each([0, 1, 100_000, 300_000])('of %i bytes', async (length) => {
    const peer = await Peer.open(port);
    const bytes = pattern(length);
    for (const [, wrap] of FORMS) {
      const status = (await peer.send(wrap(bytes)).answer()).status;
      expect(status).toBe(201);
      expect(readFileSync(join(uploads, 'file.bin')).equals(bytes)).toBe(true);
    }
    peer.close();
  });

  it('that breaks off leaves nothing, and the server goes on', async () => {
    for (const end of ['finish', 'reset'] as const) {
      const peer = await Peer.open(port);
      const whole = post(`Content-Length: ${SIZE}`, pattern(SIZE));
      peer.send(whole.subarray(0, 2 << 20));
      const begun = (): boolean => readdirSync(uploads).length > 1;
      while (!begun()) await new Promise((resolve) => setImmediate(resolve));
      peer[end]();
      await peer.closed;
      while (begun()) await new Promise((resolve) => setImmediate(resolve));
    }
    const peer = await Peer.open(port);
    expect((await peer.send(get('/page.html')).answer()).status).toBe(200);
    peer.close();
  });

  ofBytes('whose chunks are malformed is refused, and leaves nothing', async () => {
    const peer = await Peer.open(port);
    const good = chunked(pattern(SIZE), 100_000);
    peer.send(Buffer.concat([good.subarray(0, 2_000_017), Buffer.from('no size\r\n')]));
    peer.send(pattern(200_000));
    expect((await peer.answer()).status).toBe(400);
    await peer.closed;
    expect(readdirSync(uploads)).toEqual(['.keep']);
  });
});
