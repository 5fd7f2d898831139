import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { fetchOnce, get, Peer } from '../testing/peer.ts';
import { REFUSED } from '../testing/refused.ts';
import { TestSite } from '../testing/site.ts';

const CONFIG = `
error_log error.log info;
server {
  listen 127.0.0.1:0;
  root static;
  default_file index.html;
  access_log access.log combined flush=10ms;
  body_size 1k;
  location / { method GET POST DELETE; upload_path static; }
}
`;

/** Where any of these were read, there would be a second answer, or a file less. */
const SECOND = 'DELETE /victim.txt HTTP/1.1\r\nHost: a\r\n\r\nGET /index.html HTTP/1.1\r\nHost: a\r\n\r\n';
const STATUS_LINE = /HTTP\/1\.[01] \d{3} /g;

describe.each(DRIVERS)('what is refused on %s', (use) => {
  const site = new TestSite();
  let port = 0;
  let victim = '';

  beforeAll(() => {
    site.file('static/index.html', 'home');
    victim = site.file('static/victim.txt', 'alive');
    port = site.start(CONFIG, driverOptions(use));
  });

  afterAll(() => site.close());

  /** All that the server has said until it closed. */
  async function all(...pieces: string[]): Promise<string> {
    const peer = await Peer.open(port);
    try {
      for (const piece of pieces) {
        peer.send(piece);
        if (pieces.length > 1) await new Promise((resolve) => setImmediate(resolve));
      }
      return (await peer.finish().rest()).toString('latin1');
    } finally {
      peer.close();
    }
  }

  function expectRefusal(response: string, status: number): void {
    expect(response.match(STATUS_LINE)).toEqual([`HTTP/1.1 ${status} `]);
    expect(response).toMatch(/\r\nConnection: close\r\n/);
    expect(response).toMatch(/\r\nDate: /);
    expect(response).toMatch(/\r\nContent-Length: \d+\r\n/);
    expect(readFileSync(victim, 'utf8')).toBe('alive');
  }

  describe.each(Object.entries(REFUSED))('%s', (_where, rows) => {
    it.each(rows)('%s', async (_what, request, status) => {
      expectRefusal(await all(request + SECOND), status);
    });
  });

  it('is refused behind a good request as well, whose answer comes first', async () => {
    for (const rows of Object.values(REFUSED)) {
      const [, request, status] = rows[0] as (typeof rows)[number];
      const response = await all(get('/') + request + SECOND);
      expect(response.match(STATUS_LINE)).toEqual(['HTTP/1.1 200 ', `HTTP/1.1 ${status} `]);
    }
  });

  it('is refused whatever the pieces are in which it comes', async () => {
    for (const [what, request, status] of Object.values(REFUSED).flat()) {
      if (request.length > 1000) continue;
      const middle = request.length >> 1;
      const response = await all(request.slice(0, middle), request.slice(middle), SECOND);
      expect([what, response.match(STATUS_LINE)]).toEqual([what, [`HTTP/1.1 ${status} `]]);
    }
  });

  it.each(['GET', 'HEAD', 'PUT'])('a malformed body of %s, which nobody wants', async (method) => {
    for (const [what, request] of REFUSED['chunked body'] ?? []) {
      const response = await all(request.replace('POST', method) + SECOND);
      const status = method === 'PUT' ? 405 : request.includes('\r\n401\r\n') ? 413 : 400;
      expect([what, response.match(STATUS_LINE)]).toEqual([what, [`HTTP/1.1 ${status} `]]);
    }
    expect(readFileSync(victim, 'utf8')).toBe('alive');
  });

  it('closes the connection, whether or not the client does', async () => {
    const peer = await Peer.open(port);
    peer.send('GET / HTTP/1.1\r\nHost : a\r\n\r\n');
    expect((await peer.answer()).status).toBe(400);
    await peer.closed;
    peer.close();
  });

  it('leaves others alone, and nothing of it but one line in the log', async () => {
    const marker = `/marker-${use}`;
    await all(`GET ${marker} HTTP/1.1\r\nHost : a\r\n\r\n${SECOND}`);
    expect((await fetchOnce(port, get('/'))).body.toString()).toBe('home');
    const log = (): string => readFileSync(join(site.folder, 'access.log'), 'utf8');
    while (!log().includes(marker)) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(log()).not.toContain('DELETE /victim.txt');
    expect(log()).toContain('stage=request');
  });
});
