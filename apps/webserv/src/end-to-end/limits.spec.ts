import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  DRIVERS,
  driverOptions,
  itOfBytes,
  PROTOCOLS,
  showsBytes,
  type TestOptions,
} from '../testing/drivers.ts';
import { type Answer, fetchOnce, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const HEAD = 'GET / HTTP/1.1\r\nHost: localhost\r\n';

describe.each(PROTOCOLS)('limits over %s', (protocol) => {
  const ofBytes = itOfBytes(protocol);
  /** Connections are counted before they say anything. */
  const ofPlain = itOfBytes(protocol === 'http' ? 'http' : 'h2');
  let site: TestSite;

  beforeEach(() => {
    site = new TestSite();
    site.file('static/index.html', 'home');
    site.file('uploads/.keep');
  });

  afterEach(() => site.close());

  /** @param lines of the server block */
  function start(lines: string, options: TestOptions = { protocol }): number {
    return site.start(
      `error_log error.log info;
server {
  listen 127.0.0.1:0; root static; default_file index.html; access_log access.log;
  upload_path uploads; method GET POST;
  ${lines}
  location / { }
}`,
      options,
    );
  }

  function closes(answer: Answer): boolean {
    return answer.headers.get('connection') === 'close';
  }

  /** An error of the head ends a connection of HTTP/1.1. Another stream may follow. */
  const endsWith = (status: number): boolean => status !== 200 && showsBytes(protocol);

  describe('of a head: one under, at, and one over', () => {
    /** A head of exactly so many bytes. */
    function headOf(bytes: number): string {
      const padding = bytes - HEAD.length - 'X: \r\n\r\n'.length;
      return `${HEAD}X: ${'x'.repeat(padding)}\r\n\r\n`;
    }

    ofBytes.each([
      [511, 200],
      [512, 200],
      [513, 431],
    ])('max_header 512: %d bytes', async (bytes, status) => {
      const answer = await fetchOnce(start('max_header 512;'), headOf(bytes));
      expect([answer.status, closes(answer)]).toEqual([status, status !== 200]);
    });

    it.each([
      [4, 200],
      [5, 200],
      [6, 431],
    ])('max_headers 5: %d fields', async (count, status) => {
      const fields = Array.from({ length: count - 1 }, (_, index) => `X-${index}: y\r\n`).join('');
      const answer = await fetchOnce(start('max_headers 5;'), get('/', fields));
      expect([answer.status, closes(answer)]).toEqual([status, endsWith(status)]);
    });

    it.each([
      [19, 200],
      [20, 200],
      [21, 414],
    ])('max_uri 20: %d bytes', async (bytes, status) => {
      const answer = await fetchOnce(start('max_uri 20;'), get(`/?${'q'.repeat(bytes - 2)}`));
      expect([answer.status, closes(answer)]).toEqual([status, endsWith(status)]);
    });
  });

  describe('of a body: one under, at, and one over', () => {
    it.each([
      [9, 201],
      [10, 201],
      [11, 413],
    ])('body_size 10: %d bytes, announced and in chunks', async (bytes, status) => {
      const port = start('body_size 10;');
      const body = 'b'.repeat(bytes);
      const announced = `POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n${body}`;
      expect((await fetchOnce(port, announced)).status).toBe(status);
      const chunks = `${bytes.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
      const chunked = `POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`;
      expect((await fetchOnce(port, chunked)).status).toBe(status);
    });

    it.each([
      [9, 201],
      [10, 201],
      [11, 503],
    ])('temp_disk 10: %d bytes', async (bytes, status) => {
      const port = start('temp_disk 10; body_size 10;');
      const chunks = [...'b'.repeat(bytes)].map((letter) => `1\r\n${letter}\r\n`).join('');
      const request = `POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`;
      // Two that are under the bound each are over it together; the second is the one that comes too late.
      const peer = await Peer.open(port);
      if (bytes === 11) {
        peer.send('POST /first HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n');
        await partialIn(join(site.folder, 'uploads'));
      }
      const answer = await fetchOnce(port, request.replace(bytes === 11 ? '1\r\nb\r\n' : '', ''));
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([
        status,
        status === 503 ? '1' : undefined,
      ]);
      peer.close();
      const names = readdirSync(join(site.folder, 'uploads'));
      expect(names.includes('a')).toBe(status === 201);
    });
  });

  /** An upload has begun. */
  async function partialIn(folder: string, count = 1): Promise<void> {
    while (readdirSync(folder).filter((name) => name.endsWith('.part')).length < count) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it.each([1, 2])('max_uploads 2: with %d slow ones under way, one more', async (busy) => {
    const port = start('max_uploads 2; max_share_per_address 100;');
    const peers: Peer[] = [];
    for (let index = 0; index < busy; index++) {
      const peer = await Peer.open(port);
      peers.push(peer.send(`POST /busy${index} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx`));
      await partialIn(join(site.folder, 'uploads'), index + 1);
    }
    const more = 'POST /more HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx';
    expect((await fetchOnce(port, more)).status).toBe(201);
    // The one that has taken longest for as much makes room.
    const first = await (peers[0] as Peer).send('y').answer();
    expect([first.status, first.headers.get('retry-after')]).toEqual(
      busy === 2 ? [503, '1'] : [201, undefined],
    );
    if (busy === 2) expect((await (peers[1] as Peer).send('y').answer()).status).toBe(201);
    expect((await fetchOnce(port, more.replace('/more', '/again'))).status).toBe(201);
    for (const peer of peers) peer.close();
  });

  ofBytes.each([
    [3, 3],
    [4, 4],
    [5, 4],
  ])('max_pipeline 3: of %d that come in one piece, %d are answered', async (sent, answered) => {
    const port = start('max_pipeline 3;');
    const peer = await Peer.open(port);
    peer.send(get('/').repeat(sent));
    for (let index = 0; index < answered; index++) expect((await peer.answer()).status).toBe(200);
    if (sent === answered) {
      expect((await peer.send(get('/')).answer()).status).toBe(200);
    } else {
      const last = await peer.answer();
      expect([last.status, closes(last), last.headers.get('retry-after')]).toEqual([429, true, '1']);
      expect((await peer.rest()).length).toBe(0);
    }
    peer.close();
  });

  ofPlain.each(DRIVERS)(
    'max_connect_per_address on %s answers 429 to one too many, which reads it whatever it sends, and takes the next when one has gone',
    async (use) => {
      const port = start('max_connect_per_address 2;', driverOptions(use));
      const first = await Peer.open(port);
      const second = await Peer.open(port);
      for (const peer of [first, second]) expect((await peer.send(get('/')).answer()).status).toBe(200);
      // More than the socket's buffers would hold is on its way when the answer comes: no reset takes it away.
      const third = await Peer.open(port);
      const answer = await third.send(get('/', `X: ${'x'.repeat(200_000)}\r\n`)).answer();
      expect([answer.status, closes(answer), answer.headers.get('retry-after')]).toEqual([429, true, '1']);
      expect(answer.headers.get('date')).toMatch(/ GMT$/);
      third.close();
      second.close();
      while ((site.running?.connections ?? 0) > 1) await new Promise((resolve) => setImmediate(resolve));
      expect((await fetchOnce(port, get('/'))).status).toBe(200);
      first.close();
    },
  );

  ofPlain(
    'max_connect_per_address counts addresses apart, and those turned away towards max_connect',
    async () => {
      const port = start('max_connect_per_address 1; max_connect 3;');
      const first = await Peer.open(port);
      await first.send(get('/')).answer();
      const other = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
      other.write(get('/', 'Connection: close\r\n'));
      const chunks: Buffer[] = [];
      for await (const chunk of other) chunks.push(chunk as Buffer);
      expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 200 /);
      const second = await Peer.open(port);
      expect((await second.answer()).status).toBe(429);
      // It lingers: its client has not closed.
      expect(site.running?.connections).toBe(2);
      second.close();
      first.close();
    },
  );

  ofBytes('no answer to an error tells of the host: no path, no stack, no name of a module', async () => {
    const port = start(
      'max_header 512; max_uri 100; body_size 10; max_pipeline 0; header_timeout 100ms; cgi_timeout 100ms;',
    );
    const requests = [
      'GET /none HTTP/1.1\r\nHost: a\r\n\r\n',
      'GET /../x HTTP/1.1\r\nHost: a\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
      'GET / HTTP/3.0\r\nHost: a\r\n\r\n',
      'BREW / HTTP/1.1\r\nHost: a\r\n\r\n',
      'DELETE / HTTP/1.1\r\nHost: a\r\n\r\n',
      `GET /${'x'.repeat(200)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      `${HEAD}X: ${'x'.repeat(600)}\r\n\r\n`,
      'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n',
      'POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      'POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n',
      'POST /a HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx',
      'POST /.keep HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data\r\nContent-Length: 1\r\n\r\nx',
      'GET / HTTP/1.1\r\nHost: a\r\nRange: bytes=999-\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nIf-Match: "x"\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\n\r\n',
      'GET / HTTP/1.1\r\n',
      get('/').repeat(2),
    ];
    const seen = new Set<number>();
    for (const request of requests) {
      const peer = await Peer.open(port);
      const answers = [await peer.send(request).answer()];
      if (request === requests.at(-1)) answers.push(await peer.answer());
      for (const { status, head, body } of answers) {
        seen.add(status);
        if (status < 400) continue;
        const text = `${head}\n${body}`;
        expect(text).not.toContain(site.folder);
        expect(text).not.toMatch(
          /node_modules|\.ts\b|\.js\b|\bat \w+ \(|Error:|E[A-Z]{3,}:|\/tmp|\/home|\/usr/,
        );
      }
      peer.close();
    }
    expect([...seen].filter((status) => status >= 400).length).toBeGreaterThanOrEqual(10);
    expect(seen.has(500)).toBe(false);
    await site.running?.close();
    expect(readFileSync(join(site.folder, 'error.log'), 'utf8')).not.toContain('fault');
  });
});
