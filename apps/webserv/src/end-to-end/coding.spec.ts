import { utimesSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { driverOptions, WAYS } from '../testing/drivers.ts';
import { type Answer, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const CONFIG = `
error_log error.log info;
server {
  listen 127.0.0.1:0;
  root static;
  default_file index.html;
  access_log off;
  location / { method GET; compress on; }
  location /coded { root static/coded; method GET; precompressed on; default_file page.html; }
  location /plain { root static; method GET; }
}
`;
const LONG_AGO = new Date('2024-02-03T04:05:06.789Z');
const TEXT = 'All that is sent twice may be made small once. '.repeat(200);

describe.each(WAYS)('codings on %s', (use) => {
  const site = new TestSite();
  let peer: Peer;

  function write(name: string, content: string, time = LONG_AGO): string {
    const path = site.file(`static/${name}`, content);
    utimesSync(path, time, time);
    return path;
  }

  function ask(target: string, coding: string, fields = '', method = 'GET'): Promise<Answer> {
    const accept = coding === '' ? '' : `Accept-Encoding: ${coding}\r\n`;
    return peer.send(get(target, accept + fields).replace('GET', method)).answer(method);
  }

  /** Until the coding has been made: it is made beside the requests. */
  async function coded(target: string, coding: string): Promise<Answer> {
    for (let turn = 0; turn < 2000; turn++) {
      const answer = await ask(target, coding);
      if (answer.headers.get('content-encoding') === coding) return answer;
      expect(answer.body.toString()).toBe(TEXT);
      expect(answer.headers.get('vary')).toBe('Accept-Encoding');
    }
    throw new Error(`${coding} was never made`);
  }

  beforeAll(async () => {
    write('index.html', TEXT);
    write('small.txt', 'small');
    write('image.png', TEXT);
    write('coded/page.html', TEXT);
    write('coded/page.html.gz', 'gzip 1');
    write('coded/page.html.br', 'br 1');
    peer = await Peer.open(site.start(CONFIG, driverOptions(use)));
  });

  afterAll(async () => {
    peer.close();
    await site.close();
  });

  it.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
  ])('compresses with %s what it keeps', async (coding, decode) => {
    const answer = await coded('/', coding);
    expect(decode(answer.body).toString()).toBe(TEXT);
    const bare = await ask('/', '');
    expect(bare.body.toString()).toBe(TEXT);
    for (const name of ['vary', 'content-type', 'last-modified']) {
      expect(answer.headers.get(name)).toBe(bare.headers.get(name));
    }
    const etag = answer.headers.get('etag') ?? '';
    expect(etag).toBe(`W/${(bare.headers.get('etag') ?? '').slice(0, -1)}-${coding}"`);
    const head = await ask('/', coding, '', 'HEAD');
    expect(head.head.replace(/date: [^\r]*/i, '')).toBe(answer.head.replace(/date: [^\r]*/i, ''));
    const same = await ask('/', coding, `If-None-Match: ${etag}\r\n`);
    expect([same.status, same.headers.get('etag'), same.headers.get('vary')]).toEqual([
      304,
      etag,
      'Accept-Encoding',
    ]);
    expect((await ask('/', '', `If-None-Match: ${etag}\r\n`)).status).toBe(200);
    const part = await ask('/', coding, 'Range: bytes=0-2\r\n');
    expect([part.status, part.body.toString(), part.headers.get('content-encoding')]).toEqual([
      206,
      'All',
      undefined,
    ]);
  });

  it('gives an old or closing client the same bytes under another head', async () => {
    const { body } = await coded('/', 'gzip');
    const other = await Peer.open(site.port(0));
    const answer = await other.send('GET / HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n').answer();
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(answer.body.equals(body)).toBe(true);
    other.close();
  });

  it.each(['/small.txt', '/image.png', '/plain/index.html'])('leaves %s as it is', async (target) => {
    for (let turn = 0; turn < 5; turn++) {
      const answer = await ask(target, 'gzip, br');
      expect(answer.headers.has('content-encoding')).toBe(false);
      expect(answer.headers.has('vary')).toBe(false);
    }
  });

  it('forgets a coding with its file', async () => {
    write('changed.txt', TEXT);
    await coded('/changed.txt', 'gzip');
    write('changed.txt', 'changed, and as it is');
    expect((await ask('/changed.txt', 'gzip')).body.toString()).toBe('changed, and as it is');
  });

  it('keeps siblings apart, and follows each of them', async () => {
    const target = '/coded/';
    const expected: [string, string][] = [
      ['gzip, br', 'br 1'],
      ['', TEXT],
      ['gzip', 'gzip 1'],
      ['gzip, br', 'br 1'],
      ['identity', TEXT],
      ['gzip', 'gzip 1'],
    ];
    const tags = new Set<string | undefined>();
    for (const [coding, body] of [...expected, ...expected]) {
      const answer = await ask(target, coding);
      expect([coding, answer.body.toString()]).toEqual([coding, body]);
      expect(answer.headers.get('vary')).toBe('Accept-Encoding');
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      tags.add(answer.headers.get('etag'));
    }
    expect(tags.size).toBe(3);
    write('coded/page.html.gz', 'gzip 2');
    expect((await ask(target, 'gzip')).body.toString()).toBe('gzip 2');
    site.remove('static/coded/page.html.br');
    expect((await ask(target, 'gzip, br')).body.toString()).toBe('gzip 2');
    // The original is newer than what was made of it: nothing of that may be served.
    write('coded/page.html', 'newer', new Date(LONG_AGO.getTime() + 1000));
    expect((await ask(target, 'gzip, br')).body.toString()).toBe('newer');
  });
});
