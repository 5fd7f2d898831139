import { chmodSync, constants, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRNO } from '@webserv/event-loop';
import { realSystem } from '@webserv/hosting';
import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';
import { FaultySystem, systemWith } from '../testing/system-with.ts';
import { until } from '../testing/until.ts';

/** More than the buffers of a connection hold. */
const LARGE = 64 << 20;

let site: TestSite;
let port: number;

beforeEach(() => {
  site = new TestSite();
  site.file('public/page.html', 'a page');
  site.file('public/small.txt', 'small');
  site.sparse('public/large.bin', LARGE);
  site.file('up/.keep');
  for (const [name, text] of [
    ['silent.sh', 'printf ok >&2; exec sleep 1000'],
    ['killed.sh', 'printf "Content-Type: text/plain\\n\\n"; head -c 300000 /dev/zero; kill -9 $$'],
    ['lacks.sh', 'printf "Status: 404 Not Found\\n\\n"'],
    ['endless.sh', 'printf "Content-Type: text/plain\\n\\n"; exec yes'],
  ] as const) {
    chmodSync(site.file(`public/cgi/${name}`, `#!/bin/sh\n${text}\n`), 0o755);
  }
});

afterEach(() => site.close());

function start(use: (typeof DRIVERS)[number], limits = '', system = realSystem): void {
  port = site.start(
    `error_log error.log info;
     server {
       listen 127.0.0.1:0; access_log access.log; error_log error.log info flush=1ms; root public;
       max_uri 100; max_header 1k; ${limits}
       location / { method GET; }
       location /list { method GET; root public; auto_index on; }
       location /up { method POST; upload_path up; }
       location /cgi { method GET POST; root public/cgi; cgi silent.sh; cgi endless.sh; cgi killed.sh; cgi lacks.sh; }
     }`,
    { ...driverOptions(use), system },
  );
}

/** The lines of the access log of a server that has closed, from the request line on, without date and duration. */
async function lines(): Promise<string[]> {
  await site.running?.close();
  const text = readFileSync(join(site.folder, 'access.log'), 'latin1');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/^.*?\] /, '').replace(/ ms=\S+/, ''));
}

function errors(): string {
  return readFileSync(join(site.folder, 'error.log'), 'utf8');
}

const UPLOAD = 'POST /up/new HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf';

/** What a request is in the middle of: how it gets there, what says that it has, and its line, whoever ends it. */
interface Middle {
  readonly what: string;
  readonly request: string;
  readonly begun: (peer: Peer) => Promise<unknown>;
  readonly line: RegExp;
}

const received = (peer: Peer): Promise<unknown> => peer.until((bytes) => bytes.length > 1000);
const busy = (): Promise<unknown> => until(() => (site.running?.connections ?? 0) > 0);

const MIDDLES: readonly Middle[] = [
  {
    what: 'a head',
    request: 'GET /page.html HTTP/1.1\r\nHo',
    begun: busy,
    line: /^"GET \/page\.html HTTP\/1\.1" 499 0 .*stage=request/,
  },
  { what: 'a request line', request: 'GET /pag', begun: busy, line: /^"GET \/pag" 499 0 .*stage=request/ },
  {
    what: 'an upload',
    request: UPLOAD,
    begun: busy,
    line: /^"POST \/up\/new HTTP\/1\.1" 499 0 .*stage=method/,
  },
  {
    what: 'a script that has said nothing',
    request: get('/cgi/silent.sh'),
    begun: () => until(() => (site.running?.holdings().scripts ?? 0) > 0),
    line: /^"GET \/cgi\/silent\.sh HTTP\/1\.1" 499 0 .*stage=method/,
  },
  {
    what: 'the answer of a script',
    request: get('/cgi/endless.sh'),
    begun: received,
    line: /^"GET \/cgi\/endless\.sh HTTP\/1\.1" 200 [1-9]\d* .*stage=response/,
  },
  {
    what: 'a file',
    request: get('/large.bin'),
    begun: received,
    line: /^"GET \/large\.bin HTTP\/1\.1" 200 [1-9]\d* .*stage=response/,
  },
];

/** Ways for a connection to end, and what the line says of each. */
const ENDS: readonly [string, (peer: Peer) => unknown, RegExp][] = [
  ['the client resets', (peer) => peer.reset(), /errno=|place=closed/],
  ['the client closes', (peer) => peer.close(), /errno=|place=closed/],
  ['the server is closed', () => site.running?.close(), /place=shutdown/],
];

describe.each(DRIVERS)('on %s', (use) => {
  describe.each(ENDS)('%s', (ending, end, reason) => {
    // A client that has closed while a script is silent may still be reading. Only a send shows that it has gone.
    const middles = MIDDLES.filter(
      ({ what }) => !(ending === 'the client closes' && what.includes('said nothing')),
    );
    it.each(middles)('in the middle of $what: one line', async ({ request, begun, line }) => {
      start(use);
      const peer = (await Peer.open(port)).send(request);
      await begun(peer);
      // What was sent has been read when the answer to what came after it is here.
      const other = await Peer.open(port);
      await other.send(get('/small.txt', 'Connection: close\r\n')).rest();
      await end(peer);
      await until(() => site.running?.connections === 0);
      peer.close();
      const logged = (await lines()).filter((text) => !text.includes('/small.txt'));
      expect(logged).toEqual([expect.stringMatching(line)]);
      expect(logged[0]).toMatch(reason);
    });
  });

  it('a request that a fault has ended has its line, and its error line', async () => {
    const faulty = new FaultySystem();
    start(use, '', faulty.system);
    faulty.strike();
    const peer = (await Peer.open(port)).send(get('/page.html'));
    expect((await peer.rest()).length).toBe(0);
    expect(await lines()).toEqual([
      expect.stringMatching(/^"GET \/page\.html HTTP\/1\.1" 499 0 .*place=fault$/),
    ]);
    expect(errors()).toMatch(/\[error\] fault.*GET \/page\.html/);
  });

  it('a file that cannot be read is in the error log, with the call and its error', async () => {
    // A descriptor that was opened for writing is one that no read works on.
    const system = systemWith((files) => {
      const open = files.open.bind(files);
      return {
        open: (root, path, beneath) =>
          path.endsWith('page.html') ? openSync(path, constants.O_WRONLY) : open(root, path, beneath),
      };
    });
    start(use, '', system);
    const peer = (await Peer.open(port)).send(get('/page.html'));
    expect((await peer.answer()).status).toBe(500);
    peer.close();
    expect(await lines()).toEqual([expect.stringMatching(/ 500 .*stage=response .*errno=EBADF place=read$/)]);
    expect(errors()).toMatch(/\[error\] read.*status=500.*errno=EBADF/);
  });

  it('a folder that cannot be read to its end is 500, with the call and its error', async () => {
    const broken = { errno: -ERRNO.EIO, next: () => null, look: () => 0, close: () => {} };
    start(
      use,
      '',
      systemWith(() => ({ readFolder: () => broken })),
    );
    const peer = (await Peer.open(port)).send(get('/list/'));
    expect((await peer.answer()).status).toBe(500);
    peer.close();
    expect(await lines()).toEqual([expect.stringMatching(/ 500 .*stage=method .*errno=EIO place=readdir$/)]);
    expect(errors()).toMatch(/\[error\] readdir.*status=500.*errno=EIO/);
  });

  it('what a script itself calls an error is in the error log', async () => {
    start(use);
    const peer = (await Peer.open(port)).send(get('/cgi/lacks.sh'));
    expect((await peer.answer()).status).toBe(404);
    peer.close();
    expect(await lines()).toEqual([expect.stringMatching(/ 404 .*stage=method/)]);
    expect(errors()).toMatch(/\[info\] status client=.*status=404/);
  });

  it('a body that breaks off while it is made is in the error log, with what broke it', async () => {
    start(use);
    const peer = (await Peer.open(port)).send(get('/cgi/killed.sh'));
    expect((await peer.rest()).toString('latin1')).not.toMatch(/\r\n0\r\n\r\n$/);
    const place = 'script\\\\x20was\\\\x20ended\\\\x20by\\\\x20a\\\\x20signal';
    expect(await lines()).toEqual([
      expect.stringMatching(new RegExp(` 200 .*stage=response .*errno=EIO place=${place}$`)),
    ]);
    expect(errors()).toMatch(/\[error\] script was ended by a signal.*status=200.*errno=EIO/);
  });

  it.each([
    [
      'a byte that no target has',
      'GET /\xe4?"x" HTTP/1.1\r\nHost: a\r\n\r\n',
      '"GET /\\xE4?\\x22x\\x22 HTTP/1.1" 400',
    ],
    ['a version that is not known', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n', '"GET / HTTP/2.0" 505'],
    ['no version', 'GET /old\r\n\r\n', '"GET /old" 400'],
    ['no HTTP at all', '\x16\x03\x01\x02\r\n\r\n', '"\\x16\\x03\\x01\\x02" 400'],
    [
      'a target that is too long',
      `GET /${'x'.repeat(200)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      `"GET /${'x'.repeat(200)} HTTP/1.1" 414`,
    ],
    ['a malformed percent', 'GET /100% HTTP/1.1\r\nHost: a\r\n\r\n', '"GET /100% HTTP/1.1" 400'],
    [
      'a head that is too large',
      `GET /p HTTP/1.1\r\nX: ${'x'.repeat(2000)}\r\n\r\n`,
      '"GET /p HTTP/1.1" 431',
    ],
    ['a field that is none', 'GET /p HTTP/1.1\r\n: y\r\n\r\n', '"GET /p HTTP/1.1" 400'],
    ['a head that takes too long', 'GET /late HTTP/1.1\r\nHost', '"GET /late HTTP/1.1" 408'],
    ['a request line that takes too long', 'GET /la', '"GET /la" 408'],
    [
      'a body that takes too long',
      'POST /up/new HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx',
      '"POST /up/new HTTP/1.1" 408',
    ],
  ])('%s is logged as it came', async (what, request, line) => {
    start(use, what.includes('too long') ? 'header_timeout 100ms; body_timeout 100ms;' : '');
    const peer = (await Peer.open(port)).send(request);
    await peer.answer();
    peer.close();
    const logged = await lines();
    expect(logged).toHaveLength(1);
    expect(logged[0]?.slice(0, line.length)).toBe(line);
  });
});
